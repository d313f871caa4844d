"""Expands: row-level security on every table that holds users' rows (``chatkit_link/store/row_security.py``).

A row is visible to its owner, as the connection names them, and to system connections (the setting was called
``chatkit_link.house``). Forced, because the tables' owner is as a rule the very user that the server connects as.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("threads", "thread_items", "attachments", "feedback", "turns", "runs")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY owner ON {table} USING ("
            "(tenant = current_setting('chatkit_link.tenant', true) "
            "AND user_id = current_setting('chatkit_link.user', true)) "
            "OR current_setting('chatkit_link.house', true) = 'on')"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP POLICY owner ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
