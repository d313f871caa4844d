"""What a search is: a question in, results out as they are found.

A provider yields ``SearchResult``; a provider that had to do something else than it was asked for says
so with a ``SearchNotice`` in the same stream, so that nobody can forget to listen. A search that cannot
work raises ``Upstream`` with a sentence for people.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from chatkit_link.errors import Upstream


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One thing found.

    title: plain text, 1 to 200 characters.
    url: absolute, http or https.
    site: what people call the place: a host name without ``www.``, or a document's file name.
    snippet: plain text, at most 500 characters; may be empty.
    published: ISO 8601 date (``2026-11-22``), or None when unknown.
    """

    title: str
    url: str
    site: str
    snippet: str
    published: str | None = None


@dataclass(frozen=True, slots=True)
class SearchNotice:
    """The search goes on, but not as asked.

    text: a sentence for people that says what happened.
    label: what is searched from here on (``SearchProvider.label``).
    """

    text: str
    label: str


SearchEvent = SearchResult | SearchNotice


class SearchUnreachable(Upstream):
    """The service could not be reached at all, as opposed to refusing: another one may work."""


class SearchProvider(Protocol):
    """Anything that can look things up.

    name: the word in the settings (``local``, ``brave`` ...).
    label: a noun phrase for people: "the bundled documents", "the web (Brave)".
    """

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        """Results, best first, at most ``limit``. Raises ``Upstream``."""
        ...
