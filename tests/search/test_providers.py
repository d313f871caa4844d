"""The HTTP providers against a real server that answers in each service's own format."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from chatkit_link.errors import Upstream
from chatkit_link.search.brave import BraveSearch
from chatkit_link.search.provider import SearchProvider, SearchResult, SearchUnreachable
from chatkit_link.search.searxng import SearxngSearch
from chatkit_link.search.tavily import TavilySearch
from tests.search.conftest import Handler, serving

KEY = "sk-do-not-show-this"
Row = dict[str, Any]


def searxng_answer(rows: list[Row]) -> Row:
    results = [
        {
            "url": row["url"],
            "title": row["title"],
            "content": row["text"],
            "publishedDate": row.get("date"),
            "thumbnail": "",
            "engine": "duckduckgo",
            "template": "default.html",
            "parsed_url": ["https", "example.org", "/", "", "", ""],
            "img_src": "",
            "priority": "",
            "engines": ["duckduckgo", "brave"],
            "positions": [1, 2],
            "score": 3.5,
            "category": "general",
        }
        for row in rows
    ]
    return {
        "query": "q", "number_of_results": 0, "results": results, "answers": [], "corrections": [], "infoboxes": [],
        "suggestions": [], "unresponsive_engines": [["google", "timeout"]],
    }  # fmt: skip


def tavily_answer(rows: list[Row]) -> Row:
    results = [
        {
            "url": row["url"],
            "title": row["title"],
            "content": row["text"],
            "score": 0.83,
            "raw_content": None,
            **({"published_date": row["date"]} if "date" in row else {}),
        }
        for row in rows
    ]
    return {
        "query": "q", "follow_up_questions": None, "answer": None, "images": [], "results": results,
        "response_time": 1.09, "request_id": "123e4567-e89b-12d3-a456-426614174111",
    }  # fmt: skip


def brave_answer(rows: list[Row]) -> Row:
    results = [
        {
            "title": row["title"],
            "url": row["url"],
            "is_source_local": False,
            "is_source_both": False,
            "description": row["text"],
            "page_age": row.get("date"),
            "profile": {"name": "Example", "url": row["url"], "long_name": "example.org", "img": "https://imgs/x"},
            "language": "en",
            "family_friendly": True,
            "type": "search_result",
            "subtype": "generic",
            "meta_url": {"scheme": "https", "netloc": "example.org", "hostname": "example.org", "path": ""},
            "age": "2 days ago",
        }
        for row in rows
    ]
    return {
        "query": {"original": "q", "more_results_available": True},
        "mixed": {"type": "mixed", "main": [], "top": [], "side": []},
        "type": "search",
        **({"web": {"type": "search", "results": results, "family_friendly": True}} if rows else {}),
    }


ODD: list[Any] = [
    {}, {"results": None}, {"results": [None, 1, "x", {}]}, {"web": []}, {"web": {"results": {}}},
]  # fmt: skip
Make = Callable[[httpx2.AsyncClient, str], SearchProvider]
SERVICES: dict[str, tuple[Make, Callable[[list[Row]], Row]]] = {
    "searxng": (lambda http, url: SearxngSearch(http, url, timeout=2), searxng_answer),
    "tavily": (lambda http, url: TavilySearch(http, url, SecretStr(KEY), timeout=2), tavily_answer),
    "brave": (lambda http, url: BraveSearch(http, url, SecretStr(KEY), timeout=2), brave_answer),
}
every_service = pytest.mark.parametrize("service", SERVICES)


async def find(provider: SearchProvider, query: str = "q", limit: int = 8) -> list[SearchResult]:
    return [found async for found in provider.search(query, limit=limit) if isinstance(found, SearchResult)]


def answering(body: Any, status: int = 200) -> Handler:
    async def handler(request: Request) -> Response:
        return JSONResponse(body, status)

    return handler


async def ask(service: str, http: httpx2.AsyncClient, handler: Handler, limit: int = 8) -> list[SearchResult]:
    async with serving(handler) as url:
        return await find(SERVICES[service][0](http, url), limit=limit)


async def refused(service: str, http: httpx2.AsyncClient, handler: Handler) -> str:
    """The message of a failure."""
    with pytest.raises(Upstream) as caught:
        await ask(service, http, handler)
    message = caught.value.message
    assert message[0].isupper() and message.endswith(".")
    assert KEY not in message and "127.0.0.1" not in message and "http" not in message.lower()
    return message


@every_service
async def test_a_result_has_its_title_site_snippet_and_date(service: str, http: httpx2.AsyncClient) -> None:
    row = {
        "title": "Streams &amp; <strong>reloads</strong>",
        "url": "https://www.example.org/streams?id=1",
        "text": "An <strong>answer</strong> that\n survives &quot;reloads&quot; &lt;fine&gt;.<script>x</script>",
        "date": "2026-03-04T10:00:00",
    }
    assert await ask(service, http, answering(SERVICES[service][1]([row]))) == [
        SearchResult(
            title="Streams & reloads",
            url="https://www.example.org/streams?id=1",
            site="example.org",
            snippet='An answer that survives "reloads" .x',
            published="2026-03-04",
        )
    ]


@every_service
async def test_addresses_that_are_not_web_pages_are_left_out(service: str, http: httpx2.AsyncClient) -> None:
    bad = ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.org", "", "https://",
           "http://user:pass@example.org/", "https://example.org/\u0000", "https://exa mple.org", "http://[::1",
           "https://example.org:port/", "https://example.org/" + "x" * 3000]  # fmt: skip
    rows = [{"title": "t", "url": url, "text": "x"} for url in [*bad, "https://good.example/"]]
    found = await ask(service, http, answering(SERVICES[service][1](rows)), limit=20)
    assert [result.url for result in found] == ["https://good.example/"]


@every_service
async def test_each_page_is_listed_once_and_no_more_than_asked_for(service: str, http: httpx2.AsyncClient) -> None:
    same = ["https://a.example/x", "https://a.example/x/", "https://a.example/x#part"]
    urls = [*same, *(f"https://b.example/{n}" for n in range(90))]
    rows = [{"title": f"title {n}", "url": url, "text": "x"} for n, url in enumerate(urls)]
    found = await ask(service, http, answering(SERVICES[service][1](rows)), limit=5)
    assert [result.url for result in found] == ["https://a.example/x", *(f"https://b.example/{n}" for n in range(4))]


@every_service
async def test_endless_titles_and_snippets_are_cut(service: str, http: httpx2.AsyncClient) -> None:
    rows = [{"title": "word " * 9000, "url": "https://a.example/", "text": "x" * 90_000, "date": "soon"}]
    (found,) = await ask(service, http, answering(SERVICES[service][1](rows)))
    assert len(found.title) <= 200 and found.title.endswith("word…")
    assert len(found.snippet) == 500
    assert found.published is None


@every_service
async def test_a_result_without_title_is_named_by_its_site(service: str, http: httpx2.AsyncClient) -> None:
    rows = [{"title": "  ", "url": "https://www.a.example/x", "text": None}]
    (found,) = await ask(service, http, answering(SERVICES[service][1](rows)))
    assert (found.title, found.snippet) == ("a.example", "")


@every_service
@pytest.mark.parametrize("body", ODD)
async def test_an_empty_or_odd_answer_is_no_results(service: str, body: Any, http: httpx2.AsyncClient) -> None:
    assert await ask(service, http, answering(body)) == []
    assert await ask(service, http, answering(SERVICES[service][1]([]))) == []


@every_service
@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, "refused"), (403, "refused"), (429, "enough questions"), (500, "status 500"), (503, "status 503"),
     (404, "did not accept"), (422, "did not accept")],
)  # fmt: skip
async def test_an_error_status_becomes_a_message(
    service: str, status: int, expected: str, http: httpx2.AsyncClient
) -> None:
    message = await refused(service, http, answering({"detail": {"error": f"internal {KEY}"}}, status))
    assert expected in message


@pytest.mark.parametrize(("service", "variable"), [("tavily", "TAVILY_API_KEY"), ("brave", "BRAVE_API_KEY")])
async def test_a_refused_key_names_the_setting(service: str, variable: str, http: httpx2.AsyncClient) -> None:
    assert f"Check {variable}." in await refused(service, http, answering({}, 401))


@every_service
@pytest.mark.parametrize("body", [b"<html>oops", b"", b"[1]", b'{"results":', b"\xff\xfe", b"null"])
async def test_garbage_becomes_a_message(service: str, body: bytes, http: httpx2.AsyncClient) -> None:
    async def handler(request: Request) -> Response:
        return Response(body, media_type="application/json")

    assert "not a search result" in await refused(service, http, handler)


@every_service
async def test_a_key_never_follows_a_redirect(service: str, http: httpx2.AsyncClient) -> None:
    asked: list[str] = []

    async def handler(request: Request) -> Response:
        asked.append(request.url.path)
        return RedirectResponse("/elsewhere", 302)

    assert "moved" in await refused(service, http, handler)
    assert len(asked) == 1


@every_service
async def test_an_endless_answer_is_not_read_to_the_end(service: str, http: httpx2.AsyncClient) -> None:
    async def handler(request: Request) -> Response:
        return StreamingResponse((b" " * 100_000 for _ in range(100_000)), media_type="application/json")

    assert "more than a search result" in await refused(service, http, handler)


@every_service
async def test_a_service_that_never_answers_is_given_up(service: str, http: httpx2.AsyncClient) -> None:
    left = asyncio.Event()

    async def handler(request: Request) -> Response:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        left.set()
        return Response()

    async with serving(handler) as url:
        # Long enough for the request to arrive on a busy machine: only a service that has it can be left.
        provider = {
            "searxng": SearxngSearch(http, url, timeout=0.5),
            "tavily": TavilySearch(http, url, SecretStr(KEY), timeout=0.5),
            "brave": BraveSearch(http, url, SecretStr(KEY), timeout=0.5),
        }[service]
        with pytest.raises(SearchUnreachable, match=r"did not answer within 0\.5 seconds"):
            await find(provider)
        await asyncio.wait_for(left.wait(), 30)


@every_service
async def test_a_service_that_is_not_reachable_is_reported(service: str, http: httpx2.AsyncClient) -> None:
    async with serving(answering({})) as url:
        pass
    with pytest.raises(SearchUnreachable, match="could not be reached"):
        await find(SERVICES[service][0](http, url))


async def test_each_service_is_asked_the_way_it_documents(http: httpx2.AsyncClient) -> None:
    seen: list[tuple[str, str, dict[str, str], str | None, Any]] = []

    async def handler(request: Request) -> Response:
        body = await request.body()
        token = request.headers.get("authorization") or request.headers.get("x-subscription-token")
        seen.append(
            (request.method, request.url.path, dict(request.query_params), token, json.loads(body) if body else None)
        )
        return JSONResponse({})

    query = "how & why?"
    async with serving(handler) as url:
        for make, _ in SERVICES.values():
            await find(make(http, url + "/"), query, limit=50)
        await find(SERVICES["brave"][0](http, url), "word " * 200)
    assert seen[:3] == [
        ("GET", "/search", {"q": query, "format": "json"}, None, None),
        ("POST", "/search", {}, f"Bearer {KEY}", {"query": query, "max_results": 20, "search_depth": "basic"}),
        ("GET", "/res/v1/web/search", {"q": query, "count": "20", "result_filter": "web"}, KEY, None),
    ]
    assert len(seen[3][2]["q"].split()) == 50


async def test_a_searxng_below_a_path_is_found(http: httpx2.AsyncClient) -> None:
    async def handler(request: Request) -> Response:
        assert request.url.path == "/searxng/search"
        return JSONResponse({})

    async with serving(handler) as url:
        assert await find(SearxngSearch(http, f"{url}/searxng/", timeout=2)) == []
