"""Search in the documents that this server holds: no network, no key."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from urllib.parse import quote

import anyio.to_thread

from chatkit_link.search.chunks import read_document
from chatkit_link.search.links import linked_paths, with_links
from chatkit_link.search.normalize import SNIPPET
from chatkit_link.search.plain_text import TITLE, shorten
from chatkit_link.search.provider import SearchEvent, SearchResult
from chatkit_link.search.ranking import ranked
from chatkit_link.search.snippet import snippet_of
from chatkit_link.search.words import asked_words, other_spellings
from chatkit_link.store.documents import Document, DocumentHit, Documents, Passage

#: Characters of whole passages in the results of one search, the best first.
PASSAGES = 12_000
#: Passages that are compared, and of one document: its opening may have the word in its title alone.
COMPARED, _OF_ONE_COMPARED = 80, 24
#: Results of one document.
OF_ONE_DOCUMENT = 2
#: Documents whose passages are at hand.
_AT_HAND = 64


class LocalSearch:
    name = "local"

    def __init__(
        self,
        documents: Documents,
        *,
        address: str,
        label: str = "the bundled documents",
        key_of: Callable[[str], str] | None = None,
    ) -> None:
        """
        Args:
            documents: what is searched.
            address: base address of this server, without a trailing slash (``Settings.address``).
            label: what this search covers, as displayed to users.
            key_of: what a link needs to open the document with this path; nothing if None.
        """
        self.label = label
        self._documents = documents
        self._address = address
        self._key_of = key_of
        self._cut = lru_cache(maxsize=_AT_HAND)(_passages)

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        words = " ".join((query, *other_spellings(query)))
        found = await self._documents.search(words, limit=COMPARED, per_document=_OF_ONE_COMPARED)
        hits = await anyio.to_thread.run_sync(_best, query, found, limit)
        passages = await self._written(hits)
        asked = asked_words(query).keys()
        for hit, passage in zip(hits, passages, strict=True):
            yield self._result(hit, passage, asked)

    async def _written(self, hits: Sequence[DocumentHit]) -> list[str]:
        """The passages as they were written, with links that work; empty where there are too many."""
        found: list[str] = []
        room = PASSAGES
        for hit in hits:
            document = await self._documents.get(hit.path) if room else None
            written = await anyio.to_thread.run_sync(self._passage, document, hit) if document else ""
            room = room - len(written) if len(written) <= room else 0
            found.append(written if room else "")
        targets = {path for hit, text in zip(hits, found, strict=True) for path in linked_paths(text, hit.path)}
        known = await self._documents.known(list(targets)) if targets else set[str]()

        def url_of(path: str, anchor: str) -> str | None:
            return self._url(path, anchor) if path in known else None

        return [with_links(text, hit.path, url_of) for hit, text in zip(hits, found, strict=True)]

    def _passage(self, document: Document, hit: DocumentHit) -> str:
        passages = self._cut(document.path, document.body)
        passage = passages[hit.position] if hit.position < len(passages) else None
        # A server of another version may have cut it differently.
        return passage.written if passage is not None and passage.anchor == hit.anchor else ""

    def _url(self, path: str, anchor: str) -> str:
        return document_url(self._address, path, anchor, self._key_of(path) if self._key_of else "")

    def _result(self, hit: DocumentHit, passage: str, asked: AbstractSet[str]) -> SearchResult:
        return SearchResult(
            title=shorten(hit.title, TITLE),
            url=self._url(hit.path, hit.anchor),
            site=hit.path.rsplit("/", 1)[-1],
            snippet=shorten(snippet_of(hit.body, asked), SNIPPET),
            published=hit.modified.date().isoformat() if hit.modified else None,
            passage=passage,
        )


def _best(query: str, found: Sequence[DocumentHit], limit: int) -> list[DocumentHit]:
    """The best passages, and of one document not all of them: the next document is worth more than a third."""
    best: list[DocumentHit] = []
    taken = Counter[str]()
    for hit in ranked(query, found):
        if taken[hit.path] < OF_ONE_DOCUMENT:
            taken[hit.path] += 1
            best.append(hit)
    return best[:limit]


def _passages(path: str, source: str) -> tuple[Passage, ...]:
    return tuple(read_document(path, source, None)[1])


def document_url(address: str, path: str, anchor: str, key: str = "") -> str:
    """Where a passage can be read on this server."""
    return f"{address}/documents/{quote(path)}{f'?key={key}' if key else ''}" + (f"#{quote(anchor)}" if anchor else "")
