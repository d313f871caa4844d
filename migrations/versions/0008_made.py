"""Expands: the renditions of a file count as space, too; and row-level security on the events of runs.

The previous version runs on it: it counts nothing for its renditions, and reads and writes events through
system connections only, as this one does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachments", sa.Column("made", sa.BigInteger, nullable=False, server_default="0"))
    op.drop_index("ix_attachments_quota", "attachments")
    op.create_index("ix_attachments_quota", "attachments", ["tenant", "user_id", "size", "made"])
    # Events have no owner column: no user's connection may read them.
    op.execute("ALTER TABLE run_events ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE run_events FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY house ON run_events USING (current_setting('chatkit_link.house', true) = 'on')")


def downgrade() -> None:
    op.execute("DROP POLICY house ON run_events")
    op.execute("ALTER TABLE run_events NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE run_events DISABLE ROW LEVEL SECURITY")
    op.drop_index("ix_attachments_quota", "attachments")
    op.drop_column("attachments", "made")
    op.create_index("ix_attachments_quota", "attachments", ["tenant", "user_id", "size"])
