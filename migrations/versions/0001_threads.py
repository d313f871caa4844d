"""Expands an empty database: threads, items, attachments, feedback and turns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _owner() -> list[sa.Column]:
    return [sa.Column("tenant", sa.Text, nullable=False), sa.Column("user_id", sa.Text, nullable=False)]


def _now(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def upgrade() -> None:
    op.create_table(
        "threads",
        sa.Column("id", sa.Text, nullable=False),
        *_owner(),
        sa.Column("title", sa.Text),
        sa.Column("status", JSONB, nullable=False),
        sa.Column("allowed_image_domains", JSONB),
        sa.Column("metadata", JSONB, nullable=False),
        _now("created_at"),
        _now("last_activity"),
        sa.Column("last_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
    )
    op.create_index("ix_threads_list", "threads", ["tenant", "user_id", "last_activity", "id"])
    op.create_table(
        "thread_items",
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        *_owner(),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("thread_id", "id", name="pk_thread_items"),
        sa.UniqueConstraint("thread_id", "seq", name="uq_thread_items_thread_id_seq"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], ondelete="CASCADE", name="fk_thread_items_thread_id"),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Text, nullable=False),
        *_owner(),
        sa.Column("thread_id", sa.Text),
        sa.Column("data", JSONB, nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], ondelete="CASCADE", name="fk_attachments_thread_id"),
    )
    op.create_index("ix_attachments_thread_id", "attachments", ["thread_id"])
    _create_beside_item("feedback", "item_id", sa.Column("kind", sa.Text, nullable=False))
    _create_beside_item("turns", "anchor_id", sa.Column("record", JSONB, nullable=False))


def _create_beside_item(table: str, key: str, content: sa.Column) -> None:
    """A table whose rows hang on one thread item and go with it."""
    op.create_table(
        table,
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column(key, sa.Text, nullable=False),
        *_owner(),
        content,
        _now("created_at"),
        sa.PrimaryKeyConstraint("thread_id", key, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["thread_id", key],
            ["thread_items.thread_id", "thread_items.id"],
            ondelete="CASCADE",
            name=f"fk_{table}_thread_id_{key}",
        ),
    )
