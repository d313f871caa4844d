"""Errors outside the protocol: each a sentence, with the id that the log has too."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from chatkit_link import errors
from chatkit_link.app import create_app
from chatkit_link.settings import Settings
from tests.sdk_server import serve


@pytest.mark.parametrize("path", ["/assets/%00", "/assets/" + "a" * 300, "/documents/%00", "/documents/" + "a/" * 200])
async def test_no_address_is_so_odd_that_the_server_fails(server: str, path: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        response = await http.get(server + path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("cursor", ["\x00", "thr_\x00", "\ud83d"])
async def test_a_cursor_that_no_database_can_hold_is_refused(server: str, cursor: str) -> None:
    body = b'{"type":"threads.list","params":{"after":"%s"}}' % cursor.encode("unicode_escape").replace(
        b"\\x", b"\\u00"
    )
    async with httpx2.AsyncClient(timeout=60) as http:
        response = await http.post(f"{server}/chatkit/echo", content=body)
    assert response.status_code in (200, 422)  # cleaned to nothing it is no cursor at all
    assert response.json().get("data", []) == []


async def test_deep_json_with_a_nul_in_it_is_refused_like_any_other(server: str) -> None:
    body = b'{"type":"threads.list","params":' + b"[" * 5000 + b'"\\u0000"' + b"]" * 5000 + b"}"
    async with httpx2.AsyncClient(timeout=60) as http:
        response = await http.post(f"{server}/chatkit/echo", content=body)
    assert response.status_code in (400, 422)


async def test_an_unexpected_error_has_an_id_and_no_inner_text(
    make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(make_settings())

    @app.get("/breaks")
    async def breaks() -> None:
        raise RuntimeError("secret-of-the-server")

    async with serve(app) as address, httpx2.AsyncClient(timeout=60) as http:
        response = await http.get(f"{address}/breaks", headers={"X-Request-Id": "from-the-proxy"})

    assert response.status_code == 500
    assert response.headers["x-request-id"] == "from-the-proxy"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.json()["request_id"] == "from-the-proxy"
    assert "secret-of-the-server" not in response.text
    assert "from-the-proxy" in caplog.text


async def test_the_server_says_that_it_is_ready(server: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{server}/health")).json() == {"status": "ok"}
        assert (await http.get(f"{server}/ready")).json()["status"] == "ready"


def test_every_code_of_an_error_is_in_the_docs() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "reference" / "protocol.md").read_text()
    listed = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| \d{3} \|([^|]+)\|", docs, re.MULTILINE))))
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.LinkError)]
    assert {one.code for one in classes} | localized_codes() | {"sign_in_expired"} == listed - {"method_not_allowed"}


def localized_codes() -> set[str]:
    """Of the texts that are given to an error where it is raised; ``CallUncertain`` is for a tool's line alone."""
    given = re.compile(r"\b(?!CallUncertain)[A-Z]\w+\(\s*Localized\(\s*\"(\w+)\"")
    package = Path(errors.__file__).parent
    code = "\n".join(path.read_text() for path in package.rglob("*.py"))
    return set(given.findall(code)) | set(re.findall(r"refused = Localized\(\"(\w+)\"", code))
