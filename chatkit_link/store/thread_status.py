"""A thread's status, set by the operator: for any user's thread, without its content."""

from typing import Any

from sqlalchemy import update

from chatkit_link.store.engine import Database
from chatkit_link.store.tables import threads
from chatkit_link.store.threads import thread_not_found
from chatkit_link.wire.sanitize import clean_text


async def set_status(database: Database, thread_id: str, status: dict[str, Any], tenant: str | None) -> None:
    """Write the status (``chatkit.types.ThreadStatus`` as JSON). Raises NotFound for an unknown thread.

    tenant: ``None`` for any.
    """
    statement = update(threads).where(threads.c.id == clean_text(thread_id)).values(status=status)
    if tenant is not None:
        statement = statement.where(threads.c.tenant == tenant)
    async with database.replica() as connection:
        if (await connection.execute(statement)).changed == 0:
            raise thread_not_found()
