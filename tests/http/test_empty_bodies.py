"""A page that posts nothing gets the defaults of a route, as it would by an empty object."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from openai.types.beta.chatkit import ChatSession

JSON = {"Content-Type": "application/json"}
#: Of the chat frame, which is a page of the server itself.
OWN = {"Sec-Fetch-Site": "same-origin"}


async def nothing() -> AsyncIterator[bytes]:
    """A body whose length is not announced, and which is none."""
    return
    yield b""


@pytest.mark.parametrize("headers", [{}, JSON, JSON | {"Content-Length": "0"}])
@pytest.mark.parametrize("body", [None, b"", b" \r\n\t", b"{}"])
async def test_no_body_means_the_defaults_where_no_field_is_required(
    server: str, body: bytes | None, headers: dict[str, str]
) -> None:
    sent = headers if not body else {name: value for name, value in headers.items() if name != "Content-Length"}
    async with httpx2.AsyncClient(timeout=60) as http:
        made = await http.post(f"{server}/api/chatkit/session", content=body, headers=sent)
        session = ChatSession.model_validate(made.raise_for_status().json())
        visitor = await http.post(f"{server}/visitor", content=body, headers=sent | OWN)
        secret = {"Authorization": f"Bearer {session.client_secret}"}
        listed = {"type": "threads.list", "params": {}}
        assert (await http.post(f"{server}/chatkit", json=listed, headers=secret)).json()["data"] == []
    assert session.workflow.id == "research"
    assert visitor.json()["token"]


async def test_a_body_that_comes_in_no_pieces_is_none(server: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        made = await http.post(f"{server}/api/chatkit/session", content=nothing(), headers=JSON)
    assert made.json()["client_secret"]


@pytest.mark.parametrize("path", ["/api/create-session", "/api/cancel-session"])
async def test_where_a_field_is_required_no_body_is_refused_in_a_sentence(server: str, path: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{server}{path}", headers=JSON)
    assert (answer.status_code, answer.json()["detail"]) == (400, "The body must be a JSON object.")
