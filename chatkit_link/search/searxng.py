"""SearXNG, a self-hosted metasearch engine.

``GET /search?q=...&format=json`` (https://docs.searxng.org/dev/search_api.html). The server must list
``json`` under ``search.formats`` in its settings.yml, or it answers 403.
"""

from collections.abc import AsyncIterator

import httpx2

from chatkit_link.search.http import Service, rows
from chatkit_link.search.normalize import distinct, result_of
from chatkit_link.search.provider import SearchEvent


class SearxngSearch:
    name = "searxng"
    label = "the web (SearXNG)"

    def __init__(self, http: httpx2.AsyncClient, url: str, *, timeout: float) -> None:
        self._http = http
        self._url = url.rstrip("/") + "/search"
        self._service = Service("SearXNG", http, timeout, "that `json` is among the formats SearXNG allows")

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        request = self._http.build_request(
            "GET", self._url, params={"q": query, "format": "json"}, headers={"Accept": "application/json"}
        )
        answer = await self._service.ask(request)
        found = (
            result_of(row.get("title"), row.get("url"), row.get("content"), row.get("publishedDate"))
            for row in rows(answer.get("results"))
        )
        for result in distinct(found, limit):
            yield result
