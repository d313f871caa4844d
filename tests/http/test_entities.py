"""What a page asks for when somebody types @."""

from typing import Any

import httpx2


async def ask(server: str, path: str, **query: str) -> tuple[int, Any]:
    async with httpx2.AsyncClient(base_url=server, timeout=60) as http:
        answer = await http.get(path, params={"agent": "shop", **query})
        return answer.status_code, answer.json()


async def test_what_was_typed_is_looked_for(server: str) -> None:
    status, found = await ask(server, "/api/entities", q="TEA")
    assert status == 200
    assert found == {"entities": [{"id": "tea", "title": "Green tea", "interactive": True, "data": {}}]}


async def test_an_agent_without_mentions_finds_nothing(server: str) -> None:
    assert await ask(server, "/api/entities", agent="echo") == (200, {"entities": []})


async def test_a_mention_is_previewed_as_a_widget(server: str) -> None:
    status, shown = await ask(server, "/api/entities/cup/preview")
    assert status == 200
    assert shown["preview"]["type"] == "Card"


async def test_what_the_agent_does_not_know_is_a_404(server: str) -> None:
    assert (await ask(server, "/api/entities/gold/preview"))[0] == 404


async def test_too_much_is_refused(server: str) -> None:
    assert (await ask(server, "/api/entities", q="x" * 201))[0] == 422
