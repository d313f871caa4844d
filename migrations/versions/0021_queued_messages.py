"""Expands: messages that wait for the end of an answer. The previous version runs on it without them.

What that version ends is found by a replica of this one, which then begins the next message of the thread.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "messages that wait for the end of an answer"

OWN = "tenant = current_setting('chatkit_link.tenant', true) AND user_id = current_setting('chatkit_link.user', true)"
IS_SYSTEM = "current_setting('chatkit_link.is_system', true) = 'on'"


def upgrade() -> None:
    op.create_table(
        "queued_messages",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("input", JSONB, nullable=False),
        sa.Column("caller", sa.LargeBinary, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("allow_cancel", sa.Boolean, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("is_next", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_queued_messages"),
        sa.ForeignKeyConstraint(
            ["tenant", "thread_id"],
            ["threads.tenant", "threads.id"],
            name="fk_queued_messages_tenant_thread_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_queued_messages_thread_id", "queued_messages", ["tenant", "thread_id", "place"])
    op.create_index(
        "ix_queued_messages_waiting", "queued_messages", ["tenant", "thread_id"], postgresql_where=sa.text("NOT held")
    )
    # As in 0013 and 0017.
    op.execute("ALTER TABLE queued_messages ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE queued_messages FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON queued_messages USING (({OWN}) OR {IS_SYSTEM} OR refuse_hidden_rows())")


def downgrade() -> None:
    op.drop_table("queued_messages")
