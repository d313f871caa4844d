"""SQL, written with SQLAlchemy Core and run by asyncpg.

SQLAlchemy describes the tables and writes the statements. Executing them through its engine, though, costs
several times what asyncpg takes for the same. So what every answer needs is compiled once, when its module
is loaded, and from then on is a string and an order of parameters; the rest is compiled when it is run.
What comes back are asyncpg's own rows. docs/decisions/0011 has the figures.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import ARRAY, ColumnElement, Executable, Text, TextClause, UpdateBase, bindparam, func
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql.compiler import SQLCompiler

from chatkit_link.store.outages import Outage, outage_of

_DIALECT = dialect()
#: Times that a statement may meet another transaction.
_MEETINGS = 4


class Connection(Protocol):
    """What we use of asyncpg's connection, which has no types."""

    async def fetch(self, query: str, *args: Any) -> list["Row"]: ...
    async def execute(self, query: str, *args: Any) -> str: ...
    async def fetchval(self, query: str, *args: Any, timeout: float | None = None) -> Any: ...  # noqa: ASYNC109
    async def executemany(self, command: str, args: Iterable[Iterable[Any]]) -> None: ...
    def transaction(self) -> AbstractAsyncContextManager[Any]: ...
    def is_in_transaction(self) -> bool: ...
    def terminate(self) -> None: ...
    def add_termination_listener(self, callback: Callable[[Any], None]) -> None: ...
    async def add_listener(self, channel: str, callback: Callable[[Any, int, str, str], None]) -> None: ...


class Row(asyncpg.Record):
    """One row; its columns are attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Rows(list[Row]):
    """What a statement returned. changed: rows returned, or written where none are returned."""

    def __init__(self, rows: Iterable[Row], changed: int) -> None:
        super().__init__(rows)
        self.changed = changed

    def one_or_none(self) -> Row | None:
        return self[0] if self else None


class Statement:
    """A compiled statement. Lists are arrays in it (``column == any_of(values)``): ``IN`` has no fixed text.

    sql: with $1, $2 ... in it. names: of the parameters, in that order. given: values that stand in the statement.
    is_fenced: whether it changes nothing for an answer that is another replica's (``tenancy.writable``).
    """

    __slots__ = ("given", "is_fenced", "names", "returns_rows", "sql")

    def __init__(self, core: Executable) -> None:
        compiled = cast("Any", core).compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)
        self.sql = compiled.string
        self.names = tuple(compiled.positiontup or ())
        missing = {name for name, bind in compiled.binds.items() if bind.required}
        self.is_fenced = "caller_run" in self.names
        self.given = {name: value for name, value in compiled.params.items() if name not in missing}
        self.returns_rows = isinstance(core, TextClause) or not (
            isinstance(core, UpdateBase) and not compiled.effective_returning
        )

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters in their order. Raises KeyError for one that has no value."""
        known = {**self.given, **values}
        return [known[name] for name in self.names]


def any_of(values: Collection[str]) -> ColumnElement[Any]:
    """One of these texts, for the right side of an ``==``."""
    return func.any(bindparam(None, list(values), type_=ARRAY(Text())))


async def run(connection: Connection, statement: Statement | Executable, values: Mapping[str, Any]) -> Rows:
    """Run a statement with the values of its parameters; more of them than it has do not matter.

    One that meets another transaction, in a deadlock for instance, is run again at once where it is by itself.
    """
    compiled = statement if isinstance(statement, Statement) else Statement(statement)
    arguments = compiled.arguments(values)
    for _ in range(_MEETINGS):
        try:
            return await _run(connection, compiled, arguments)
        except asyncpg.PostgresError as error:
            if outage_of(error) is not Outage.CONFLICT or connection.is_in_transaction():
                raise
    return await _run(connection, compiled, arguments)


async def _run(connection: Connection, compiled: Statement, arguments: list[Any]) -> Rows:
    if compiled.returns_rows:
        rows = await connection.fetch(compiled.sql, *arguments)
        return Rows(rows, len(rows))
    status = await connection.execute(compiled.sql, *arguments)  # such as "UPDATE 3"
    return Rows((), int(status.rpartition(" ")[2]))
