"""Tavily, a search API made for language models.

``POST /search`` with a bearer key (https://docs.tavily.com/documentation/api-reference/endpoint/search).
"""

from collections.abc import AsyncIterator

import httpx2
from pydantic import SecretStr

from chatkit_link.search.http import Service, rows
from chatkit_link.search.normalize import distinct, result_of
from chatkit_link.search.provider import SearchEvent

# The API's own maximum for max_results.
MOST = 20


class TavilySearch:
    name = "tavily"
    label = "the web (Tavily)"

    def __init__(self, http: httpx2.AsyncClient, url: str, key: SecretStr, *, timeout: float) -> None:
        self._http = http
        self._url = url.rstrip("/") + "/search"
        self._key = key
        self._service = Service("Tavily", http, timeout, "TAVILY_API_KEY")

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        request = self._http.build_request(
            "POST",
            self._url,
            json={"query": query, "max_results": min(limit, MOST), "search_depth": "basic"},
            headers={"Authorization": f"Bearer {self._key.get_secret_value()}"},
        )
        answer = await self._service.ask(request)
        found = (
            result_of(row.get("title"), row.get("url"), row.get("content"), row.get("published_date"))
            for row in rows(answer.get("results"))
        )
        for result in distinct(found, limit):
            yield result
