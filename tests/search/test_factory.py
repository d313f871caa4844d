"""Which provider answers, and what happens when the network is not there."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chatkit_link.errors import Upstream
from chatkit_link.search.ddgs import DdgsSearch
from chatkit_link.search.factory import FallbackSearch, choose
from chatkit_link.search.provider import SearchEvent, SearchNotice, SearchProvider, SearchResult, SearchUnreachable
from chatkit_link.settings import Settings


class Scripted:
    """A provider that yields and raises what the test gives it."""

    name = "local"

    def __init__(self, label: str, *script: SearchEvent | Exception) -> None:
        self.label = label
        self._script = script

    async def search(self, query: str, *, limit: int) -> AsyncIterator[SearchEvent]:
        for step in self._script:
            if isinstance(step, Exception):
                raise step
            yield step


LOCAL = SearchResult("Local", "http://127.0.0.1:8000/documents/a.md", "a.md", "")
WEB = SearchResult("Web", "https://example.org/", "example.org", "")


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument


@pytest.fixture(autouse=True)
def no_keys_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "TAVILY_API_KEY", "BRAVE_API_KEY", "SEARXNG_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "local"),
        ({"openai_api_key": "k"}, "ddgs"),
        ({"openai_base_url": "http://model"}, "ddgs"),
        ({"searxng_url": "http://s"}, "searxng"),
        ({"searxng_url": "http://s", "brave_api_key": "b"}, "brave"),
        ({"searxng_url": "http://s", "brave_api_key": "b", "tavily_api_key": "t"}, "tavily"),
        ({"openai_api_key": "k", "search": "local"}, "local"),
        ({"search": "ddgs"}, "ddgs"),
        ({"search": "searxng", "searxng_url": "http://s", "tavily_api_key": "t"}, "searxng"),
    ],
)
async def test_the_first_configured_provider_answers(values: Any, name: str, http: httpx2.AsyncClient) -> None:
    assert choose(settings(**values), Scripted("the bundled documents"), http).name == name


async def test_without_a_network_documents_of_the_operators_own_are_searched_with_a_notice() -> None:
    provider: SearchProvider = FallbackSearch(
        Scripted("the web", SearchUnreachable("The web search could not be reached.")),
        Scripted("your documents", LOCAL),
    )
    assert provider.label == "the web"
    assert [found async for found in provider.search("q", limit=8)] == [
        SearchNotice(
            "The web search could not be reached. Searching your documents instead.",
            "your documents",
            "The web search could not be reached.",
        ),
        LOCAL,
    ]


@pytest.mark.parametrize("values", [{"openai_api_key": "k"}, {"searxng_url": "http://s"}, {"brave_api_key": "b"}])
def test_the_bundled_documents_stand_in_for_no_search_of_the_web(
    values: Any, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    local = Scripted("the bundled documents")
    assert not isinstance(choose(settings(**values), local, http), FallbackSearch)
    assert isinstance(choose(settings(**values, docs=tmp_path), local, http), FallbackSearch)


async def test_a_refused_key_is_not_hidden_by_the_fallback() -> None:
    provider = FallbackSearch(Scripted("the web", Upstream("Refused.")), Scripted("the bundled documents", LOCAL))
    with pytest.raises(Upstream, match=r"Refused\."):
        [found async for found in provider.search("q", limit=8)]


async def test_web_results_stay_web_results() -> None:
    provider = FallbackSearch(Scripted("the web", WEB), Scripted("the bundled documents", LOCAL))
    assert [found async for found in provider.search("q", limit=8)] == [WEB]


async def test_the_keyless_web_search_gives_up_quickly_with_a_message() -> None:
    # No network is needed to give up: there is no time to reach any server.
    with pytest.raises(SearchUnreachable, match=r"^The web search did not answer within 0\.001 seconds\.$"):
        [found async for found in DdgsSearch(timeout=0.001).search("q", limit=8)]
