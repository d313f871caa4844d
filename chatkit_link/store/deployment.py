"""What all replicas of one deployment have in common, as the first of them found it: a few names with a value each."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Double, Text, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.store.engine import Database, System
from chatkit_link.store.tables import deployment


@dataclass(frozen=True, slots=True)
class Observed:
    """A database at one moment.

    revision: of its schema. now: its clock, in seconds since 1970. ahead: seconds by which that clock is ahead of this
    machine's, and doubt: by how many it may be more or less, because the question took its time.
    """

    values: Mapping[str, str]
    revision: str | None
    now: float
    ahead: float
    doubt: float

    def age(self, name: str) -> float | None:
        """Seconds since ``touch``; None if it has no time. A name that ends with a space: the least of those below."""
        below = [
            self.values[each] for each in self.values if each == name or (name[-1] == " " and each.startswith(name))
        ]
        return self.now - max(float(value) for value in below) if below else None


_OBSERVE = text("""
    SELECT extract(epoch FROM clock_timestamp())::float8 AS now,
        (SELECT max(version_num) FROM alembic_version) AS revision,
        coalesce((SELECT jsonb_object_agg(name, value) FROM deployment), '{}'::jsonb) AS values
""")


async def observe(database: Database) -> Observed:
    """Everything that is known here, the schema and the clock, in one statement."""
    async with database.replica() as connection:
        return await observe_through(connection)


async def observe_through(connection: System) -> Observed:
    """The same through a connection that is open."""
    asked = time.time()
    (row,) = await connection.execute(_OBSERVE)
    answered = time.time()
    return Observed(
        row["values"], row.revision, row.now, row.now - (asked + answered) / 2, max(0.0, (answered - asked) / 2)
    )


async def agree(database: Database, name: str, value: str) -> str:
    """The value of this name: ``value`` if it had none, else the one that it has; the same for all that ask at once."""
    async with database.system() as connection:
        # An update that changes nothing, so that the row comes back whoever wrote it.
        put = insert(deployment).values(name=name, value=value)
        put = put.on_conflict_do_update(index_elements=["name"], set_={"value": deployment.c.value})
        (row,) = await connection.execute(put.returning(deployment.c.value))
        return row.value


async def replace(database: Database, name: str, value: str) -> None:
    """Give the name this value from now on."""
    async with database.system() as connection:
        put = insert(deployment).values(name=name, value=value)
        await connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


async def exchange(database: Database, name: str, before: str, value: str) -> bool:
    """Give the name this value if it has the one before; False where another replica was faster."""
    async with database.system() as connection:
        change = update(deployment).where(deployment.c.name == name, deployment.c.value == before).values(value=value)
        return (await connection.execute(change)).changed == 1


async def forget(database: Database, name: str) -> None:
    """Let the next one that asks for this name decide."""
    async with database.system() as connection:
        await connection.execute(delete(deployment).where(deployment.c.name == name))


async def find(database: Database, name: str) -> str | None:
    """The value of this name, if it has one."""
    async with database.system() as connection:
        found = await connection.execute(select(deployment.c.value).where(deployment.c.name == name))
        return found[0].value if found else None


async def touch(database: Database, name: str) -> None:
    """Give the name the present time."""
    async with database.system() as connection:
        put = insert(deployment).values(name=name, value=_NOW)
        await connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": _NOW}))


async def age(database: Database, name: str) -> float | None:
    """Seconds since ``touch``, by the database's clock; None if it has no time."""
    passed = func.extract("epoch", func.now()) - cast(deployment.c.value, Double)
    async with database.system() as connection:
        found = await connection.execute(select(passed.label("passed")).where(deployment.c.name == name))
        return float(found[0].passed) if found else None


_NOW = func.extract("epoch", func.now()).cast(Text)
