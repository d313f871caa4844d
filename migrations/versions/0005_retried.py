"""Expands: which message a run answers again. The previous version runs on it; its runs name none."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("retried", sa.Text))


def downgrade() -> None:
    op.drop_column("runs", "retried")
