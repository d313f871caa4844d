"""What must be so before a request may touch a thread."""

from chatkit.types import ClosedStatus, LockedStatus, ThreadMetadata, WidgetItem

from chatkit_link.caller import Caller
from chatkit_link.errors import ThreadClosed, ThreadLocked, Unprocessable
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.translations import Localized


def require_open(thread: ThreadMetadata) -> None:
    """Raises ThreadLocked, with the reason if there is one, for a locked or closed thread."""
    match thread.status:
        case LockedStatus(reason=reason):
            raise ThreadLocked(Localized("thread_locked", reason=_reason(reason)))
        case ClosedStatus(reason=reason):
            raise ThreadClosed(Localized("thread_closed", reason=_reason(reason)))
        case _:
            pass


def _reason(given: str | None) -> str | Localized:
    """The reason as it continues the message."""
    return Localized("thread_status_reason", reason=given.rstrip(".")) if given else ""


async def widget_sender(store: PostgresStore, thread_id: str, item_id: str | None, caller: Caller) -> WidgetItem | None:
    """The widget that an action came from: an item of this very thread.

    Raises:
        NotFound: there is no such item here.
        Unprocessable: the item is no widget.
    """
    if item_id is None:
        return None
    item = await store.load_item(thread_id, item_id, caller)
    if not isinstance(item, WidgetItem):
        raise Unprocessable("Only a widget can send an action, and this item is none.")
    return item
