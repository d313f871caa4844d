"""Documents that local search covers: no user's private data, so there is no tenant filter here.

A document is cut into passages (``search/chunks.py``); each passage carries a ``tsvector`` that
PostgreSQL computes by itself: the title with weight A, the body with weight B, stemmed as English, and
once more unstemmed with ``. _ / -`` taken as spaces, so that ``DATABASE_URL`` and ``item.added`` are
found by their parts.

Ranking: a question is a handful of words, any of which may match. A passage earns, for each word and
for each pair of neighbours it has, its rarity (ln(1 + passages / passages with it), the idea of BM25),
and half as much again if it stands in the title. That much the index alone answers. Only the best
candidates are then read, and ``ts_rank_cd`` (how close the words are to each other) settles the order among them.
"""

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import (
    ARRAY,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql import insert as postgres_insert

from chatkit_link.store.deployment import Observed, forget, observe_through, touch
from chatkit_link.store.engine import Database, System
from chatkit_link.store.statement import Statement, any_of
from chatkit_link.store.tables import deployment, metadata
from chatkit_link.wire.sanitize import clean_text

# More words than any question has; a pasted page must not become a thousand index scans.
WORDS = 24
# Passages that are read to be ranked; reading them all takes seconds when a common word is in 10,000.
CANDIDATES = 200
# Names of ``store/deployment.py``: whose documents these are, and, before those of servers, when each last had them.
OWNER, SEEN = "documents", "documents seen"
# Seconds after which a server that was killed leaves no trace there.
_FORGOTTEN = 86_400
# Any fixed number: the lock that only one indexing server holds at a time.
INDEXING = 7_310_020_002

LEXEMES = (
    "setweight(to_tsvector('english'::regconfig, title), 'A') || "
    "setweight(to_tsvector('english'::regconfig, body), 'B') || "
    "setweight(to_tsvector('simple'::regconfig, translate(title, '._/-', '    ')), 'A') || "
    "setweight(to_tsvector('simple'::regconfig, translate(body, '._/-', '    ')), 'B')"
)

documents = Table(
    "documents",
    metadata,
    Column("path", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("modified", DateTime(timezone=True)),
    Column("body", Text, nullable=False),
)

document_passages = Table(
    "document_passages",
    metadata,
    Column("path", Text, ForeignKey("documents.path", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("anchor", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("lexemes", TSVECTOR, Computed(LEXEMES, persisted=True), nullable=False),
    PrimaryKeyConstraint("path", "position"),
)
Index("ix_document_passages_lexemes", document_passages.c.lexemes, postgresql_using="gin")


@dataclass(frozen=True, slots=True)
class Document:
    """One file. kind: its format, ``markdown``, ``html`` or ``text``; body: the file's own text; modified: aware."""

    path: str
    title: str
    kind: str
    body: str
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands under one heading.

    anchor: the heading's id on the rendered page, or empty. body: plain text, which is searched. written: as Markdown,
    which is not stored: the document has it.
    """

    anchor: str
    title: str
    body: str
    written: str = ""


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A passage that matched.

    position: which of the document's passages it is, from 0. rarity: of each of the question's words.
    """

    path: str
    anchor: str
    title: str
    body: str
    modified: datetime | None
    position: int
    rarity: Mapping[str, float]


# Core cannot express a rank over an array of queries; the placeholders are bound as usual.
_SEARCH = text("""
    WITH term AS MATERIALIZED (
        SELECT row_number() OVER () AS number, w AS words, 1.0 AS weight,
            plainto_tsquery('english', w) || plainto_tsquery('simple', translate(w, '._/-', '    ')) AS query
        FROM unnest(:words) AS w
        WHERE numnode(plainto_tsquery('english', w)) > 0
        UNION ALL
        SELECT 1000 + row_number() OVER (), w, 0.7, phraseto_tsquery('english', w)
        FROM unnest(:pairs) AS w
        WHERE numnode(phraseto_tsquery('english', w)) > 1
    ), quoted AS MATERIALIZED (
        SELECT string_agg('(' || phraseto_tsquery('english', w)::text || ')', ' & ')::tsquery AS query
        FROM unnest(:phrases) AS w
        WHERE numnode(phraseto_tsquery('english', w)) > 0
    ), asked AS MATERIALIZED (
        SELECT number, words, weight, coalesce(term.query && quoted.query, term.query) AS query FROM term, quoted
    ), hit AS MATERIALIZED (
        SELECT t.number, p.path, p.position,
            t.weight * CASE WHEN strpos(lower(p.title), t.words) > 0 THEN 1.5 ELSE 1 END AS weight
        FROM asked t JOIN document_passages p ON p.lexemes @@ t.query
    ), rarity AS MATERIALIZED (
        SELECT number, ln(1 + (SELECT count(*) FROM document_passages)::float8 / count(*)) AS worth
        FROM hit GROUP BY number
    ), candidate AS (
        SELECT path, position, sum(weight * worth) AS earned
        FROM hit JOIN rarity USING (number)
        GROUP BY path, position ORDER BY earned DESC, path, position LIMIT :candidates
    ), ranked AS (
        SELECT p.path, p.position, p.anchor, p.title, p.body,
            earned * (1 + ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', p.lexemes, wanted.query, 1 | 32)) AS rank
        FROM candidate JOIN document_passages p USING (path, position),
            (SELECT string_agg(query::text, ' | ')::tsquery AS query FROM term WHERE number < 1000) AS wanted
    ), best AS (
        SELECT *, row_number() OVER (PARTITION BY path ORDER BY rank DESC, position) AS place FROM ranked
    )
    SELECT best.path, best.anchor, best.title, best.position, best.body, d.modified,
        (SELECT json_object_agg(words, worth)::text FROM asked JOIN rarity USING (number)
            WHERE number < 1000) AS rarity
    FROM (SELECT * FROM best WHERE place <= :per_document ORDER BY rank DESC, path, position LIMIT :limit) AS best
    JOIN documents d USING (path)
    ORDER BY best.rank DESC, best.path, best.position
""").bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("words", "pairs", "phrases")))

_PUT_PASSAGE = Statement(
    insert(document_passages).values(
        {name: bindparam(f"new_{name}") for name in ("path", "position", "anchor", "title", "body")}
    )
)

_QUOTED = re.compile(r'["“”«»„]([^"“”«»„]{2,200})["“”«»„]')
_WORD = re.compile(r"\w[\w.\-/']*")


class DocumentIndex:
    """The right to change the index, inside one transaction; see ``Documents.indexing``."""

    def __init__(self, connection: System) -> None:
        self._connection = connection

    async def hashes(self) -> dict[str, str]:
        """The hash each stored document was put with, by path."""
        found = await self._connection.execute(select(documents.c.path, documents.c.hash))
        return {row.path: row.hash for row in found}

    async def put(self, document: Document, passages: Sequence[Passage], digest: str) -> None:
        """Stores a document in place of the one at the same path."""
        await self.remove([document.path])
        await self._connection.execute(
            insert(documents).values(
                path=document.path,
                title=clean_text(document.title),
                kind=document.kind,
                hash=digest,
                modified=document.modified,
                body=clean_text(document.body),
            )
        )
        rows = [
            {
                "new_path": document.path,
                "new_position": position,
                "new_anchor": clean_text(passage.anchor),
                "new_title": clean_text(passage.title),
                "new_body": clean_text(passage.body),
            }
            for position, passage in enumerate(passages)
        ]
        if rows:
            await self._connection.execute_many(_PUT_PASSAGE, rows)

    async def settle(self) -> None:
        """To be called after changes: without fresh statistics PostgreSQL plans for the index as it was."""
        await self._connection.execute(text("ANALYZE documents, document_passages"))

    async def observe(self) -> Observed:
        """What is known of whose documents these are (``search/documents_claim.py``)."""
        return await observe_through(self._connection)

    async def own(self, value: str) -> None:
        """Note whose documents these are from now on."""
        put = postgres_insert(deployment).values(name=OWNER, value=value)
        await self._connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    async def remove(self, paths: Sequence[str]) -> None:
        """Takes documents away, with their passages."""
        await self._connection.execute(delete(documents).where(documents.c.path == any_of(paths)))


class Documents:
    """The indexed documents: search, reading, and replacing the index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, question: str, *, limit: int, per_document: int = 2) -> list[DocumentHit]:
        """Passages with any of the question's words and all of its "quoted phrases", best first.

        per_document: passages of one document at most; the next document is worth more than a third.
        """
        question = clean_text(question)[:2000]
        asked = [word.lower() for word in _WORD.findall(question)][:WORDS]
        words = list(dict.fromkeys(asked))
        values = {
            "words": words,
            "pairs": [f"{first} {second}" for first, second in pairwise(asked)],
            "candidates": CANDIDATES,
            "per_document": per_document,
            "phrases": _QUOTED.findall(question)[:4],
            "limit": limit,
        }
        async with self._database.lookup(atomic=True) as connection:
            # The planner takes a look at a tsvector for free; unpacking each one is what a scan is slow by.
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            found = await connection.execute(_SEARCH, **values)
            rows = list(found)
        rarity: dict[str, float] = json.loads(rows[0].rarity or "{}") if rows else {}
        return [
            DocumentHit(row.path, row.anchor, row.title, row.body, row.modified, row.position, rarity) for row in rows
        ]

    async def get(self, path: str) -> Document | None:
        """The document at this path, or None."""
        query = select(documents).where(documents.c.path == clean_text(path))
        async with self._database.lookup() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Document(row.path, row.title, row.kind, row.body, row.modified)

    async def known(self, paths: Sequence[str]) -> set[str]:
        """Those of these paths at which there is a document."""
        query = select(documents.c.path).where(documents.c.path == any_of([clean_text(path) for path in paths]))
        async with self._database.lookup() as connection:
            return {row.path for row in await connection.execute(query)}

    async def seen(self, name: str) -> None:
        """Note that a server of this name has the documents that are indexed."""
        await touch(self._database, f"{SEEN} {name}")

    async def unseen(self, name: str) -> None:
        """This server stops."""
        await forget(self._database, f"{SEEN} {name}")

    async def forget_killed(self, observed: Observed) -> None:
        """Forget the servers that were seen long ago, and did not say that they stop."""
        for name in observed.values:
            if name.startswith(f"{SEEN} ") and (observed.age(name) or 0) > _FORGOTTEN:
                await forget(self._database, name)

    @asynccontextmanager
    async def indexing(self) -> AsyncGenerator[DocumentIndex]:
        """One server changes the index at a time; readers see the old one until all is done."""
        async with self._database.system() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(INDEXING)))
            yield DocumentIndex(connection)
