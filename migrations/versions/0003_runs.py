"""Expands: runs and their event logs. The previous version runs on it; it knows neither table."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "all runs and their events: answers that are being written end"

RUNNING = sa.text("status = 'running'")


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("replica", sa.Text, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("last_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("events_kept", sa.Boolean, nullable=False, server_default="true"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("uq_runs_running", "runs", ["thread_id"], unique=True, postgresql_where=RUNNING)
    op.create_index("ix_runs_lease", "runs", ["lease_until"], postgresql_where=RUNNING)
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])
    op.create_index("ix_runs_thread_id", "runs", ["thread_id"])
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "id", name="pk_run_events"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE", name="fk_run_events_run_id"),
    )


def downgrade() -> None:
    op.drop_table("run_events")
    op.drop_table("runs")
