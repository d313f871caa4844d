"""Clicking a local result: the page it leads to."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from chatkit_link.errors import LinkError
from chatkit_link.http.documents import router
from chatkit_link.http.services import get_services
from chatkit_link.limits.requests import rendering_line
from chatkit_link.resources import resource
from chatkit_link.search.folder import SyncCounts, documents_of, sync_folder
from chatkit_link.search.local import LocalSearch
from chatkit_link.search.provider import SearchResult
from chatkit_link.settings import Settings
from chatkit_link.store.documents import Documents
from tests.search.test_local import HTML, RST, RUNS


@pytest.fixture
async def visitor(documents: Documents, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "runs.md").write_text(RUNS + "\n## Stopping\n\n<img src=x onerror=alert(1)>\n\n"
        "[go](javascript:alert(1)) ![seen](https://a.example/x.png)\n")  # fmt: skip
    (tmp_path / "pricing.html").write_text(HTML.replace("<h2>Support", "<h2 onclick=alert(1)>Support &lt;b&gt;"))
    (tmp_path / "deploy.rst").write_text(RST)
    (tmp_path / "ä b.txt").write_text("<script>alert(1)</script>")
    await sync_folder(documents, tmp_path)
    app = FastAPI()
    app.include_router(router)
    app.dependency_overrides[get_services] = lambda: SimpleNamespace(
        documents=documents,
        document_keys=None,
        rendering=rendering_line(),
        settings=SimpleNamespace(trusted_networks=()),
    )

    async def problem(request: Request, error: Any) -> JSONResponse:
        return JSONResponse({"detail": error.message}, error.status)

    app.add_exception_handler(LinkError, problem)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        yield client


async def test_every_local_result_leads_to_a_heading_that_exists(
    visitor: httpx2.AsyncClient, documents: Documents
) -> None:
    local = LocalSearch(documents, address="http://test")
    checked = 0
    for question in ("reload", "stopping drain", "free software", "forum support", "railway container proxy"):
        async for found in local.search(question, limit=8):
            assert isinstance(found, SearchResult)
            page = await visitor.get(found.url)
            assert page.status_code == 200
            anchor = found.url.partition("#")[2]
            assert f'id="{anchor}"' in page.text
            checked += 1
    assert checked >= 6


async def test_a_markdown_page_is_rendered_without_any_markup_of_its_own(visitor: httpx2.AsyncClient) -> None:
    page = (await visitor.get("/documents/guide/runs.md")).text
    assert '<h2 id="when-a-page-is-reloaded">When a page is reloaded</h2>' in page
    assert '<h2 id="stopping">' in page and '<h2 id="stopping-1">' in page
    assert "<strong>reload</strong>" in page and "<td>Seconds a stopping server waits</td>" in page
    assert "front matter" not in page
    assert "<img src=x" not in page and "&lt;img src=x" in page
    assert 'href="javascript' not in page
    assert "<em>Picture: seen</em>" in page and "a.example" not in page


async def test_an_html_document_is_displayed_as_its_text(visitor: httpx2.AsyncClient) -> None:
    page = (await visitor.get("/documents/pricing.html")).text
    assert '<h2 id="support-b">Support &lt;b&gt;</h2>' in page
    assert "onclick" not in page and "<script" not in page


async def test_a_text_document_is_displayed_as_it_is(visitor: httpx2.AsyncClient) -> None:
    page = (await visitor.get("/documents/deploy.rst")).text
    assert '<b id="railway">Railway</b>\n-------' in page
    assert "&lt;script&gt;" in (await visitor.get("/documents/%C3%A4%20b.txt")).text


async def test_the_page_may_load_nothing_and_only_its_own_style(visitor: httpx2.AsyncClient) -> None:
    page = await visitor.get("/documents/guide/runs.md")
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'none'")
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["", "no.md", "guide", "../../etc/passwd", "%2e%2e%2fetc%2fpasswd", "guide/../runs.md", "%00", "x" * 5000,
             "/etc/passwd", "guide%5Cruns.md"]
)  # fmt: skip
async def test_only_what_is_in_the_index_can_be_seen(visitor: httpx2.AsyncClient, path: str) -> None:
    answer = await visitor.get(httpx2.URL("http://test").copy_with(raw_path=f"/documents/{path}".encode()))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


async def _sync_bundled(documents: Documents) -> SyncCounts:
    bundled = documents_of(Settings(_env_file=None))  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
    return await sync_folder(documents, bundled.folder, also=bundled.also, prefix=bundled.prefix)


async def test_the_project_s_own_documentation_is_covered_by_default(documents: Documents) -> None:
    counts = await _sync_bundled(documents)
    assert resource("docs").is_dir()
    assert counts.skipped == 0


async def test_a_link_between_the_project_s_own_pages_leads_to_a_page_and_its_heading(
    visitor: httpx2.AsyncClient, documents: Documents
) -> None:
    """The pages are in folders; what is no document, such as the licence, is linked by the README alone."""
    await _sync_bundled(documents)
    async with documents.indexing() as index:
        paths = sorted(await index.hashes())
    assert {"README.md", "docs/how-to/agents.md", "docs/decisions/README.md"} <= set(paths)
    pages = {path: (await visitor.get(f"/documents/{path}")).text for path in paths}
    for path, page in pages.items():
        for link in re.findall(r'href="([^"]*)"', page):
            address = urlsplit(urljoin(f"http://test/documents/{path}", unescape(link)))
            if address.netloc != "test" or path == "README.md":
                continue
            target = unquote(address.path).removeprefix("/documents/")
            assert target in pages, f"{path}: {link}"
            assert not address.fragment or f'id="{address.fragment}"' in pages[target], f"{path}: {link}"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_a_page_that_is_excluded_is_displayed_and_not_found(
    visitor: httpx2.AsyncClient, documents: Documents, tmp_path: Path, end: str
) -> None:
    lines = ["---", "title: List", "search:", "  exclude: true", "---", "", "# A list of zebras", "", "Zebras."]
    (tmp_path / "list.md").write_bytes(end.join(lines).encode())
    (tmp_path / "told.md").write_text("# Told\n\n    search:\n      exclude: true\n\nZebras, too.\n")
    await sync_folder(documents, tmp_path)
    search = LocalSearch(documents, address="http://test").search("zebras", limit=8)
    found = [hit.url async for hit in search if isinstance(hit, SearchResult)]
    assert [urlsplit(url).path for url in found] == ["/documents/told.md"]
    page = (await visitor.get("/documents/list.md")).text
    assert "A list of zebras" in page and "exclude" not in page
