"""What the tables have in common: their names in the database, whose a row is, and what it goes with."""

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    Text,
    func,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def owner() -> tuple[Column[str], Column[str]]:
    """Whose a row is."""
    return Column("tenant", Text, nullable=False), Column("user_id", Text, nullable=False)


def now(name: str) -> Column[object]:
    """When a row was made, by the clock of the database."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def of_thread() -> ForeignKeyConstraint:
    """A row that goes with its thread."""
    return ForeignKeyConstraint(["tenant", "thread_id"], ["threads.tenant", "threads.id"], ondelete="CASCADE")


def of_item(column: str) -> ForeignKeyConstraint:
    """A row that goes with its item."""
    item = ["thread_items.tenant", "thread_items.thread_id", "thread_items.id"]
    return ForeignKeyConstraint(["tenant", "thread_id", column], item, ondelete="CASCADE")
