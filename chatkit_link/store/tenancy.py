"""The one filter between the data of two users.

Every statement on a table of users' rows goes through a ``Session``: reads, updates and deletes use
``mine(table)``, inserts use ``**OWNER``. Both are parameters that only a Session fills, and it takes them
from its Caller and from nowhere else. There is no other way to a connection that may touch those tables
(``engine.py``). Another user's row is therefore simply not there: a 404, never a 403.

Behind this filter stands row-level security, for the day on which a statement forgets it: PostgreSQL shows a
connection only the rows of its Session's Caller (``row_security.py``).
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import BindParameter, ColumnElement, Executable, FromClause, Text, and_, bindparam

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.store.row_security import SEE_ALL, SEE_OWN
from chatkit_link.store.statement import Connection, Rows, Statement, run
from chatkit_link.translations import Localized

# Not the columns' own names: SQLAlchemy reserves those in an INSERT.
_TENANT: BindParameter[str] = bindparam("caller_tenant", type_=Text())
_USER: BindParameter[str] = bindparam("caller_user", type_=Text())

#: The owner's columns, for an insert.
OWNER: dict[str, BindParameter[str]] = {"tenant": _TENANT, "user_id": _USER}

#: The agent that the caller's request is for, for a thread that begins with it.
AGENT: BindParameter[str | None] = bindparam("caller_agent", type_=Text())


def mine(table: FromClause) -> ColumnElement[bool]:
    """The filter: rows of ``table`` that belong to the caller of whichever Session runs the statement."""
    return and_(table.c.tenant == _TENANT, table.c.user_id == _USER)


@dataclass(frozen=True, slots=True)
class Session:
    """An open connection, bound to one Caller."""

    connection: Connection
    caller: Caller

    async def execute(self, statement: Statement | Executable, /, **values: Any) -> Rows:
        """Run a statement with these values of its parameters, and the caller's own.

        Raises:
            NotFound: it would have written over another user's row.
        """
        values["caller_tenant"], values["caller_user"] = self.caller.tenant, self.caller.user
        values["caller_agent"] = self.caller.agent
        try:
            return await run(self.connection, statement, values)
        except asyncpg.InsufficientPrivilegeError as error:
            raise NotFound(Localized("not_found")) from error

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of values. Raises as ``execute`` does."""
        owner = {"caller_tenant": self.caller.tenant, "caller_user": self.caller.user}
        try:
            await self.connection.executemany(statement.sql, [statement.arguments({**row, **owner}) for row in rows])
        except asyncpg.InsufficientPrivilegeError as error:
            raise NotFound(Localized("not_found")) from error

    @asynccontextmanager
    async def seeing_all(self) -> AsyncGenerator[None]:
        """Without row-level security, for a sum over the rows of all users. Needs an atomic session."""
        await self.connection.fetch(SEE_ALL)
        yield
        await self.connection.fetch(SEE_OWN)
