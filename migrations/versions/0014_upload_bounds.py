"""Expands: a file takes space as its bytes come, and is counted by the address that it came from.

``reserved`` is what the upload of an awaiting file may have stored by now; its ``size`` is what was announced, which
is not counted any more. ``network`` is a keyed hash of the address. The previous version runs on it: what it begins is
counted when its bytes are there, and by no address.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "the addresses that files came from"


def upgrade() -> None:
    op.add_column("attachments", sa.Column("reserved", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("attachments", sa.Column("network", sa.Text))
    op.drop_index("ix_attachments_quota", "attachments")
    op.create_index(
        "ix_attachments_usage",
        "attachments",
        ["tenant", "user_id", "network", "state", "size", "made", "reserved"],
    )
    op.create_index(
        "ix_attachments_awaiting",
        "attachments",
        ["network", "created_at"],
        postgresql_where=sa.text("state = 'awaiting'"),
    )


def downgrade() -> None:
    op.drop_index("ix_attachments_awaiting", "attachments")
    op.drop_index("ix_attachments_usage", "attachments")
    op.create_index("ix_attachments_quota", "attachments", ["tenant", "user_id", "size", "made"])
    op.drop_column("attachments", "network")
    op.drop_column("attachments", "reserved")
