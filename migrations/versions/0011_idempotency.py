"""Expands: the idempotency keys of sessions. The previous version runs on it without them.

Of a key, and of the request that came with it, there is only a hash.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "the idempotency keys of sessions"

#: As in 0010: so long may a busy server stand still.
STANDSTILL = 800


def upgrade() -> None:
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")
    op.add_column("sessions", sa.Column("idempotency_hash", sa.LargeBinary))
    op.add_column("sessions", sa.Column("request_hash", sa.LargeBinary))
    # There is no row to index yet.
    op.create_index(
        "uq_sessions_idempotency",
        "sessions",
        ["tenant", "idempotency_hash"],
        unique=True,
        postgresql_where=sa.text("idempotency_hash IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_sessions_idempotency", "sessions")
    op.drop_column("sessions", "request_hash")
    op.drop_column("sessions", "idempotency_hash")
