"""Brave Search, an independent index of the web.

``GET /res/v1/web/search`` with ``X-Subscription-Token``
(https://api-dashboard.search.brave.com/app/documentation/web-search/query). Titles and descriptions
come with ``<strong>`` around the words that matched.
"""

from collections.abc import AsyncIterator

import httpx2
from pydantic import SecretStr

from chatkit_link.search.http import Service, rows
from chatkit_link.search.normalize import distinct, result_of
from chatkit_link.search.provider import SearchEvent

# The API's own maxima: results per page, characters and words of a question.
MOST = 20
LONGEST = 400
WORDS = 50


class BraveSearch:
    name = "brave"
    label = "the web (Brave)"

    def __init__(self, http: httpx2.AsyncClient, url: str, key: SecretStr, *, timeout: float) -> None:
        self._http = http
        self._url = url.rstrip("/") + "/res/v1/web/search"
        self._key = key
        self._service = Service("Brave Search", http, timeout, "BRAVE_API_KEY")

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        question = " ".join(query.split()[:WORDS])[:LONGEST]
        request = self._http.build_request(
            "GET",
            self._url,
            params={"q": question, "count": str(min(limit, MOST)), "result_filter": "web"},
            headers={"Accept": "application/json", "X-Subscription-Token": self._key.get_secret_value()},
        )
        answer = await self._service.ask(request)
        web = answer.get("web")
        found = (
            result_of(row.get("title"), row.get("url"), row.get("description"), row.get("page_age"))
            for row in rows(web.get("results") if isinstance(web, dict) else None)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] - JSON
        )
        for result in distinct(found, limit):
            yield result
