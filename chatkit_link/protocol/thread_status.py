"""Locking, closing and opening a thread from outside: by an operator, or by one's own back end."""

from chatkit.types import ActiveStatus, ThreadStatus

from chatkit_link.errors import Unprocessable
from chatkit_link.store import thread_status
from chatkit_link.store.audit import Actor
from chatkit_link.store.engine import Database
from chatkit_link.wire.sanitize import clean_text

MAX_REASON = 500


async def set_status(
    database: Database, thread_id: str, status: ThreadStatus, actor: Actor, *, tenant: str | None = None
) -> ThreadStatus:
    """Set a thread of any user to this status, and return what was set.

    actor: who does it, for the audit log. tenant: whose thread it has to be; ``None`` for an operator, who reaches
    those of all.

    Raises:
        NotFound: there is no such thread, or not in this tenant.
        Unprocessable: the reason is too long.
    """
    if not isinstance(status, ActiveStatus) and status.reason is not None:
        if len(status.reason) > MAX_REASON:
            raise Unprocessable(f"The reason is too long: at most {MAX_REASON} characters.")
        status = status.model_copy(update={"reason": clean_text(status.reason).strip() or None})
    await thread_status.set_status(database, thread_id, status.model_dump(mode="json"), actor, tenant=tenant)
    return status
