"""A thread's status, set by the operator: for any user's thread, without its content."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Text, bindparam, text, update

from chatkit_link.errors import Unprocessable
from chatkit_link.store.audit import Action, Actor, recording
from chatkit_link.store.engine import Database
from chatkit_link.store.statement import Statement
from chatkit_link.store.tables import threads
from chatkit_link.store.threads import thread_not_found
from chatkit_link.wire.sanitize import clean_text

_ACTIONS: Final[Mapping[str, Action]] = {
    "active": "thread.unlocked", "locked": "thread.locked", "closed": "thread.closed",
}  # fmt: skip

#: The tenants that have a thread of this id: the key begins with the tenant, so each is looked up by itself.
_TENANTS = Statement(
    text("""
    WITH RECURSIVE tenants (tenant) AS (
        (SELECT tenant FROM threads ORDER BY tenant LIMIT 1)
        UNION ALL
        SELECT (SELECT threads.tenant FROM threads WHERE threads.tenant > tenants.tenant ORDER BY tenant LIMIT 1)
        FROM tenants WHERE tenants.tenant IS NOT NULL
    )
    SELECT tenant FROM tenants, LATERAL (
        SELECT FROM threads WHERE threads.tenant = tenants.tenant AND threads.id = :thread
    ) AS found
    """).bindparams(bindparam("thread", type_=Text()))
)


async def set_status(
    database: Database, thread_id: str, status: dict[str, Any], actor: Actor, *, tenant: str | None = None
) -> None:
    """Write the status (``chatkit.types.ThreadStatus`` as JSON), and who set it into the audit log, in one statement.

    tenant: the only one whose threads are meant, ``None`` for all.

    Raises:
        NotFound: an unknown thread.
        Unprocessable: several tenants have a thread of this id.
    """
    thread_id = clean_text(thread_id)
    async with database.replica() as connection:
        if tenant is None:
            tenants = [row.tenant for row in await connection.execute(_TENANTS, thread=thread_id)]
            if len(tenants) > 1:
                raise Unprocessable("Several tenants have a thread of this id: set its status in one of them.")
            tenant = tenants[0] if tenants else ""
        changed = update(threads).where(threads.c.tenant == tenant, threads.c.id == thread_id).values(status=status)
        owner = changed.returning(threads.c.tenant, threads.c.user_id, threads.c.id).cte("changed")
        if (await connection.execute(recording(owner, _ACTIONS[status["type"]], actor))).changed == 0:
            raise thread_not_found()
