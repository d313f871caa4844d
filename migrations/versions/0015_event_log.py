"""Expands: the event log in partitions by time, one row per run and flush, and the request that a run belongs to.

``run_batches`` holds a run's events; its partitions are made and dropped by the servers
(``chatkit_link/store/event_partitions.py``), and what comes before the first of them goes into the default one. No
foreign key refers to ``runs``, since dropping a partition would have to check it: a trigger deletes what belongs to
deleted runs, for a user's connection, too, which sees no row of it.

The previous version runs on it: it goes on with ``run_events``, which this version reads as well. Runs of this version
have ``events_kept`` off, so that the previous one answers 410 for their events, rather than with an empty stream.
Leases lose their index, so that renewing one changes no index; expired ones are found through ``uq_runs_running``. A
page of ``runs`` has room for a second version of each of its rows: those that are renewed together stay on their page.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

#: As in migration 0010: below PostgreSQL's deadlock_timeout.
STANDSTILL = 800
IS_SYSTEM = "current_setting('chatkit_link.is_system', true) = 'on'"
FORGET = """
CREATE FUNCTION delete_run_batches() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    before text := coalesce(current_setting('chatkit_link.is_system', true), '');
BEGIN
    PERFORM set_config('chatkit_link.is_system', 'on', true);
    DELETE FROM run_batches USING deleted
    WHERE run_batches.tenant = deleted.tenant AND run_batches.run_id = deleted.id;
    PERFORM set_config('chatkit_link.is_system', before, true);
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER delete_run_batches AFTER DELETE ON runs REFERENCING OLD TABLE AS deleted
FOR EACH STATEMENT EXECUTE FUNCTION delete_run_batches()
"""


def upgrade() -> None:
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")
    op.add_column("runs", sa.Column("request_id", sa.Text))
    op.drop_index("ix_runs_lease", "runs")
    op.execute("ALTER TABLE runs SET (fillfactor = 45)")
    op.create_table(
        "run_batches",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("first_id", sa.BigInteger, nullable=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sa.Column("lengths", sa.LargeBinary, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("tenant", "run_id", "last_id", "created_at", name="pk_run_batches"),
        postgresql_partition_by="RANGE (created_at)",
    )
    op.execute("CREATE TABLE run_batches_default PARTITION OF run_batches DEFAULT")
    for table in ("run_batches", "run_batches_default"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY system_only ON {table} USING ({IS_SYSTEM})")
    op.execute(FORGET)
    op.execute("REVOKE ALL ON FUNCTION delete_run_batches() FROM PUBLIC")
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER delete_run_batches ON runs")
    op.execute("DROP FUNCTION delete_run_batches()")
    op.drop_table("run_batches")
    op.execute("ALTER TABLE runs RESET (fillfactor)")
    op.create_index("ix_runs_lease", "runs", ["lease_until"], postgresql_where=sa.text("status = 'running'"))
    op.drop_column("runs", "request_id")
