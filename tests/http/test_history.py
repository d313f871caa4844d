"""A user's own history: the list of an agent's threads, pins, search, and a thread to take along."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from chatkit_link.caller import Caller
from chatkit_link.client import ChatKitClient
from chatkit_link.http.services import Services
from tests.finished_stream import told
from tests.store.build import assistant, thread

Connect = Callable[..., ChatKitClient]


async def get(client: ChatKitClient, path: str, language: str = "en", **query: Any) -> httpx2.Response:
    """Of the same user as the client."""
    root, headers = client.url.partition("/chatkit")[0], {"Accept-Language": language}
    return await client._http.get(f"{root}{path}", params=query, headers=headers)  # pyright: ignore[reportPrivateUsage]


async def pin(client: ChatKitClient, thread_id: str, pinned: object) -> httpx2.Response:
    root = client.url.partition("/chatkit")[0]
    return await client._http.patch(  # pyright: ignore[reportPrivateUsage]
        f"{root}/chatkit/threads/{thread_id}", json={"pinned": pinned}
    )


def of_agent(client: ChatKitClient, agent: str) -> ChatKitClient:
    """The same user at another agent."""
    root = client.url.partition("/chatkit")[0]
    return ChatKitClient(f"{root}/chatkit/{agent}", http=client._http)  # pyright: ignore[reportPrivateUsage]


def marked(hit: dict[str, Any]) -> str:
    return "".join(f"[{part['text']}]" if part["match"] else part["text"] for part in hit["snippet"])


async def test_threads_are_listed_at_the_address_of_their_agent(connect: Connect) -> None:
    echo = connect("echo")
    guest = of_agent(echo, "guest")
    one, two = await told(echo.create_thread("to echo")), await told(guest.create_thread("to the guest"))

    assert [thread.id for thread in (await echo.list_threads()).data] == [one.thread_id]
    assert [thread.id for thread in (await guest.list_threads()).data] == [two.thread_id]
    listed = (await get(echo, "/chatkit/threads", agent="guest")).json()
    assert [thread["id"] for thread in listed["threads"]] == [two.thread_id]
    # A thread stays with the agent that it began with, whichever goes on with it.
    await told(guest.add_user_message(one.thread_id, "go on"))
    assert [thread.id for thread in (await guest.list_threads()).data] == [two.thread_id]


async def test_a_thread_without_an_agent_belongs_to_the_default_one(connect: Connect, services: Services) -> None:
    client = connect("research")
    made = await told(of_agent(client, "echo").create_thread("from before"))
    async with services.database.system() as connection:
        await connection.connection.fetch("UPDATE threads SET agent = NULL WHERE id = $1", made.thread_id)
    assert services.default == "research"
    assert [thread.id for thread in (await client.list_threads()).data] == [made.thread_id]
    assert (await of_agent(client, "echo").list_threads()).data == []


async def test_pages_lead_through_all_threads_and_pinned_ones_stand_on_top(connect: Connect) -> None:
    client = connect("echo")
    made = [(await told(client.create_thread(f"number {number}"))).thread_id for number in range(5)]
    for thread_id in (made[1], made[3]):
        answer = await pin(client, thread_id, pinned=True)
        assert answer.json()["id"] == thread_id
        assert answer.json()["pinned_at"] is not None

    first = (await get(client, "/chatkit/threads", agent="echo", limit=2)).json()
    assert [thread["id"] for thread in first["pinned"]] == [made[3], made[1]]
    assert [thread["id"] for thread in first["threads"]] == [made[4], made[2]]
    second = (await get(client, "/chatkit/threads", agent="echo", limit=2, after=first["after"])).json()
    assert ([thread["id"] for thread in second["threads"]], second["pinned"], second["after"]) == ([made[0]], [], None)

    await pin(client, made[3], pinned=False)
    listed = (await get(client, "/chatkit/threads", agent="echo")).json()
    assert [thread["id"] for thread in listed["pinned"]] == [made[1]]
    assert [thread["id"] for thread in listed["threads"]] == [made[4], made[3], made[2], made[0]]
    assert (await pin(client, made[3], pinned="yes")).status_code == 422
    assert (await get(client, "/chatkit/threads", agent="nobody")).status_code == 404
    assert (await get(client, "/chatkit/threads", agent="echo", after="cur_x")).status_code == 422


async def test_words_are_found_in_messages_and_titles_and_marked(connect: Connect) -> None:
    client = connect("echo")
    tea = (await told(client.create_thread("Wie lange zieht grüner Tee?"))).thread_id
    coffee = (await told(client.create_thread("How hot is coffee?"))).thread_id
    await client.update_thread(tea, "Getränke")
    await client.update_thread(coffee, "Kaffee und Tee")

    found = (await get(client, "/chatkit/search", q="TEE")).json()
    assert found["complete"]
    assert [(hit["thread_id"], hit["item_id"] is None) for hit in found["hits"]] == [(coffee, True), (tea, False)]
    assert marked(found["hits"][0]) == "Kaffee und [Tee]"
    assert "[Tee]" in marked(found["hits"][1])
    found = (await get(client, "/chatkit/search", q="gruner zieht")).json()
    assert [hit["thread_id"] for hit in found["hits"]] == [tea], "all words, without accents"
    message = await client.list_items(tea)
    assert found["hits"][0]["item_id"] in {item.id for item in message.data}
    assert (await get(client, "/chatkit/search", q="gruner coffee")).json()["hits"] == []
    assert (await get(client, "/chatkit/search", q="?!")).json() == {"hits": [], "complete": True}


async def test_a_search_follows_what_is_written_renamed_and_deleted(connect: Connect) -> None:
    client = connect("echo")
    thread_id = (await told(client.create_thread("first"))).thread_id

    async def hits(question: str) -> list[str]:
        return [hit["thread_id"] for hit in (await get(client, "/chatkit/search", q=question)).json()["hits"]]

    assert await hits("zebra") == []
    await told(client.add_user_message(thread_id, "about a zebra"))
    assert await hits("zebra") == [thread_id]
    await client.update_thread(thread_id, "Giraffes")
    assert await hits("giraffe") == [thread_id]
    await client.delete_thread(thread_id)
    assert await hits("zebra") == await hits("giraffe") == []


async def test_a_search_is_of_one_agent_or_of_all(connect: Connect) -> None:
    echo = connect("echo")
    guest = of_agent(echo, "guest")
    one = (await told(echo.create_thread("a zebra"))).thread_id
    two = (await told(guest.create_thread("a zebra"))).thread_id
    for agent, expected in (({"agent": "echo"}, {one}), ({"agent": "guest"}, {two}), ({}, {one, two})):
        found = (await get(echo, "/chatkit/search", q="zebra", **agent)).json()
        assert {hit["thread_id"] for hit in found["hits"]} == expected


async def test_a_long_history_is_read_in_several_searches_the_newest_threads_first(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatkit_link.protocol import thread_search

    ada = Caller("default", f"ada-{uuid.uuid4().hex[:8]}")
    for number in range(3):
        made = await thread(services.store, ada)
        await services.store.add_thread_item(made.id, assistant(made.id, f"zebra {number}"), ada)
    monkeypatch.setattr(thread_search, "_READING", 0)
    found = [await thread_search.search_threads(services.store, ada, "zebra", 9, of=None, among=None)]
    assert (found[0].hits, found[0].is_complete) == ([], False)
    monkeypatch.setattr(thread_search, "_READING", 60)
    whole = await thread_search.search_threads(services.store, ada, "zebra", 9, of=None, among=None)
    assert [marked({"snippet": hit.snippet}) for hit in whole.hits] == ["[zebra] 2", "[zebra] 1", "[zebra] 0"]
    assert whole.is_complete


async def test_another_user_finds_pins_and_takes_nothing(connect: Connect) -> None:
    ada, bob = connect("echo"), connect("echo")
    adas = await told(ada.create_thread("a private zebra"))
    assert len((await get(ada, "/chatkit/search", q="zebra")).json()["hits"]) == 1

    assert (await get(bob, "/chatkit/search", q="zebra")).json()["hits"] == []
    listed = (await get(bob, "/chatkit/threads", agent="echo")).json()
    assert (listed["threads"], listed["pinned"]) == ([], [])
    for thread_id in (adas.thread_id, "thr_unknown"):
        for refused in (
            await pin(bob, thread_id, pinned=True),
            await get(bob, f"/chatkit/threads/{thread_id}/export", format="json"),
        ):
            assert refused.status_code == 404
            assert "zebra" not in refused.text
    assert (await get(ada, "/chatkit/threads", agent="echo")).json()["pinned"] == []


async def test_a_thread_reads_as_a_document(connect: Connect) -> None:
    client = connect("research")
    made = await told(client.create_thread("How long does green tea steep?"))
    await client.update_thread(made.thread_id, "Green [tea] / 茶")

    answer = await get(client, f"/chatkit/threads/{made.thread_id}/export")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "filename*=UTF-8''Green%20%5Btea%5D%20-%20%E8%8C%B6.md" in answer.headers["content-disposition"]
    lines = answer.text.splitlines()
    assert lines[0] == "# Green [tea] / 茶"
    assert re.fullmatch(r"\*Research · \d{4}-\d\d-\d\d\*", lines[2])
    headings = [line for line in lines if line.startswith("## ")]
    assert headings == ["## You", "## Research"]
    assert "How long does green tea steep?" in lines
    assert "two minutes" in answer.text
    numbers = set(re.findall(r"\[(\d)\]", answer.text))
    assert numbers
    listed = answer.text.partition("**Sources**")[2]
    assert {line[0] for line in listed.splitlines() if line[:1].isdigit()} == numbers


async def test_the_words_of_a_document_are_in_the_language_of_its_reader(connect: Connect) -> None:
    client = connect("echo")
    made = await told(client.create_thread("Hallo"))
    answer = await get(client, f"/chatkit/threads/{made.thread_id}/export", "de-AT")
    assert "\n## Sie\n" in answer.text


async def test_a_thread_is_taken_along_whole(connect: Connect) -> None:
    client = connect("echo")
    made = await told(client.create_thread("0"))
    for number in range(1, 12):
        await told(client.add_user_message(made.thread_id, str(number)))
    page = await client.list_items(made.thread_id, limit=100, order="asc")
    await client.feedback(made.thread_id, [page.data[1].id], "positive")

    answer = await get(client, f"/chatkit/threads/{made.thread_id}/export", format="json")
    assert answer.headers["content-type"] == "application/json"
    taken = json.loads(answer.text)
    assert (taken["thread"]["id"], taken["agent"]) == (made.thread_id, "echo")
    assert [item["id"] for item in taken["items"]] == [item.id for item in page.data]
    assert taken["feedback"] == {page.data[1].id: "positive"}
    assert (await get(client, f"/chatkit/threads/{made.thread_id}/export", format="pdf")).status_code == 422


async def test_what_is_hidden_from_users_is_in_no_document(connect: Connect) -> None:
    client = connect("secretive")
    made = await told(client.create_thread("tell me"))
    shown = {item.id for item in (await client.list_items(made.thread_id)).data}
    taken = (await get(client, f"/chatkit/threads/{made.thread_id}/export", format="json")).json()
    assert {item["id"] for item in taken["items"]} == shown
