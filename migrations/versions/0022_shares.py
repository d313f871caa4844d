"""Expands: read-only links to threads, with a copy of what each of them displays.

Of a link there is only a hash. The previous version runs on it without them; it deletes them with their thread.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "links to threads: whoever has one finds nothing behind it"

OWN = "tenant = current_setting('chatkit_link.tenant', true) AND user_id = current_setting('chatkit_link.user', true)"
IS_SYSTEM = "current_setting('chatkit_link.is_system', true) = 'on'"


def upgrade() -> None:
    op.create_table(
        "shares",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "tenant", "user_id", "thread_id")),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("until_id", sa.Text, nullable=False),
        sa.Column("attachments", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_shares"),
        sa.ForeignKeyConstraint(
            ["tenant", "thread_id"],
            ["threads.tenant", "threads.id"],
            name="fk_shares_tenant_thread_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_shares_token_hash", "shares", ["token_hash"])
    op.create_index("ix_shares_thread_id", "shares", ["tenant", "thread_id", "created_at"])
    op.create_index(
        "ix_shares_expires_at", "shares", ["expires_at"], postgresql_where=sa.text("expires_at IS NOT NULL")
    )
    op.create_table(
        "shared_items",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("share_id", "id", "tenant", "user_id")),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("tenant", "share_id", "seq", name="pk_shared_items"),
        sa.ForeignKeyConstraint(
            ["tenant", "share_id"],
            ["shares.tenant", "shares.id"],
            name="fk_shared_items_tenant_share_id",
            ondelete="CASCADE",
        ),
    )
    # As in 0013 and 0017.
    for table in ("shares", "shared_items"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} USING (({OWN}) OR {IS_SYSTEM} OR refuse_hidden_rows())")


def downgrade() -> None:
    op.drop_table("shared_items")
    op.drop_table("shares")
