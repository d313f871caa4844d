"""Expands: rates, usage, spending, and the slot of a run. The previous version runs on it; it knows none of them.

A run that the previous version starts has no slot, so beside it a user may have a few runs too many
until the roll-out is over.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "the use and the cost of models, and the present rates"

RUNNING = sa.text("status = 'running'")


def upgrade() -> None:
    op.add_column("runs", sa.Column("slot", sa.Integer))
    op.create_index("uq_runs_slot", "runs", ["tenant", "user_id", "slot"], unique=True, postgresql_where=RUNNING)
    op.create_table(
        "rates",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("hits", ARRAY(sa.Double), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rates"),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_rates_until", "rates", ["until"])
    op.create_table(
        "usage",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("input_tokens", sa.BigInteger, nullable=False),
        sa.Column("cached_tokens", sa.BigInteger, nullable=False),
        sa.Column("output_tokens", sa.BigInteger, nullable=False),
        sa.Column("cost", sa.Numeric, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_usage"),
    )
    op.create_index("ix_usage_created_at", "usage", ["created_at"])
    op.create_index("ix_usage_run_id", "usage", ["run_id"])
    op.create_table(
        "spending",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("span", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("cost", sa.Numeric, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "user_id", "span", "until", name="pk_spending"),
    )
    op.create_index("ix_spending_until", "spending", ["until"])
    # As in 0004; a tenant's sums belong to all its users.
    for table, whose in (("usage", "user_id = {user}"), ("spending", "user_id IN ({user}, '')")):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        user = whose.format(user="current_setting('chatkit_link.user', true)")
        op.execute(
            f"CREATE POLICY owner ON {table} USING ("
            f"(tenant = current_setting('chatkit_link.tenant', true) AND {user}) "
            "OR current_setting('chatkit_link.house', true) = 'on')"
        )


def downgrade() -> None:
    for table in ("spending", "usage", "rates"):
        op.drop_table(table)
    op.drop_index("uq_runs_slot", "runs")
    op.drop_column("runs", "slot")
