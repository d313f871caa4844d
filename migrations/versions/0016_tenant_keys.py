"""Keys, unique indexes and foreign keys begin with the tenant; and the sums of files are kept by triggers.

Hash partitions by tenant, and Citus, demand that each of them contains the tenant. The previous version runs on it:

- Its statements name the former keys after ON CONFLICT, which need a unique index of exactly these columns. So beside
  the new keys the former ones remain, as indexes named ``former_...``. A later migration drops ``FORMER``, in a version
  that nobody upgrades to from one before this; ``former_runs_id`` goes with ``run_events``. A database that is made now
  never has a replica of the previous version, and gets ``former_runs_id`` alone.
- What it writes into ``attachments`` is counted by the triggers as well. It measures the quotas by itself, under a lock
  that this version does not take: until the roll-out is over, uploads at the same moment may overdraw one a little.

Indexes of a table in use are built before, without a lock (``AHEAD``, by ``store/migrate.py``); what is done here is
done in the catalog alone, except the first sums of the files. Foreign keys hold for new rows at once and are checked
for the rows that are there afterwards, beside the running servers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

#: Milliseconds that a busy server may stand still for the locks, as in 0010.
STANDSTILL = 800

#: Table -> its former key. The new one is the same behind the tenant.
KEYS = {
    "threads": ("id",),
    "thread_items": ("thread_id", "id"),
    "attachments": ("id",),
    "feedback": ("thread_id", "item_id"),
    "turns": ("thread_id", "anchor_id"),
    "runs": ("id",),
    "usage": ("id",),
    "sessions": ("id",),
}
#: Of the previous version, no statement names the id of a session after ON CONFLICT.
FORMER = {f"former_{table}_{'_'.join(key)}": (table, key) for table, key in KEYS.items() if table != "sessions"}
#: Name -> table, and the index; ``new_`` are those that take the name of the one that they replace.
INDEXES = {
    "uq_thread_items_tenant_thread_id_seq": ("thread_items", "UNIQUE (tenant, thread_id, seq)"),
    "ix_threads_created_at": ("threads", "(tenant, created_at, id)"),
    "new_ix_attachments_thread_id": ("attachments", "(tenant, thread_id)"),
    "ix_attachments_kept": ("attachments", "(created_at) WHERE state = 'kept'"),
    "new_uq_runs_running": ("runs", "UNIQUE (tenant, thread_id) WHERE status = 'running'"),
    "new_ix_runs_thread_id": ("runs", "(tenant, thread_id, created_at)"),
    "ix_sessions_secret_hash": ("sessions", "(secret_hash)"),
    "ix_thread_items_pending": (
        "thread_items",
        "(tenant, thread_id, seq) WHERE type = 'client_tool_call' AND data ->> 'status' = 'pending'",
    ),
    "ix_turns_waiting": ("turns", "(tenant, thread_id) WHERE record ? 'waiting'"),
    "ix_turns_ending": ("turns", "(tenant, thread_id, created_at) WHERE record ? 'ending'"),
    # Last: of indexes that promise the same, PostgreSQL takes the newest. Before the first statistics, as after a
    # restore, an item would otherwise be looked for among all of its thread.
    **{f"new_pk_{table}": (table, f"UNIQUE ({', '.join(('tenant', *key))})") for table, key in KEYS.items()},
}
#: Built one by one before this migration, without a lock.
AHEAD = {**{name: (table, f"UNIQUE ({', '.join(key)})") for name, (table, key) in FORMER.items()}, **INDEXES}

#: Name -> table, its columns behind the tenant, the table that they refer to, and its columns.
REFERENCES = {
    "fk_thread_items_tenant_thread_id": ("thread_items", ("thread_id",), "threads", ("id",)),
    "fk_attachments_tenant_thread_id": ("attachments", ("thread_id",), "threads", ("id",)),
    "fk_feedback_tenant_thread_id_item_id": ("feedback", ("thread_id", "item_id"), "thread_items", ("thread_id", "id")),
    "fk_turns_tenant_thread_id_anchor_id": ("turns", ("thread_id", "anchor_id"), "thread_items", ("thread_id", "id")),
}
FORMER_REFERENCES = {
    "fk_thread_items_thread_id": ("thread_items", ("thread_id",), "threads", ("id",)),
    "fk_attachments_thread_id": ("attachments", ("thread_id",), "threads", ("id",)),
    "fk_feedback_thread_id_item_id": ("feedback", ("thread_id", "item_id"), "thread_items", ("thread_id", "id")),
    "fk_turns_thread_id_anchor_id": ("turns", ("thread_id", "anchor_id"), "thread_items", ("thread_id", "id")),
}
EVENTS = ("run_events", ("run_id",), "runs", ("id",))

TENANT = "current_setting('chatkit_link.tenant', true)"
USER = "current_setting('chatkit_link.user', true)"
IS_SYSTEM = "current_setting('chatkit_link.is_system', true) = 'on'"

#: What a row of attachments adds to the sums. Rows are locked in one order: a tenant's sums first.
SUMS = """
    SELECT tenant, scope, name, sum(sign * files) AS files, sum(sign * size) AS size, sum(sign * awaiting) AS awaiting
    FROM (
        SELECT sign, tenant, user_id, network,
            CASE WHEN state = 'kept' OR reserved > 0 THEN 1 ELSE 0 END AS files,
            CASE WHEN state = 'awaiting' THEN reserved ELSE size END + made AS size,
            CASE WHEN state = 'awaiting' AND reserved = 0 THEN 1 ELSE 0 END AS awaiting
        FROM ({rows}) AS file WHERE state IS NOT NULL
    ) AS file, LATERAL (VALUES ('tenant', ''), ('user', user_id), ('network', network)) AS sums (scope, name)
    WHERE name IS NOT NULL
    GROUP BY tenant, scope, name
    HAVING sum(sign * files) <> 0 OR sum(sign * size) <> 0 OR sum(sign * awaiting) <> 0
    ORDER BY tenant, scope <> 'tenant', scope, name
"""
ROWS = "SELECT {sign} AS sign, tenant, user_id, network, state, reserved, size, made FROM {table}"
COUNT = """
CREATE FUNCTION count_files_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO file_usage AS kept (tenant, scope, name, files, size, awaiting) {sums}
    ON CONFLICT (tenant, scope, name) DO UPDATE SET
        files = kept.files + excluded.files, size = kept.size + excluded.size,
        awaiting = kept.awaiting + excluded.awaiting;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER count_files_{event} AFTER {event} ON attachments REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION count_files_{event}()
"""
EVERY = {"insert": {"added": 1}, "update": {"removed": -1, "added": 1}, "delete": {"removed": -1}}
AS = {"added": "NEW TABLE AS added", "removed": "OLD TABLE AS removed"}


def upgrade() -> None:
    is_new = op.get_context().opts.get("is_new", False)
    _lock()
    if is_new:
        _build("former_runs_id", "runs", "UNIQUE (id)")
    for name, (table, definition) in (INDEXES if is_new else AHEAD).items():
        _build(name, table, definition)  # does nothing where it was built before
    _drop_references([*FORMER_REFERENCES.items(), ("fk_run_events_run_id", EVENTS)])
    for table in KEYS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY USING INDEX new_pk_{table}")
    op.execute("ALTER TABLE thread_items DROP CONSTRAINT uq_thread_items_thread_id_seq")
    op.execute(
        "ALTER TABLE thread_items ADD CONSTRAINT uq_thread_items_tenant_thread_id_seq "
        "UNIQUE USING INDEX uq_thread_items_tenant_thread_id_seq"
    )
    op.execute("ALTER TABLE sessions DROP CONSTRAINT uq_sessions_secret_hash")
    for name in ("ix_attachments_thread_id", "uq_runs_running", "ix_runs_thread_id"):
        op.execute(f"DROP INDEX {name}")
        op.execute(f"ALTER INDEX new_{name} RENAME TO {name}")
    for name, (table, columns, to, key) in REFERENCES.items():
        _refer(name, table, ("tenant", *columns), to, ("tenant", *key), is_new=is_new)
    _refer("fk_run_events_run_id", *EVENTS, is_new=is_new)
    _sum_files()
    op.drop_index("ix_attachments_usage", "attachments")


def downgrade() -> None:
    """Raises an error where two tenants have used the same id, which the previous version cannot store."""
    _lock()
    op.create_index(
        "ix_attachments_usage",
        "attachments",
        ["tenant", "user_id", "network", "state", "size", "made", "reserved"],
    )
    for event in EVERY:
        op.execute(f"DROP TRIGGER count_files_{event} ON attachments")
        op.execute(f"DROP FUNCTION count_files_{event}()")
    op.drop_table("file_usage")
    _drop_references([*REFERENCES.items(), ("fk_run_events_run_id", EVENTS)])
    for table, key in KEYS.items():
        name = f"former_{table}_{'_'.join(key)}"
        _build(name, table, f"UNIQUE ({', '.join(key)})")
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY USING INDEX {name}")
    op.drop_constraint("uq_thread_items_tenant_thread_id_seq", "thread_items")
    op.create_unique_constraint("uq_thread_items_thread_id_seq", "thread_items", ["thread_id", "seq"])
    op.drop_index("ix_sessions_secret_hash", "sessions")
    op.create_unique_constraint("uq_sessions_secret_hash", "sessions", ["secret_hash"])
    for name, table in (
        ("ix_threads_created_at", "threads"),
        ("ix_thread_items_pending", "thread_items"),
        ("ix_turns_waiting", "turns"),
        ("ix_turns_ending", "turns"),
        ("ix_attachments_kept", "attachments"),
        ("ix_attachments_thread_id", "attachments"),
        ("uq_runs_running", "runs"),
        ("ix_runs_thread_id", "runs"),
    ):
        op.drop_index(name, table)
    op.create_index("ix_attachments_thread_id", "attachments", ["thread_id"])
    op.create_index(
        "uq_runs_running", "runs", ["thread_id"], unique=True, postgresql_where=sa.text("status = 'running'")
    )
    op.create_index("ix_runs_thread_id", "runs", ["thread_id"])
    for name, reference in FORMER_REFERENCES.items():
        _refer(name, *reference, is_new=True)
    _refer("fk_run_events_run_id", *EVENTS, is_new=True)


def _lock() -> None:
    # All at once and in a bounded time, or none: `migrate` tries again when it was not given them.
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute(f"LOCK TABLE {', '.join((*KEYS, 'run_events'))} IN ACCESS EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")


def _build(name: str, table: str, definition: str) -> None:
    columns = definition.removeprefix("UNIQUE ")
    unique = "UNIQUE " if columns != definition else ""
    op.execute(f"CREATE {unique}INDEX IF NOT EXISTS {name} ON {table} {columns}")


def _drop_references(references: list[tuple[str, tuple[str, tuple[str, ...], str, tuple[str, ...]]]]) -> None:
    for name, (table, *_) in references:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _refer(name: str, table: str, columns: tuple[str, ...], to: str, key: tuple[str, ...], *, is_new: bool) -> None:
    """is_new: the rows that are there are checked here; else by ``store/migrate.py``, without a lock."""
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(columns)}) "
        f"REFERENCES {to} ({', '.join(key)}) ON DELETE CASCADE{'' if is_new else ' NOT VALID'}"
    )


def _sum_files() -> None:
    op.create_table(
        "file_usage",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tenant", "scope", "name")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("files", "size", "awaiting")),
        sa.PrimaryKeyConstraint("tenant", "scope", "name", name="pk_file_usage"),
    )
    op.create_index("ix_file_usage_awaiting", "file_usage", ["scope", "name"], postgresql_where=sa.text("awaiting > 0"))
    op.create_index(
        "ix_file_usage_empty",
        "file_usage",
        ["tenant"],
        postgresql_where=sa.text("files = 0 AND size = 0 AND awaiting = 0"),
    )
    op.execute("ALTER TABLE file_usage ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE file_usage FORCE ROW LEVEL SECURITY")
    # The sums of a tenant and of an address belong to all that share them.
    shared = f"tenant = {TENANT} AND (scope <> 'user' OR name = {USER})"
    op.execute(f"CREATE POLICY owner ON file_usage USING (({shared}) OR {IS_SYSTEM})")
    for event, tables in EVERY.items():
        rows = " UNION ALL ".join(ROWS.format(sign=sign, table=table) for table, sign in tables.items())
        op.execute(COUNT.format(event=event, sums=SUMS.format(rows=rows)))
        op.execute(TRIGGER.format(event=event, tables=" ".join(AS[table] for table in tables)))
    rows = ROWS.format(sign=1, table="attachments")
    op.execute(f"INSERT INTO file_usage (tenant, scope, name, files, size, awaiting) {SUMS.format(rows=rows)}")
