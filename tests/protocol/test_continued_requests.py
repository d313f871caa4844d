"""Whatever was asked, its answer goes on: each of the requests that are answered by a stream."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from chatkit.actions import Action
from chatkit.types import (
    ClientToolCallItem,
    StructuredInputAnswerSubmission,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    StructuredInputSubmission,
    ThreadAddClientToolOutputParams,
    ThreadAddStructuredInputParams,
    ThreadAddUserMessageParams,
    ThreadCustomActionParams,
    ThreadRetryAfterItemParams,
    ThreadsAddClientToolOutputReq,
    ThreadsAddStructuredInputReq,
    ThreadsAddUserMessageReq,
    ThreadsCustomActionReq,
    ThreadsRetryAfterItemReq,
)

from chatkit_link.protocol.branches import list_branches
from chatkit_link.protocol.places import REPLACED
from chatkit_link.runs.run import RunStatus
from chatkit_link.store.postgres import new_id
from tests.protocol.replica import Screen, Site, shown
from tests.protocol.stepping import LONG, SHORT
from tests.protocol.test_continuation import MakeSite, create, make_site, question

__all__ = ["make_site"]


async def begun(site: Site) -> str:
    """A thread with one answer in it."""
    _, thread = await site.ask("a", create())
    return thread


async def message(site: Site) -> tuple[str, Any]:
    thread = await begun(site)
    params = ThreadAddUserMessageParams(thread_id=thread, input=question("And which cup?"))
    return thread, ThreadsAddUserMessageReq(params=params)


async def retry(site: Site) -> tuple[str, Any]:
    thread = await begun(site)
    first = (await site.stored(thread))[0]
    await site.services.store.save_ending(thread, RunStatus.FAILED, site.caller)
    params = ThreadRetryAfterItemParams(thread_id=thread, item_id=first.id)
    return thread, ThreadsRetryAfterItemReq(params=params)


async def edit(site: Site) -> tuple[str, Any]:
    thread = await begun(site)
    first = (await site.stored(thread))[0]
    params = ThreadAddUserMessageParams(thread_id=thread, input=question("Which cup?"))
    return thread, ThreadsAddUserMessageReq(params=params, metadata={"chatkit_link": {"edits": first.id}})


async def submission(site: Site) -> tuple[str, Any]:
    thread = await begun(site)
    options = [StructuredInputMultipleChoiceOption(value="blue")]
    cup = StructuredInputMultipleChoice(id="cup", question="Which cup?", options=options)
    asked = StructuredInputItem(
        id=new_id("message"), thread_id=thread, created_at=datetime.now(),
        inputs=[cup],
    )  # fmt: skip
    await site.services.store.add_thread_item(thread, asked, site.caller)
    answer = StructuredInputSubmission(
        status="answered", answers={"cup": StructuredInputAnswerSubmission(values=["blue"])}
    )
    params = ThreadAddStructuredInputParams(thread_id=thread, item_id=asked.id, input=answer)
    return thread, ThreadsAddStructuredInputReq(params=params)


async def output(site: Site) -> tuple[str, Any]:
    thread = await begun(site)
    call = ClientToolCallItem(
        id=new_id("tool_call"), thread_id=thread, created_at=datetime.now(), call_id="1", name="look", arguments={}
    )
    await site.services.store.add_thread_item(thread, call, site.caller)
    params = ThreadAddClientToolOutputParams(thread_id=thread, result={"seen": "tea"})
    return thread, ThreadsAddClientToolOutputReq(params=params)


async def click(site: Site) -> tuple[str, Any]:
    thread = await begun(site)
    params = ThreadCustomActionParams(thread_id=thread, item_id=None, action=Action(type="more", payload={"n": None}))
    return thread, ThreadsCustomActionReq(params=params)


Prepare = Callable[[Site], Awaitable[tuple[str, Any]]]


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("prepare", [message, retry, edit, submission, output])
async def test_the_answer_to_each_request_goes_on(make_site: MakeSite, prepare: Prepare, *, again: bool) -> None:
    site = make_site(SHORT if again else LONG[:3], again=again)
    thread, request = await prepare(site)
    whole, _ = await site.ask("a", request)
    expected = shown(await site.stored(thread))
    endings = await site.services.store.load_endings(thread, site.caller)
    for number in range(1, len(whole.entries)):
        thread, request = await prepare(site)
        server: Any = site.agents["a"].server
        server.read.clear()
        log, _ = await site.ask("a", request, dies_after=number)
        after = await site.go_on("a", thread, log)
        assert after is not None, number
        assert shown(await site.stored(thread)) == expected, number
        assert await site.services.store.load_endings(thread, site.caller) == endings == {}
        versions = [len(point.siblings) for point in await list_branches(site.services.store, thread, site.caller)]
        assert versions == ([2] if prepare in {retry, edit} else []), number
        assert server.read in ([server.read[0]], [server.read[0]] * 2), "what the answer is given to has grown"
        Screen().show(after.events)


async def test_a_retry_that_died_when_its_first_item_was_stored_makes_no_third_version(make_site: MakeSite) -> None:
    site = make_site(LONG[:3])
    thread, request = await retry(site)
    whole, _ = await site.ask("a", request)
    expected = shown(await site.stored(thread))
    number = whole.entries.index((REPLACED, True))

    thread, request = await retry(site)
    log, _ = await site.ask("a", request, dies_after=number + 1)
    assert await site.go_on("a", thread, log.upto(number)) is not None
    assert shown(await site.stored(thread)) == expected
    ((_, versions),) = [
        (point.item_id, point.siblings) for point in await list_branches(site.services.store, thread, site.caller)
    ]
    assert len(versions) == 2


async def test_a_click_goes_on_where_its_handler_has_recorded_what_it_did(make_site: MakeSite) -> None:
    site = make_site(SHORT, again=True)
    thread, request = await click(site)
    log, _ = await site.ask("a", request, dies_after=6)
    server: Any = site.agents["a"].server
    charged = server.charged
    assert await site.go_on("a", thread, log) is not None
    assert server.charged == charged
    assert [item["type"] for item in shown(await site.stored(thread))][-1] == "assistant_message"


async def test_a_click_that_has_recorded_nothing_is_not_made_twice(make_site: MakeSite) -> None:
    site = make_site(SHORT, again=True, steps=False)
    thread, request = await click(site)
    log, _ = await site.ask("a", request, dies_after=1)
    assert await site.go_on("a", thread, log) is None
