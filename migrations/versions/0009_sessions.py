"""Expands: sessions, the permissions to chat that a page holds. The previous version runs on it without them.

Of a client secret there is only a hash.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "all sessions: pages that hold a client secret need a new one"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("agent", sa.Text),
        sa.Column("workflow", JSONB, nullable=False),
        sa.Column("configuration", JSONB, nullable=False),
        sa.Column("per_minute", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("secret_hash", name="uq_sessions_secret_hash"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    # As in 0004.
    op.execute("ALTER TABLE sessions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sessions FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY owner ON sessions USING ("
        "(tenant = current_setting('chatkit_link.tenant', true) "
        "AND user_id = current_setting('chatkit_link.user', true)) "
        "OR current_setting('chatkit_link.house', true) = 'on')"
    )


def downgrade() -> None:
    op.drop_table("sessions")
