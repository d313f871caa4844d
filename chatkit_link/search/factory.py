"""Which provider answers, decided once at start."""

from collections.abc import AsyncIterator

import httpx2

from chatkit_link.errors import ConfigurationError
from chatkit_link.search.brave import BraveSearch
from chatkit_link.search.ddgs import DdgsSearch
from chatkit_link.search.provider import SearchEvent, SearchNotice, SearchProvider, SearchUnreachable
from chatkit_link.search.searxng import SearxngSearch
from chatkit_link.search.tavily import TavilySearch
from chatkit_link.settings import SearchChoice, Settings


class FallbackSearch:
    """Asks ``first``; when that cannot be reached, yields a notice and asks ``local``, the operator's own documents."""

    def __init__(self, first: SearchProvider, local: SearchProvider) -> None:
        self._first = first
        self._local = local
        self.name = first.name
        self.label = first.label

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        try:
            async for found in self._first.search(query, limit=limit):
                yield found
        except SearchUnreachable as error:
            text = f"{error.message} Searching {self._local.label} instead."
            yield SearchNotice(text, self._local.label, error.for_log())
            async for found in self._local.search(query, limit=limit):
                yield found


def choose(settings: Settings, local: SearchProvider, http: httpx2.AsyncClient) -> SearchProvider:
    """The provider the settings ask for.

    ``auto`` takes the first that is configured. When it cannot be reached, documents that the operator has named are
    searched; the bundled ones are a manual of this product, and answer no question to the web. Without any of them it
    searches the web only when a real model is configured: the offline model is for machines without a network.
    """
    if settings.search != "auto":
        return _provider(settings.search, settings, local, http)
    for choice, configured in (
        ("tavily", settings.tavily_api_key),
        ("brave", settings.brave_api_key),
        ("searxng", settings.searxng_url),
        ("ddgs", not settings.offline),
    ):
        if configured:
            web = _provider(choice, settings, local, http)
            return web if settings.docs is None else FallbackSearch(web, local)
    return local


def _provider(
    choice: SearchChoice | str, settings: Settings, local: SearchProvider, http: httpx2.AsyncClient
) -> SearchProvider:
    timeout = settings.search_timeout
    match choice:
        case "local":
            return local
        case "ddgs":
            return DdgsSearch(timeout=timeout)
        case "searxng" if settings.searxng_url:
            return SearxngSearch(http, settings.searxng_url, timeout=timeout)
        case "tavily" if settings.tavily_api_key:
            return TavilySearch(http, settings.tavily_url, settings.tavily_api_key, timeout=timeout)
        case "brave" if settings.brave_api_key:
            return BraveSearch(http, settings.brave_url, settings.brave_api_key, timeout=timeout)
        case _:
            raise ConfigurationError(f"CHATKIT_LINK_SEARCH is {choice}, but what it needs is not set.")
