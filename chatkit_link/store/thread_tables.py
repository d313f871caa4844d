"""The tables of threads: what is displayed of one, what is not, what waits in it, and the links to it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from chatkit_link.store.columns import metadata, now, of_item, of_thread, owner

threads = Table(
    "threads",
    metadata,
    Column("id", Text, nullable=False),
    *owner(),
    Column("title", Text),
    Column("status", JSONB, nullable=False),
    Column("allowed_image_domains", JSONB(none_as_null=True)),
    Column("metadata", JSONB, nullable=False),
    now("created_at"),
    now("last_activity"),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    # Whose ChatKit route it began at; null from the version before 0019, and where there was none.
    Column("agent", Text),
    Column("pinned_at", DateTime(timezone=True)),
    # Up to where ``item_words`` has its words.
    Column("searchable_seq", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("tenant", "id"),
)
Index("ix_threads_list", threads.c.tenant, threads.c.user_id, threads.c.last_activity, threads.c.id)
#: For the tenant's own back end (``tenant_threads.py``).
Index("ix_threads_created_at", threads.c.tenant, threads.c.created_at, threads.c.id)

thread_items = Table(
    "thread_items",
    metadata,
    Column("thread_id", Text, nullable=False),
    Column("id", Text, nullable=False),
    *owner(),
    Column("seq", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    now("created_at"),
    PrimaryKeyConstraint("tenant", "thread_id", "id"),
    UniqueConstraint("tenant", "thread_id", "seq"),
    of_thread(),
)
#: Of a long thread, the few rows that are looked for by what they hold (here and of ``turns``).
PENDING_CALL = text("type = 'client_tool_call' AND data ->> 'status' = 'pending'")
Index(
    "ix_thread_items_pending",
    *(thread_items.c[name] for name in ("tenant", "thread_id", "seq")),
    postgresql_where=PENDING_CALL,
)

#: The words of messages, for search (store/history.py). What is searched for stands in a policy: see migration 0019.
item_words = Table(
    "item_words",
    metadata,
    *owner(),
    Column("thread_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    # Of the message.
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("words", TSVECTOR, nullable=False),
    PrimaryKeyConstraint("tenant", "thread_id", "item_id"),
    of_item("item_id"),
)
Index("ix_item_words_words", item_words.c.words, postgresql_using="gin")

#: Items that are not on their thread's active path (store/branches.py), with what hangs on an item elsewhere.
inactive_items = Table(
    "inactive_items",
    metadata,
    Column("thread_id", Text, nullable=False),
    *owner(),
    Column("seq", BigInteger, nullable=False),
    # Position of the item before it on its branch; 0 for the first one of a thread. Ids may repeat between branches.
    Column("parent_seq", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("id", "type")),
    Column("data", JSONB, nullable=False),
    now("created_at"),
    Column("feedback", Text),
    Column("feedback_at", DateTime(timezone=True)),
    # What was recorded of the turn of the item before it while this one followed; and, of the last item, of its own.
    Column("parent_record", JSONB(none_as_null=True)),
    Column("record", JSONB(none_as_null=True)),
    # Whether another item follows the one before it; of all whose parent is on the active path.
    Column("is_first", Boolean, nullable=False, server_default="false"),
    PrimaryKeyConstraint("tenant", "thread_id", "seq"),
    of_thread(),
)
Index("ix_inactive_items_parent_seq", *(inactive_items.c[name] for name in ("tenant", "thread_id", "parent_seq")))
Index(
    "ix_inactive_items_first",
    *(inactive_items.c[name] for name in ("tenant", "thread_id", "parent_seq", "seq")),
    postgresql_where=text("is_first"),
)
Index("ix_inactive_items_id", *(inactive_items.c[name] for name in ("tenant", "thread_id", "id")))

turns = Table(
    "turns",
    metadata,
    Column("thread_id", Text, nullable=False),
    Column("anchor_id", Text, nullable=False),
    *owner(),
    Column("record", JSONB, nullable=False),
    now("created_at"),
    PrimaryKeyConstraint("tenant", "thread_id", "anchor_id"),
    of_item("anchor_id"),
)
WAITING_TURN, ENDED_TURN = text("turns.record ? 'waiting'"), text("turns.record ? 'ending'")
Index("ix_turns_waiting", turns.c.tenant, turns.c.thread_id, postgresql_where=WAITING_TURN)
Index("ix_turns_ending", turns.c.tenant, turns.c.thread_id, turns.c.created_at, postgresql_where=ENDED_TURN)

feedback = Table(
    "feedback",
    metadata,
    Column("thread_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    *owner(),
    Column("kind", Text, nullable=False),
    now("created_at"),
    PrimaryKeyConstraint("tenant", "thread_id", "item_id"),
    of_item("item_id"),
)

#: Messages that wait for the end of an answer (store/queue.py).
queued_messages = Table(
    "queued_messages",
    metadata,
    Column("id", Text, nullable=False),
    *owner(),
    Column("thread_id", Text, nullable=False),
    # Its place in the queue of its thread; the lowest is sent first.
    Column("place", BigInteger, nullable=False),
    Column("agent", Text, nullable=False),
    # The ``UserMessageInput`` of the request, whole.
    Column("input", JSONB, nullable=False),
    # Who sent it, as in the rows of runs (protocol/beginning.py).
    Column("caller", LargeBinary, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("allow_cancel", Boolean, nullable=False),
    # It waits for its user, after a Stop or because it could not be sent: ``error`` says why.
    Column("held", Boolean, nullable=False, server_default="false"),
    # Its user has asked for it, and the answer that is being stopped makes way for it.
    Column("is_next", Boolean, nullable=False, server_default="false"),
    Column("error", Text),
    now("created_at"),
    PrimaryKeyConstraint("tenant", "id"),
    of_thread(),
)
WAITING = text("NOT held")
Index(
    "ix_queued_messages_thread_id",
    *(queued_messages.c[name] for name in ("tenant", "thread_id", "place")),
)
Index(
    "ix_queued_messages_waiting",
    queued_messages.c.tenant,
    queued_messages.c.thread_id,
    postgresql_where=WAITING,
)

#: Read-only links to threads. Of a link, only its hash.
shares = Table(
    "shares",
    metadata,
    Column("id", Text, nullable=False),
    *owner(),
    Column("thread_id", Text, nullable=False),
    # Of 256 random bits, so that no two are equal; looked up before the tenant is known.
    Column("token_hash", LargeBinary, nullable=False, index=True),
    # As the thread was called when the link was made.
    Column("title", Text),
    Column("until_id", Text, nullable=False),
    Column("attachments", Boolean, nullable=False),
    now("created_at"),
    Column("expires_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("tenant", "id"),
    of_thread(),
)
Index("ix_shares_thread_id", shares.c.tenant, shares.c.thread_id, shares.c.created_at)
Index("ix_shares_expires_at", shares.c.expires_at, postgresql_where=shares.c.expires_at.is_not(None))

#: What a link displays: the items as they were when it was made, without those that users do not see.
shared_items = Table(
    "shared_items",
    metadata,
    Column("share_id", Text, nullable=False),
    Column("id", Text, nullable=False),
    *owner(),
    Column("seq", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    now("created_at"),
    PrimaryKeyConstraint("tenant", "share_id", "seq"),
    ForeignKeyConstraint(["tenant", "share_id"], ["shares.tenant", "shares.id"], ondelete="CASCADE"),
)
