"""The tables, as SQLAlchemy Core describes them. ``migrations/`` creates them; a test compares both.

Every table that holds users' data carries ``tenant`` and ``user_id``, so that one filter
(``store/tenancy.py``) works on each of them, with row-level security behind it (``store/row_security.py``).

An item's key is (tenant, thread, id), not id alone: ids that come from a model provider or from a user's
own ``ChatKitServer`` are unique within a thread at best, and so can never reach another thread's row.

Each key of these tables, and each foreign key, begins with the tenant: no rule spans two tenants, so that the tables
can be partitioned or distributed by it. docs/explanation/tenancy.md names the tables that have none.
A database that was made before migration 0016 has the former keys as well (``former_*``), until a later one drops them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chatkit_link.store.columns import metadata, now, of_thread, owner
from chatkit_link.store.thread_tables import (
    ENDED_TURN,
    PENDING_CALL,
    WAITING,
    WAITING_TURN,
    feedback,
    inactive_items,
    item_words,
    queued_messages,
    shared_items,
    shares,
    thread_items,
    threads,
    turns,
)

__all__ = [
    "ENDED_TURN",
    "PENDING_CALL",
    "RUNNING",
    "WAITING",
    "WAITING_TURN",
    "attachments",
    "audit_log",
    "deployment",
    "feedback",
    "file_removals",
    "file_usage",
    "inactive_items",
    "item_words",
    "metadata",
    "queued_messages",
    "rates",
    "run_batches",
    "run_events",
    "runs",
    "server_keys",
    "sessions",
    "shared_items",
    "shares",
    "spending",
    "thread_items",
    "threads",
    "turns",
    "usage",
]

attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, nullable=False),
    *owner(),
    Column("thread_id", Text),
    Column("data", JSONB, nullable=False),
    now("created_at"),
    # Where the bytes are stored (store/files.py); all of it empty where another attachment store has them.
    Column("state", Text),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("mime_type", Text),
    Column("place", Text),
    Column("renditions", JSONB(none_as_null=True)),
    # Bytes of the renditions: they take space, too.
    Column("made", BigInteger, nullable=False, server_default="0"),
    # While it is awaiting its bytes: what may have come of them by now.
    Column("reserved", BigInteger, nullable=False, server_default="0"),
    # A keyed hash of the address that it came from.
    Column("network", Text),
    PrimaryKeyConstraint("tenant", "id"),
    of_thread(),
)
Index("ix_attachments_thread_id", attachments.c.tenant, attachments.c.thread_id)
Index(
    "ix_attachments_awaiting",
    attachments.c.network,
    attachments.c.created_at,
    postgresql_where=text("state = 'awaiting'"),
)
Index(
    "ix_attachments_unsent",
    attachments.c.created_at,
    postgresql_where=text("thread_id IS NULL AND state IS NOT NULL"),
)

Index("ix_attachments_kept", attachments.c.created_at, postgresql_where=text("state = 'kept'"))

#: The sums of ``attachments``, for quotas. Triggers keep them (migration 0016), whoever writes or deletes a file.
#: scope, name: ``tenant`` and an empty name, ``user`` and a user's id, or ``network`` and the hash of an address.
file_usage = Table(
    "file_usage",
    metadata,
    Column("tenant", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("name", Text, nullable=False),
    # Files that are stored or being uploaded, and the bytes that have come of them, renditions included.
    Column("files", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    # Files that nothing has come of yet.
    Column("awaiting", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "scope", "name"),
)
Index("ix_file_usage_awaiting", file_usage.c.scope, file_usage.c.name, postgresql_where=text("awaiting > 0"))
Index(
    "ix_file_usage_empty",
    file_usage.c.tenant,
    postgresql_where=text("files = 0 AND size = 0 AND awaiting = 0"),
)

#: Bytes that no row needs any more. A trigger fills it whenever an attachment's row goes (migration 0006).
file_removals = Table(
    "file_removals",
    metadata,
    Column("prefix", Text, primary_key=True),
    now("due"),
)
Index("ix_file_removals_due", file_removals.c.due)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, nullable=False),
    *owner(),
    Column("thread_id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    # The message that a retry answers again; what followed it is about to be replaced.
    Column("retried", Text),
    Column("status", Text, nullable=False),
    Column("replica", Text, nullable=False),
    Column("lease_until", DateTime(timezone=True), nullable=False),
    Column("cancel_requested", Boolean, nullable=False, server_default="false"),
    # The last event of the run itself; what recovery adds follows it.
    Column("last_id", BigInteger, nullable=False, server_default="0"),
    now("created_at"),
    Column("finished_at", DateTime(timezone=True)),
    # Whether its events are in run_events, as the version before 0015 writes them.
    Column("events_kept", Boolean, nullable=False, server_default="true"),
    # One of its owner's slots for concurrent runs (concurrency_slots.py); null where they are not counted.
    Column("slot", Integer),
    # Of the request that started it: its log lines have the same.
    Column("request_id", Text),
    # How often another replica took it over: in all, which event ids depend on, and after a crash.
    Column("generation", SmallInteger, nullable=False, server_default="0"),
    Column("takeovers", SmallInteger, nullable=False, server_default="0"),
    # What was known when it began (protocol/beginning.py), until it is over; null from the version before 0018.
    Column("claim", LargeBinary),
    PrimaryKeyConstraint("tenant", "id"),
)
RUNNING = text("status = 'running'")
#: One running run per thread, whatever the replicas think.
Index("uq_runs_running", runs.c.tenant, runs.c.thread_id, unique=True, postgresql_where=RUNNING)
#: And one running run per place.
Index("uq_runs_slot", runs.c.tenant, runs.c.user_id, runs.c.slot, unique=True, postgresql_where=RUNNING)
Index("ix_runs_finished_at", runs.c.finished_at)
Index("ix_runs_thread_id", runs.c.tenant, runs.c.thread_id, runs.c.created_at)
#: What ``run_events`` refers to; goes with it.
Index("former_runs_id", runs.c.id, unique=True)

#: The event log: some events of a run in a row, in partitions by time (store/event_log.py).
run_batches = Table(
    "run_batches",
    metadata,
    Column("tenant", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("lengths", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    now("created_at"),
    # Of the run's journal, where there are any.
    Column("steps", LargeBinary),
    PrimaryKeyConstraint("tenant", "run_id", "last_id", "created_at"),
    postgresql_partition_by="RANGE (created_at)",
)

#: The event log of the version before 0015, which may still run beside this one.
run_events = Table(
    "run_events",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("run_id", "id"),
)

#: Not written to PostgreSQL's log: a crash of the database forgets the last minute's counts, and that is all.
rates = Table(
    "rates",
    metadata,
    Column("key", Text, primary_key=True),
    # Seconds since 1970 by the database's clock, one for each request that was let through.
    Column("hits", ARRAY(Double), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False, index=True),
    prefixes=["UNLOGGED"],
)

#: What models did. Nothing refers to a thread or an item, so that it outlives them and reveals nothing of them.
usage = Table(
    "usage",
    metadata,
    Column("id", Text, nullable=False),
    *owner(),
    Column("run_id", Text, index=True),
    # How often the run had been taken over by then.
    Column("generation", SmallInteger, nullable=False, server_default="0"),
    Column("agent", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost", Numeric, nullable=False),
    now("created_at"),
    PrimaryKeyConstraint("tenant", "id"),
)
Index("ix_usage_created_at", usage.c.created_at)

#: The sums of ``usage`` in the present day and month: of a user, and (with an empty user_id) of a whole tenant.
spending = Table(
    "spending",
    metadata,
    *owner(),
    Column("span", Text, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False, index=True),
    Column("tokens", BigInteger, nullable=False),
    Column("cost", Numeric, nullable=False),
    PrimaryKeyConstraint("tenant", "user_id", "span", "until"),
)

#: Permissions to chat. For a session at OpenAI, agent is null: its secret is not valid here.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, nullable=False),
    *owner(),
    # Of 256 random bits, so that no two are equal; looked up before the tenant is known.
    Column("secret_hash", LargeBinary, nullable=False, index=True),
    Column("agent", Text),
    # As they are answered with: ``workflow`` and ``chatkit_configuration`` of OpenAI's ChatSession.
    Column("workflow", JSONB, nullable=False),
    Column("configuration", JSONB, nullable=False),
    Column("per_minute", Integer, nullable=False),
    now("created_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Column("cancelled_at", DateTime(timezone=True)),
    # Hashes: of the key that the request named for its repetitions, and of the request. Both or neither.
    Column("idempotency_hash", LargeBinary),
    Column("request_hash", LargeBinary),
    PrimaryKeyConstraint("tenant", "id"),
)
Index(
    "uq_sessions_idempotency",
    sessions.c.tenant,
    sessions.c.idempotency_hash,
    unique=True,
    postgresql_where=sessions.c.idempotency_hash.is_not(None),
)

#: What all replicas have in common (``store/deployment.py``).
deployment = Table(
    "deployment",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

#: Keys of back ends beside those of the settings. Of a key, only its hash. For system connections alone.
server_keys = Table(
    "server_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    # The only tenant that it may act for; null for all of them.
    Column("tenant", Text),
    now("created_at"),
    Column("created_by", Text, nullable=False),
    # To the minute, and late (identity/key_use.py).
    Column("last_used_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    # Set when a rotation has made the next one: from then on the name is that one's.
    Column("replaced_at", DateTime(timezone=True)),
)
Index(
    "uq_server_keys_name",
    server_keys.c.name,
    unique=True,
    postgresql_where=server_keys.c.revoked_at.is_(None) & server_keys.c.replaced_at.is_(None),
)

#: Who did what. Rows are only ever added: grants and triggers refuse the rest (migration 0013).
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    now("at"),
    Column("actor_kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    # Whose data it is about; null where it is no one user's.
    Column("tenant", Text),
    Column("user_id", Text),
    Column("target", Text),
    Column("details", JSONB, nullable=False),
    Column("request_id", Text),
    Column("address", Text),
)
Index("ix_audit_log_at", audit_log.c.at)
Index("ix_audit_log_action", audit_log.c.action, audit_log.c.id)
