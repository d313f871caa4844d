"""The web without a key, through the ``ddgs`` package, which asks public search pages.

Those pages owe us nothing: they slow down or refuse clients that ask often. Good for a first try; a production
server should have a key of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from ddgs.ddgs import DDGS
from ddgs.exceptions import DDGSException, RatelimitException

from chatkit_link.errors import Upstream
from chatkit_link.net.daemon_thread import call_in_thread
from chatkit_link.search.normalize import distinct, result_of
from chatkit_link.search.provider import SearchEvent, SearchUnreachable

# The package's message when every page answered and none had a result (``ddgs/ddgs.py``).
NOTHING = "No results found."
#: Searches at the same time, those included that nobody waits for any more.
MOST = 32


class DdgsSearch:
    name = "ddgs"
    label = "the web (DuckDuckGo)"

    def __init__(self, *, timeout: float) -> None:
        """timeout: seconds for the whole search."""
        self._timeout = timeout
        self._asking = 0

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        if self._asking >= MOST:
            raise Upstream("The web search has too many questions right now. Please try again later.")
        self._asking += 1
        try:
            async with asyncio.timeout(self._timeout):
                # The package is synchronous. Its own timeout is shorter than ours, so that a thread we
                # stopped waiting for does not live on for long.
                found = await call_in_thread(partial(self._ask, query, limit), over=self._over)
        except TimeoutError as error:
            raise SearchUnreachable(f"The web search did not answer within {self._timeout:g} seconds.") from error
        except RatelimitException as error:
            raise Upstream("The web search has had enough questions for now. Please try again later.") from error
        except DDGSException as error:
            raise SearchUnreachable("The web search could not be reached.") from error
        for result in distinct((result_of(row.get("title"), row.get("href"), row.get("body")) for row in found), limit):
            yield result

    def _over(self) -> None:
        self._asking -= 1

    def _ask(self, query: str, limit: int) -> list[dict[str, Any]]:
        try:
            return DDGS(timeout=max(1, int(self._timeout * 0.8))).text(query, max_results=limit, backend="duckduckgo")
        except DDGSException as error:
            if str(error) == NOTHING:
                return []
            raise
