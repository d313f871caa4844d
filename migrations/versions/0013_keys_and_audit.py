"""Expands: server keys beside those of the settings, and the audit log. The previous version runs on it without them.

The audit log takes new rows and nothing else. Two things see to it: the role that wrote this migration, which is as a
rule the one that the server connects as, gives up its own right to change or delete them; and triggers refuse it to
everyone, a superuser too. Whoever owns the table can take both back, as ``chatkit-link audit prune`` does for rows past
their time: a server that connects as another role than the owner cannot.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "the audit log and the server keys that are not in the settings"

TENANT = "current_setting('chatkit_link.tenant', true)"
USER = "current_setting('chatkit_link.user', true)"
#: This version sets it under no other name; no version that knows only the former one reads these tables.
IS_SYSTEM = "current_setting('chatkit_link.is_system', true) = 'on'"
NAMED = "revoked_at IS NULL AND replaced_at IS NULL"
REFUSE = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""


def upgrade() -> None:
    op.create_table(
        "server_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("tenant", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("replaced_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_server_keys"),
    )
    op.create_index("uq_server_keys_name", "server_keys", ["name"], unique=True, postgresql_where=sa.text(NAMED))
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text),
        sa.Column("user_id", sa.Text),
        sa.Column("target", sa.Text),
        sa.Column("details", JSONB, nullable=False),
        sa.Column("request_id", sa.Text),
        sa.Column("address", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.create_index("ix_audit_log_action", "audit_log", ["action", "id"])
    for table in ("server_keys", "audit_log"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY system_only ON server_keys USING ({IS_SYSTEM})")
    # A user's connection adds what the user does to data of their own, and reads nothing.
    own = f"tenant = {TENANT} AND user_id = {USER}"
    op.execute(f"CREATE POLICY owner ON audit_log USING ({IS_SYSTEM}) WITH CHECK (({own}) OR {IS_SYSTEM})")
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM PUBLIC, CURRENT_USER")


def downgrade() -> None:
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION refuse_audit_change()")
    op.drop_table("server_keys")
