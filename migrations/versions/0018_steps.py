"""Expands: what an answer has come to, so that another replica goes on with it.

``run_batches.steps`` has steps of a run's journal beside its events. ``runs.generation`` counts the replicas that have
taken it over, for the ids of its events, and ``runs.takeovers`` those of them that did so after a crash. ``runs.claim``
is what was known when the run began, such as the rights of who asked, until it is over.
``usage.generation`` tells what was used by which of them, and stays when the run is deleted. The previous
version runs on it: it writes no steps, and ends the runs that it takes over. A run that was handed over names no
replica, and looks to that version like one whose lease is over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "how far running answers are: those that lose their server are interrupted"
#: As in migration 0010: below PostgreSQL's deadlock_timeout.
STANDSTILL = 800


def upgrade() -> None:
    _lock()
    op.add_column("run_batches", sa.Column("steps", sa.LargeBinary))
    for name in ("generation", "takeovers"):
        op.add_column("runs", sa.Column(name, sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("claim", sa.LargeBinary))
    op.add_column("usage", sa.Column("generation", sa.SmallInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    _lock()
    op.drop_column("usage", "generation")
    for name in ("claim", "takeovers", "generation"):
        op.drop_column("runs", name)
    op.drop_column("run_batches", "steps")


def _lock() -> None:
    # All locks at once and in a bounded time, or none: `migrate` tries again when it was not given them.
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute("LOCK TABLE runs, run_batches, usage IN ACCESS EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")
