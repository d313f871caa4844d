"""What an answer that goes on may and may not do: other words, another agent, a stop, and whose name it acts in."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from chatkit.types import ThreadStreamEvent
from pydantic import SecretStr
from starlette.requests import Request

from chatkit_link.agents.brought_servers.past_request import PastRequest
from chatkit_link.caller import Caller, SessionPolicy
from chatkit_link.protocol.beginning import BEGIN, Callers, Sealed
from chatkit_link.runs.run import RunStatus
from chatkit_link.runs.takeover import NotHere
from tests.protocol.replica import Log, Replica, Screen, Site, shown
from tests.protocol.stepping import SHORT, Block, hidden, text, widget, workflow
from tests.protocol.test_continuation import MakeSite, create, make_site

__all__ = ["make_site"]

WORDS = ["The ", "tea ", "is ", "green."]


async def died(site: Site, behind: int) -> tuple[Log, str]:
    """Once so many words of the first message are logged."""
    whole, _ = await site.ask("a", create())
    updates = [at for at, each in enumerate(whole.entries, start=1) if isinstance(each, bytes) and b"delta" in each]
    return await site.ask("a", create(), dies_after=updates[behind - 1])


def blocks_of(site: Site, *blocks: Block) -> None:
    server: Any = site.agents["a"].server
    server.blocks = list(blocks)


def sent(log: Log, before: Log) -> list[dict[str, Any]]:
    return [json.loads(each) for each in log.events[len(before.events) :]]


async def test_the_words_that_were_read_already_are_not_sent_again(make_site: MakeSite) -> None:
    site = make_site(SHORT)
    before, thread = await died(site, 2)
    after = await site.go_on("a", thread, before)
    assert after is not None
    updates = [event["update"] for event in sent(after, before) if event["type"] == "thread.item.updated"]
    whole, *rest = updates
    assert whole["type"] == "assistant_message.content_part.done"
    assert whole["content"]["text"] == "The tea "
    assert [update["delta"] for update in rest] == ["is ", "green."]


async def test_other_words_take_the_place_of_half_a_sentence_at_once(make_site: MakeSite) -> None:
    site = make_site(SHORT)
    before, thread = await died(site, 3)
    blocks_of(site, (text, ["The ", "cup ", "is ", "blue."]))
    after = await site.go_on("a", thread, before)
    assert after is not None
    screen = Screen().show(after.events)
    seen = [each for each in screen.seen if "text" in each]
    assert not any("The tea is The" in each or "tea is cup" in each for each in seen)
    assert shown(list(screen.items.values()))[-1]["content"][0]["text"] == "The cup is blue."
    kinds = [event["update"]["type"].rpartition(".")[2] for event in sent(after, before) if "update" in event]
    assert kinds == ["done", "done", "text_delta", "text_delta"]
    assert shown(await site.stored(thread)) == shown(list(screen.items.values()))


@pytest.mark.parametrize(
    "instead",
    [
        (workflow, ["Look", "Weigh"]),
        (widget, ["one", "two"]),
        (hidden, ["found"]),
        (text, []),
    ],
    ids=["workflow", "widget", "hidden", "empty"],
)
async def test_what_the_answer_does_not_have_any_more_goes(make_site: MakeSite, instead: Block) -> None:
    """The repeated call of a model may come to something else altogether."""
    site = make_site([(text, WORDS), (text, ["More."])], again=True)
    before, thread = await site.ask("a", create(), dies_after=14)
    blocks_of(site, instead)
    after = await site.go_on("a", thread, before)
    assert after is not None
    stored = shown(await site.stored(thread))
    assert shown(list(Screen().show(after.events).items.values())) == stored
    assert "The tea" not in json.dumps(stored)


@pytest.mark.parametrize("behind", [1, 3])
async def test_a_stop_keeps_all_that_its_user_reads(make_site: MakeSite, behind: int) -> None:
    """Also of an item that is being given again, of which the server has given less by then."""
    site = make_site(SHORT)
    before, thread = await died(site, behind)
    waiting = asyncio.Event()

    async def wait(thread: Any, item_id: str, words: list[str]) -> AsyncIterator[ThreadStreamEvent]:
        async for event in text(thread, item_id, words):
            yield event
            if event.type == "thread.item.updated":
                waiting.set()
                await asyncio.Event().wait()

    blocks_of(site, (wait, WORDS))
    going = asyncio.create_task(site.go_on("a", thread, before))
    await asyncio.wait_for(waiting.wait(), 10)
    assert site.newest is not None
    assert site.newest.run is not None
    site.newest.run.stop(RunStatus.CANCELLED)
    after = await going
    assert after is not None
    screen = shown(list(Screen().show(after.events).items.values()))
    assert screen[-1]["content"][0]["text"] == "".join(WORDS[:behind])
    assert shown(await site.stored(thread))[: len(screen)] == screen


async def test_what_is_handed_over_is_neither_ended_nor_stored(make_site: MakeSite) -> None:
    site = make_site(SHORT)
    replica = Replica(dies_after=6, ending=RunStatus.HANDED_OVER)
    run = await site.requests(replica).answer(site.agents["a"], create(), site.caller, allow_cancel=True)
    log = await replica.over()
    assert run.journal.continuable
    assert len(log.entries) == 6
    assert [item["type"] for item in shown(await site.stored(run.thread_id))] == ["user_message"]
    assert await site.services.store.load_endings(run.thread_id, site.caller) == {}
    after = await site.go_on("a", run.thread_id, log)
    assert after is not None
    assert shown(await site.stored(run.thread_id))[-1]["content"][0]["text"] == "".join(WORDS)


@pytest.mark.parametrize("has_step", [False, True])
async def test_a_changed_agent_begins_again_and_says_so(make_site: MakeSite, *, has_step: bool) -> None:
    site = make_site([(text, WORDS), (text, ["Drink ", "it."])])
    whole, _ = await site.ask("a", create())
    before, thread = await site.ask("a", create(), dies_after=len(whole.entries) - 3 if has_step else 8)
    other = site.changed("a", version="2")
    blocks_of(other, (text, ["Another ", "answer."]))
    after = await other.go_on("a", thread, before)
    assert after is not None
    notices = [event["message"] for event in sent(after, before) if event["type"] == "notice"]
    assert notices == ["This assistant was changed while it answered, so it begins again."]
    stored = shown(await site.stored(thread))
    assert [item["content"][0]["text"] for item in stored[1:]] == ["Another answer."]
    assert shown(list(Screen().show(after.events).items.values())) == stored
    assert (("model#0", None) in after.entries) == has_step, "a step of the former agent is none of the new one"


@pytest.mark.parametrize("key", ["tool:call_1", "step:charge#1"])
async def test_a_changed_agent_does_not_do_again_what_may_have_happened(make_site: MakeSite, key: str) -> None:
    site = make_site(SHORT)
    before, thread = await died(site, 2)
    before.entries.append((key, {"name": "charge", "once": True}))
    with pytest.raises(NotHere):  # a replica that has the former agent goes on
        await site.changed("a", version="2").go_on("a", thread, before)
    assert await site.go_on("a", thread, before) is not None


@pytest.mark.parametrize("case", ["switched off", "without a beginning", "deleted"])
async def test_what_cannot_go_on_is_left_to_be_ended(make_site: MakeSite, case: str) -> None:
    site = make_site(SHORT)
    before, thread = await died(site, 2)
    match case:
        case "switched off":
            site = site.changed("a", continues=False)
        case "without a beginning":
            before = replace(before, entries=[each for each in before.entries if each[0] != BEGIN])
        case _:
            await site.services.store.delete_thread(thread, site.caller)
    assert await site.go_on("a", thread, before) is None


async def test_an_agent_that_is_missing_here_may_be_elsewhere(make_site: MakeSite) -> None:
    site = make_site(SHORT)
    before, thread = await died(site, 2)
    with pytest.raises(NotHere):
        await replace(site, agents={}).go_on("a", thread, before)
    assert await site.go_on("a", thread, before) is not None


async def test_a_server_that_had_displayed_something_without_a_step_is_not_asked_again(make_site: MakeSite) -> None:
    site = make_site(SHORT, again=True, steps=False)
    nothing, thread = await site.ask("a", create(), dies_after=3)
    assert nothing.types == ["thread.created", "thread.item.done"]
    assert await site.go_on("a", thread, nothing) is not None
    something, thread = await site.ask("a", create(), dies_after=6)
    assert await site.go_on("a", thread, something) is None


async def test_an_answer_goes_on_in_the_name_of_its_user(make_site: MakeSite) -> None:
    """With the same rights, and with a token that no one reads who has only the database."""
    site = make_site(SHORT)
    policy = SessionPolicy(id="sess_1", agent="a", state={"plan": "gold"}, recent_threads=2)
    caller = replace(site.caller, token=SecretStr("eyJ.secret.token"), session=policy, locale="de", zone="Europe/Paris")
    asking = replace(site, caller=caller)
    before, thread = await died(asking, 2)
    assert "eyJ.secret.token" not in json.dumps(before.steps)
    assert await site.go_on("a", thread, before) is not None
    server: Any = site.agents["a"].server
    found = server.callers[-1]
    assert (found.owner, found.session, found.locale, found.zone) == (caller.owner, policy, "de", "Europe/Paris")
    assert found.token.get_secret_value() == "eyJ.secret.token"


def test_a_token_is_read_with_a_former_secret_and_with_no_other() -> None:
    old, new, other = (Sealed([name.encode() * 32]) for name in ("o", "n", "x"))
    sealed = old.seal(SecretStr("token"))
    rotated = Sealed([b"n" * 32, b"o" * 32])
    assert rotated.open(sealed) == SecretStr("token")
    assert new.open(sealed) is None
    assert other.open(None) is None
    assert Sealed([]).seal(SecretStr("token")) is None
    assert Callers(Sealed([])).from_json({}, "t", "u", "r").token is None


def test_a_brought_server_reads_the_same_request_again() -> None:
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "scheme": "https", "path": "/chatkit", "root_path": "", "http_version": "1.1",
        "raw_path": b"/chatkit", "query_string": b"a=1", "client": ("192.0.2.1", 5),
        "server": ("chat.example.com", 443),
        "headers": [(b"host", b"chat.example.com"), (b"x-shop", "caf\u00e9".encode("latin-1")), (b"cookie", b"c=1")],
    }  # fmt: skip
    callers = Callers(Sealed([b"s" * 32]))
    caller = Caller(tenant="t", user="u", request=PastRequest.of(Request(scope)))
    stored = callers.to_json(caller)
    assert "chat.example.com" not in json.dumps(stored)
    again = callers.from_json(stored, "t", "u", "r").request
    assert (again.method, again.client) == ("POST", ("192.0.2.1", 5))
    assert str(again.url) == "https://chat.example.com/chatkit?a=1"
    assert dict(again.headers) == {"host": "chat.example.com", "x-shop": "caf\u00e9"}
