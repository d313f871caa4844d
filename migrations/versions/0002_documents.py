"""Expands: the documents that local search covers, and their passages with a full-text index.

Both tables can be emptied at any time: the next start fills them again from the folder.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LEXEMES = (
    "setweight(to_tsvector('english'::regconfig, title), 'A') || "
    "setweight(to_tsvector('english'::regconfig, body), 'B') || "
    "setweight(to_tsvector('simple'::regconfig, translate(title, '._/-', '    ')), 'A') || "
    "setweight(to_tsvector('simple'::regconfig, translate(body, '._/-', '    ')), 'B')"
)


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("modified", sa.DateTime(timezone=True)),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_documents"),
    )
    op.create_table(
        "document_passages",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("anchor", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("lexemes", TSVECTOR, sa.Computed(LEXEMES, persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("path", "position", name="pk_document_passages"),
        sa.ForeignKeyConstraint(["path"], ["documents.path"], name="fk_document_passages_path", ondelete="CASCADE"),
    )
    op.create_index("ix_document_passages_lexemes", "document_passages", ["lexemes"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("document_passages")
    op.drop_table("documents")
