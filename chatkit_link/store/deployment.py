"""What all replicas of one deployment have in common, as the first of them found it: a few names with a value each."""

from sqlalchemy import Double, Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.store.engine import Database
from chatkit_link.store.tables import deployment


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
