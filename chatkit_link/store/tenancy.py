"""The one filter between two people's data.

Every statement on somebody's table goes through a ``Session``: reads, updates and deletes say
``session.mine(table)``, inserts say ``**session.owner``. There is no other way to a connection that
may touch those tables (``engine.py``), and nothing here ever takes an owner from anywhere but the
Caller. Another person's row is therefore simply not there: a 404, never a 403.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Executable, FromClause, and_
from sqlalchemy.ext.asyncio import AsyncConnection

from chatkit_link.caller import Caller


@dataclass(frozen=True, slots=True)
class Session:
    """An open connection, bound to one Caller."""

    connection: AsyncConnection
    caller: Caller

    def mine(self, table: FromClause) -> ColumnElement[bool]:
        """The filter: rows of ``table`` that belong to this caller."""
        return and_(table.c.tenant == self.caller.tenant, table.c.user_id == self.caller.user)

    @property
    def owner(self) -> dict[str, str]:
        """The owner's columns, for an insert."""
        return {"tenant": self.caller.tenant, "user_id": self.caller.user}

    async def execute(self, statement: Executable) -> CursorResult[Any]:
        return await self.connection.execute(statement)  # type: ignore[return-value]
