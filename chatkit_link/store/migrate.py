"""Bringing a database to the schema of this version."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from chatkit_link.resources import resource
from chatkit_link.store.engine import Database

#: Any constant: replicas that start together migrate one after the other.
_LOCK = 0x436B4C6B


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def head() -> str | None:
    """The revision this version of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    command.upgrade(config, "head")


async def migrate(database: Database) -> None:
    """Upgrade to the newest schema, in one transaction; does nothing where that is done already."""
    async with database.system() as connection:
        await connection.run_sync(_upgrade)


async def revision(database: Database) -> str | None:
    """The revision the database is at, or None for an empty one."""
    async with database.system() as connection:
        return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
