"""A thread's status, set by the operator: for any user's thread, without its content."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import update

from chatkit_link.store.audit import Action, Actor, recording
from chatkit_link.store.engine import Database
from chatkit_link.store.tables import threads
from chatkit_link.store.threads import thread_not_found
from chatkit_link.wire.sanitize import clean_text

_ACTIONS: Final[Mapping[str, Action]] = {
    "active": "thread.unlocked", "locked": "thread.locked", "closed": "thread.closed",
}  # fmt: skip


async def set_status(
    database: Database, thread_id: str, status: dict[str, Any], actor: Actor, *, tenant: str | None = None
) -> None:
    """Write the status (``chatkit.types.ThreadStatus`` as JSON), and who set it into the audit log, in one statement.

    tenant: the only one whose threads are meant, ``None`` for all. Raises NotFound for an unknown thread.
    """
    changed = update(threads).where(threads.c.id == clean_text(thread_id)).values(status=status)
    if tenant is not None:
        changed = changed.where(threads.c.tenant == tenant)
    owner = changed.returning(threads.c.tenant, threads.c.user_id, threads.c.id).cte("changed")
    async with database.replica() as connection:
        if (await connection.execute(recording(owner, _ACTIONS[status["type"]], actor))).changed == 0:
            raise thread_not_found()
