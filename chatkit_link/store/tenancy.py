"""The one filter between the data of two users.

Every statement on a table of users' rows goes through a ``Session``: reads, updates and deletes use
``mine(table)``, inserts use ``**OWNER``. Both are parameters that only a Session fills, and it takes them
from its Caller and from nowhere else. There is no other way to a connection that may touch those tables
(``engine.py``). Another user's row is therefore simply not there: a 404, never a 403.

What an answer changes has the filter ``writable(table)`` instead: a replica that was frozen while it stored something
wakes up behind every check of its own, when another one has long gone on with the answer.

Behind this filter stands row-level security, for the day on which a statement forgets it: PostgreSQL shows a
connection only the rows of its Session's Caller (``row_security.py``).
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import BindParameter, ColumnElement, Executable, FromClause, Text, and_, bindparam, exists, or_, select

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.store.outages import DatabaseUnavailable
from chatkit_link.store.row_security import SEE_ALL, SEE_OWN
from chatkit_link.store.statement import Connection, Rows, Statement, run
from chatkit_link.store.tables import runs
from chatkit_link.translations import Localized

# Not the columns' own names: SQLAlchemy reserves those in an INSERT.
_TENANT: BindParameter[str] = bindparam("caller_tenant", type_=Text())
_USER: BindParameter[str] = bindparam("caller_user", type_=Text())
_RUN: BindParameter[str | None] = bindparam("caller_run", type_=Text())
_REPLICA: BindParameter[str | None] = bindparam("caller_replica", type_=Text())

#: The owner's columns, for an insert.
OWNER: dict[str, BindParameter[str]] = {"tenant": _TENANT, "user_id": _USER}

#: The agent that the caller's request is for, for a thread that begins with it.
AGENT: BindParameter[str | None] = bindparam("caller_agent", type_=Text())


def mine(table: FromClause) -> ColumnElement[bool]:
    """The filter: rows of ``table`` that belong to the caller of whichever Session runs the statement."""
    return and_(table.c.tenant == _TENANT, table.c.user_id == _USER)


def writable(table: FromClause) -> ColumnElement[bool]:
    """``mine(table)``, and no row where the caller is the answer of a run that another replica has by now."""
    # No lock: a frozen replica would hold it, and nobody could go on with its answer.
    return and_(mine(table), or_(_RUN.is_(None), ~_is_lost()))


def _is_lost() -> ColumnElement[bool]:
    # A run that is deleted belongs to nobody else.
    return exists().where(runs.c.tenant == _TENANT, runs.c.id == _RUN, runs.c.replica != _REPLICA)


_IS_LOST = Statement(select(_is_lost().label("lost")))


@dataclass(frozen=True, slots=True)
class Session:
    """An open connection, bound to one Caller."""

    connection: Connection
    caller: Caller

    @property
    def _own(self) -> dict[str, str | None]:
        run_id, replica = self.caller.fence or (None, None)
        return {
            "caller_tenant": self.caller.tenant,
            "caller_user": self.caller.user,
            "caller_agent": self.caller.agent,
            "caller_run": run_id,
            "caller_replica": replica,
        }

    async def execute(self, statement: Statement | Executable, /, **values: Any) -> Rows:
        """Run a statement with these values of its parameters, and the caller's own.

        Raises:
            NotFound: it would have written over another user's row.
            DatabaseUnavailable: nothing was written, since another replica has the caller's run.
        """
        compiled = statement if isinstance(statement, Statement) else Statement(statement)
        values |= self._own
        try:
            rows = await run(self.connection, compiled, values)
            if not rows.changed and compiled.is_fenced and self.caller.fence is not None:
                (row,) = await run(self.connection, _IS_LOST, self._own)
                if row.lost:  # its lease says so in a moment, and ends the answer here
                    raise DatabaseUnavailable(Localized("database_unavailable"))
        except asyncpg.InsufficientPrivilegeError as error:
            raise NotFound(Localized("not_found")) from error
        return rows

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of values. Raises as ``execute`` does."""
        own = self._own
        try:
            await self.connection.executemany(statement.sql, [statement.arguments({**row, **own}) for row in rows])
        except asyncpg.InsufficientPrivilegeError as error:
            raise NotFound(Localized("not_found")) from error

    @asynccontextmanager
    async def seeing_all(self) -> AsyncGenerator[None]:
        """Without row-level security, for a sum over the rows of all users. Needs an atomic session."""
        await self.connection.fetch(SEE_ALL)
        yield
        await self.connection.fetch(SEE_OWN)
