"""Renames: the setting by which a connection sees all rows, and the policy on the events of runs.

``chatkit_link.house`` becomes ``chatkit_link.is_system``. The previous version runs on it: until no replica of it can
be up any more, the policies know both settings, and this version sets both (``store/row_security.py``). A later
migration may drop the old one, once an upgrade from a version before this one must pass through a version after it.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

#: Table -> whose rows a user's connection sees: the user's own, or the sums of the whole tenant as well.
OWNED = {
    "threads": "user_id = {user}",
    "thread_items": "user_id = {user}",
    "attachments": "user_id = {user}",
    "feedback": "user_id = {user}",
    "turns": "user_id = {user}",
    "runs": "user_id = {user}",
    "usage": "user_id = {user}",
    "spending": "user_id IN ({user}, '')",
    "sessions": "user_id = {user}",
}
TENANT = "current_setting('chatkit_link.tenant', true)"
USER = "current_setting('chatkit_link.user', true)"
IS_SYSTEM = (
    "(current_setting('chatkit_link.is_system', true) = 'on' OR current_setting('chatkit_link.house', true) = 'on')"
)
#: Milliseconds that a busy server may stand still. Below PostgreSQL's deadlock_timeout of one second, so that no
#: request of a running server is ever ended as the victim of a deadlock with this.
STANDSTILL = 800


def upgrade() -> None:
    # All locks at once and in a bounded time, or none: `migrate` tries again when it was not given them.
    op.execute(f"SET LOCAL statement_timeout = {STANDSTILL}")
    op.execute(f"LOCK TABLE {', '.join((*OWNED, 'run_events'))} IN ACCESS EXCLUSIVE MODE")
    op.execute("SET LOCAL statement_timeout TO DEFAULT")
    for table, whose in OWNED.items():
        own = f"tenant = {TENANT} AND {whose.format(user=USER)}"
        op.execute(f"ALTER POLICY owner ON {table} USING (({own}) OR {IS_SYSTEM})")
    op.execute(f"ALTER POLICY house ON run_events USING {IS_SYSTEM}")
    op.execute("ALTER POLICY house ON run_events RENAME TO system_only")


def downgrade() -> None:
    former = "current_setting('chatkit_link.house', true) = 'on'"
    for table, whose in OWNED.items():
        own = f"tenant = {TENANT} AND {whose.format(user=USER)}"
        op.execute(f"ALTER POLICY owner ON {table} USING (({own}) OR {former})")
    op.execute("ALTER POLICY system_only ON run_events RENAME TO house")
    op.execute(f"ALTER POLICY house ON run_events USING ({former})")
