"""Expands: where the bytes of attachments are, and which of them may go.

A thread's attachments go with it by a foreign key, so that only the database sees each row go: a trigger
notes whose bytes are to be removed, in the very transaction that deletes the row. The previous version
runs on it; what it deletes is noted, too.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "where the bytes of attached files are: no file can be opened any more"

NOTE = """
CREATE FUNCTION note_file_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The second removal is for what is still sent to an upload link; none is good for longer than an hour.
    INSERT INTO file_removals (prefix, due)
    VALUES (OLD.id || '/', now()), (OLD.id || '/incoming', now() + interval '1 hour')
    ON CONFLICT (prefix) DO UPDATE SET due = excluded.due;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER note_file_removal AFTER DELETE ON attachments
FOR EACH ROW WHEN (OLD.state IS NOT NULL) EXECUTE FUNCTION note_file_removal()
"""


def upgrade() -> None:
    op.add_column("attachments", sa.Column("state", sa.Text))
    op.add_column("attachments", sa.Column("size", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("attachments", sa.Column("mime_type", sa.Text))
    op.add_column("attachments", sa.Column("place", sa.Text))
    op.add_column("attachments", sa.Column("renditions", JSONB))
    op.create_index("ix_attachments_quota", "attachments", ["tenant", "user_id", "size"])
    op.create_index(
        "ix_attachments_unsent",
        "attachments",
        ["created_at"],
        postgresql_where=sa.text("thread_id IS NULL AND state IS NOT NULL"),
    )
    op.create_table(
        "file_removals",
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("prefix", name="pk_file_removals"),
    )
    op.create_index("ix_file_removals_due", "file_removals", ["due"])
    op.execute(NOTE)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER note_file_removal ON attachments")
    op.execute("DROP FUNCTION note_file_removal()")
    op.drop_table("file_removals")
    op.drop_index("ix_attachments_unsent", "attachments")
    op.drop_index("ix_attachments_quota", "attachments")
    for column in ("renditions", "place", "mime_type", "size", "state"):
        op.drop_column("attachments", column)
