"""Search in the documents that this server holds: no network, no key."""

from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

from chatkit_link.search.normalize import SNIPPET
from chatkit_link.search.plain_text import TITLE, shorten
from chatkit_link.search.provider import SearchEvent, SearchResult
from chatkit_link.search.snippet import snippet_of
from chatkit_link.store.documents import DocumentHit, Documents


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

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        for hit in await self._documents.search(query, limit=limit):
            yield self._result(hit)

    def _result(self, hit: DocumentHit) -> SearchResult:
        return SearchResult(
            title=shorten(hit.title, TITLE),
            url=document_url(self._address, hit.path, hit.anchor, self._key_of(hit.path) if self._key_of else ""),
            site=hit.path.rsplit("/", 1)[-1],
            snippet=shorten(snippet_of(hit.marked), SNIPPET),
            published=hit.modified.date().isoformat() if hit.modified else None,
        )


def document_url(address: str, path: str, anchor: str, key: str = "") -> str:
    """Where a passage can be read on this server."""
    return f"{address}/documents/{quote(path)}{f'?key={key}' if key else ''}" + (f"#{quote(anchor)}" if anchor else "")
