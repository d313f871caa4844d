"""Expands: threads carry their agent, can be pinned, and are searched by their words.

``threads.agent`` is null for threads of the previous version, which belong to the default agent. ``item_words`` has
the words of messages, and ``threads.searchable_seq`` how far a thread is in it. The previous version runs on it: what
it writes is given its words when its user searches next.

PostgreSQL does not use an index for a condition behind row-level security unless its operator is leakproof, and ``@@``
is not. So what is searched for is declared on the connection, and the condition is a policy of its own, which is
restrictive: it comes first and only takes away. A connection that declares nothing is shown what it may see.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "which agent each thread belongs to, and which threads are pinned"
#: As in migration 0010: below PostgreSQL's deadlock_timeout.
STANDSTILL = 800

OWN = "tenant = current_setting('chatkit_link.tenant', true) AND user_id = current_setting('chatkit_link.user', true)"
IS_SYSTEM = "current_setting('chatkit_link.is_system', true) = 'on'"
#: Of nothing that is declared, a query that all rows fit.
SEARCHED = "words @@ coalesce(nullif(current_setting('chatkit_link.search', true), ''), '!nothing')::tsquery"


def upgrade() -> None:
    # All locks at once and in a bounded time, or none: `migrate` tries again when it was not given them.
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute("LOCK TABLE threads, thread_items IN ACCESS EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")
    op.add_column("threads", sa.Column("agent", sa.Text))
    op.add_column("threads", sa.Column("pinned_at", sa.DateTime(timezone=True)))
    op.add_column("threads", sa.Column("searchable_seq", sa.BigInteger, nullable=False, server_default="0"))
    item = ["thread_items.tenant", "thread_items.thread_id", "thread_items.id"]
    op.create_table(
        "item_words",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("item_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "thread_id", "item_id", name="pk_item_words"),
        sa.ForeignKeyConstraint(
            ["tenant", "thread_id", "item_id"], item, ondelete="CASCADE", name="fk_item_words_tenant_thread_id_item_id"
        ),
    )
    op.create_index("ix_item_words_words", "item_words", ["words"], postgresql_using="gin")
    op.execute("ALTER TABLE item_words ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE item_words FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON item_words USING (({OWN}) OR {IS_SYSTEM} OR refuse_hidden_rows())")
    op.execute(f"CREATE POLICY searched ON item_words AS RESTRICTIVE FOR SELECT USING ({SEARCHED})")


def downgrade() -> None:
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute("LOCK TABLE threads, thread_items IN ACCESS EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")
    op.drop_table("item_words")
    for name in ("searchable_seq", "pinned_at", "agent"):
        op.drop_column("threads", name)
