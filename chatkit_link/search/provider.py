"""What a search is: a question in, results out as they are found.

A provider yields ``SearchResult``; a provider that could not search as requested reports it with a
``SearchNotice`` in the same stream, so that no caller can miss it. A search that fails raises
``Upstream`` with a message for the user.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from chatkit_link.errors import Upstream


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One result.

    title: plain text, 1 to 200 characters.
    url: absolute, http or https.
    site: the site's usual name: a host name without ``www.``, or a document's file name.
    snippet: plain text, at most 500 characters; may be empty.
    published: ISO 8601 date (``2026-11-22``), or None when unknown.
    passage: all of what was found, as Markdown, where the provider has it; else empty.
    """

    title: str
    url: str
    site: str
    snippet: str
    published: str | None = None
    passage: str = ""


@dataclass(frozen=True, slots=True)
class SearchNotice:
    """The search goes on, but not as requested.

    text: a message for the user about what happened.
    label: what is searched from here on (``SearchProvider.label``).
    why: for the log.
    """

    text: str
    label: str
    why: str


SearchEvent = SearchResult | SearchNotice


class SearchUnreachable(Upstream):
    """The service could not be reached at all, as opposed to refusing: another one may work."""


class SearchProvider(Protocol):
    """Searches one source.

    name: the value in the settings (``local``, ``brave`` ...).
    label: a noun phrase for users: "the bundled documents", "the web (Brave)".
    """

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        """Results, best first, at most ``limit``. Raises ``Upstream``."""
        ...
