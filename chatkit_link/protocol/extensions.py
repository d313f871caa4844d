"""What clients of this server say in a request's own metadata, beyond the ChatKit protocol.

It stands under a name of ours, so that a client that does not know it says nothing, and the metadata of an agent stay
what they are.
"""

from typing import Any, Final, cast

from chatkit.types import ThreadsAddUserMessageReq

from chatkit_link.errors import Unprocessable
from chatkit_link.protocol.sizes import check_id

NAME: Final = "chatkit_link"


def edited_message(request: ThreadsAddUserMessageReq) -> str | None:
    """Id of the message that a new one is another version of. Raises Unprocessable where it is no id."""
    edits = _extension(request.metadata).get("edits")
    if edits is None:
        return None
    if not isinstance(edits, str) or not edits:
        raise Unprocessable(f"`metadata.{NAME}.edits` must be the id of a message.")
    check_id(edits, f"`metadata.{NAME}.edits`")
    return edits


def knows_queue(request: ThreadsAddUserMessageReq) -> bool:
    """Whether its client displays messages that wait. Raises Unprocessable where that is not said by true or false."""
    queue = _extension(request.metadata).get("queue", False)
    if not isinstance(queue, bool):
        raise Unprocessable(f"`metadata.{NAME}.queue` must be true or false.")
    return queue


def _extension(metadata: dict[str, Any] | None) -> dict[str, Any]:
    given = (metadata or {}).get(NAME)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Unprocessable(f"`metadata.{NAME}` must be an object.")
    return cast("dict[str, Any]", given)
