"""What one turn is about: whom a server answers, and what."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chatkit.server import ChatKitServer
from chatkit.types import StreamingReq, ThreadsCustomActionReq, ThreadStreamEvent

from chatkit_link.agents.sdk_methods import where
from chatkit_link.caller import Caller, Retry
from chatkit_link.protocol.earlier_items import EarlierItems
from chatkit_link.store.threads import StoredThread

Answer = Callable[[], AsyncIterator[ThreadStreamEvent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer that is to be given.

    context: the caller as the server's methods get it, who does not see what a retry is to replace.
    answer: starts the server's answer. method: the one that gives it.
    opening: events about what was stored before the run began.
    retry: the message that is answered again.
    earlier: what other replicas have displayed of this answer; None for one that begins.
    reads_message: whether the message is made and stored in the run, where the server has a step of its own for it.
    has_steps, continues: of the agent (``ServedAgent``).
    """

    server: ChatKitServer[Any]
    request: StreamingReq
    thread: StoredThread
    caller: Caller
    context: Caller
    answer: Answer
    method: str = "respond"
    opening: Sequence[ThreadStreamEvent] = ()
    retry: Retry | None = None
    reads_message: bool = False
    earlier: EarlierItems | None = None
    has_steps: bool = False
    continues: bool = True

    @property
    def action(self) -> str | None:
        """The type of the action that a click or a page has sent; None where a message is answered."""
        request = self.request
        return request.params.action.type if isinstance(request, ThreadsCustomActionReq) else None

    def place(self) -> str:
        """Which method answers, for its author."""
        return where(self.server, self.method)
