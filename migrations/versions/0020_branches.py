"""Expands: the branches of a thread that are not its active path, in a table of their own.

What is in ``thread_items`` is the active path alone: the previous version runs on it and sees a plain thread. A retry
that it carries out deletes the old answer, as it always did; what branched off behind that is then reached by nobody,
and goes with its thread.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "the versions of edited messages and of answers that are not the displayed ones"
#: As in 0010: the foreign key takes a lock on threads.
STANDSTILL = 800

TENANT = "current_setting('chatkit_link.tenant', true)"
USER = "current_setting('chatkit_link.user', true)"
IS_SYSTEM = "current_setting('chatkit_link.is_system', true) = 'on'"


def upgrade() -> None:
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute("LOCK TABLE threads IN SHARE ROW EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")
    op.create_table(
        "inactive_items",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("thread_id", "tenant", "user_id")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("seq", "parent_seq")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "type")),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("feedback", sa.Text),
        sa.Column("feedback_at", sa.DateTime(timezone=True)),
        *(sa.Column(name, JSONB) for name in ("parent_record", "record")),
        sa.Column("is_first", sa.Boolean, nullable=False, server_default="false"),
        sa.PrimaryKeyConstraint("tenant", "thread_id", "seq", name="pk_inactive_items"),
        sa.ForeignKeyConstraint(
            ["tenant", "thread_id"],
            ["threads.tenant", "threads.id"],
            ondelete="CASCADE",
            name="fk_inactive_items_tenant_thread_id",
        ),
    )
    op.create_index("ix_inactive_items_parent_seq", "inactive_items", ["tenant", "thread_id", "parent_seq"])
    op.create_index(
        "ix_inactive_items_first",
        "inactive_items",
        ["tenant", "thread_id", "parent_seq", "seq"],
        postgresql_where=sa.text("is_first"),
    )
    op.create_index("ix_inactive_items_id", "inactive_items", ["tenant", "thread_id", "id"])
    op.execute("ALTER TABLE inactive_items ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE inactive_items FORCE ROW LEVEL SECURITY")
    owner = f"tenant = {TENANT} AND user_id = {USER}"
    op.execute(f"CREATE POLICY owner ON inactive_items USING (({owner}) OR {IS_SYSTEM} OR refuse_hidden_rows())")


def downgrade() -> None:
    op.drop_table("inactive_items")
