"""Expands: what all replicas of a deployment have in common. The previous version runs on it without it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: What a downgrade deletes.
LOSES = "what all replicas have in common: the fingerprint of the secret, and the marker of the file storage"


def upgrade() -> None:
    op.create_table(
        "deployment",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_deployment"),
    )


def downgrade() -> None:
    op.drop_table("deployment")
