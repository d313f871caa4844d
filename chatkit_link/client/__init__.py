"""ChatKit's wire as a typed client; works with every ChatKit server."""

from chatkit_link.client.client import BranchPoint, ChatKitClient
from chatkit_link.client.history import SnippetPart, ThreadHit, ThreadHits
from chatkit_link.client.stream import ClientError, EventStream, StreamEvent
from chatkit_link.client.thread_view import ThreadView, fold

__all__ = [
    "BranchPoint",
    "ChatKitClient",
    "ClientError",
    "EventStream",
    "SnippetPart",
    "StreamEvent",
    "ThreadHit",
    "ThreadHits",
    "ThreadView",
    "fold",
]
