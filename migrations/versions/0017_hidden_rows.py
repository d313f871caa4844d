"""Refuses: a read that row-level security would answer with nothing, because the connection names no user.

The owner of the tables is held by the policies, too. ``pg_dump --enable-row-security`` as that role wrote a dump
without a row and ended well. Now the first row that is hidden from a connection that has declared nothing is an error.
Every connection of the server declares whose rows it shows, those of the previous version as well; for these the
function is the last of the alternatives and is hardly ever called. It is safe in parallel workers: a policy that is
not would keep every statement on its table to one process.
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: As in 0010.
STANDSTILL = 800
REFUSE = """
CREATE FUNCTION refuse_hidden_rows() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF coalesce(current_setting('chatkit_link.tenant', true), '') = '' THEN
        RAISE EXCEPTION 'row-level security hides all rows of this table: the connection does not say whose it shows'
        USING ERRCODE = 'insufficient_privilege',
        HINT = 'For a backup: PGOPTIONS="-c chatkit_link.is_system=on" pg_dump --enable-row-security';
    END IF;
    RETURN false;
END $$
"""
POLICIES = sa.text("""
    SELECT quote_ident(policyname) AS policy, quote_ident(schemaname) || '.' || quote_ident(tablename) AS table, qual,
        has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'UPDATE, DELETE, TRUNCATE')
            AS lockable
    FROM pg_policies WHERE schemaname = current_schema() AND qual LIKE '%chatkit_link.is_system%'
    ORDER BY tablename, policyname
""")
CALL = re.compile(r"\s+OR\s+(?:\w+\.)?refuse_hidden_rows\(\)")


def upgrade() -> None:
    op.execute(REFUSE)
    _change(lambda qual: f"({qual}) OR refuse_hidden_rows()")


def downgrade() -> None:
    _change(lambda qual: CALL.sub("", qual))
    op.execute("DROP FUNCTION refuse_hidden_rows()")


def _change(changed: Callable[[str], str]) -> None:
    found = op.get_bind().execute(POLICIES).all()
    # Before PostgreSQL 17 an owner without these rights, as of the audit log, may alter a table but not lock it.
    unlockable = {row.table for row in found if not row.lockable}
    for table in unlockable:
        op.execute(f"GRANT DELETE ON {table} TO CURRENT_USER")
    # All locks at once and in a bounded time, or none: `migrate` tries again when it was not given them.
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute(f"LOCK TABLE {', '.join(row.table for row in found)} IN ACCESS EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")
    for row in found:
        op.execute(f"ALTER POLICY {row.policy} ON {row.table} USING ({changed(row.qual)})")
    for table in unlockable:
        op.execute(f"REVOKE DELETE ON {table} FROM CURRENT_USER")
