"""A replica that dies before it has logged anything of an answer: what was asked is in the thread, and is answered."""

from dataclasses import replace
from typing import Any

import pytest

from tests.protocol.replica import Log, Screen, Site, shown
from tests.protocol.stepping import LONG, SHORT
from tests.protocol.test_continuation import MakeSite, create, make_site
from tests.protocol.test_continued_requests import Prepare, click, edit, message, output, retry, submission

__all__ = ["make_site"]


async def unlogged(site: Site, request: Any) -> tuple[Log, str]:
    """Ask; nothing of the answer is stored or logged."""
    log, thread = await site.ask("a", request, dies_after=1)
    return log.upto(0), thread


@pytest.mark.parametrize("again", [False, True])
async def test_the_first_message_of_a_thread_is_answered(make_site: MakeSite, *, again: bool) -> None:
    site = make_site(SHORT if again else LONG, again=again)
    _, thread = await site.ask("a", create())
    expected = shown(await site.stored(thread))
    log, thread = await unlogged(site, create())
    assert len(await site.stored(thread)) == 1
    after = await site.go_on("a", thread, log)
    assert after is not None
    assert shown(await site.stored(thread)) == expected
    assert shown(list(Screen().show(after.events).items.values())) == expected
    assert after.types[0] == "thread.created"


@pytest.mark.parametrize("prepare", [message, retry, edit])
async def test_a_later_message_a_retry_and_an_edit_are_answered(make_site: MakeSite, prepare: Prepare) -> None:
    site = make_site(SHORT)
    thread, request = await prepare(site)
    await site.ask("a", request)
    expected = shown(await site.stored(thread))
    thread, request = await prepare(site)
    log, _ = await unlogged(site, request)
    assert await site.go_on("a", thread, log) is not None
    assert shown(await site.stored(thread)) == expected


async def test_the_next_replica_may_die_too(make_site: MakeSite) -> None:
    """It records the beginning, so that a third one goes on behind what it has done."""
    site = make_site(LONG)
    _, thread = await site.ask("a", create())
    expected = shown(await site.stored(thread))
    log, thread = await unlogged(site, create())
    second = await site.go_on("a", thread, log, dies_after=8)
    assert second is not None
    assert "begin" in second.steps
    assert await site.go_on("a", thread, second) is not None
    assert shown(await site.stored(thread)) == expected


@pytest.mark.parametrize("prepare", [submission, output, click])
async def test_what_is_no_message_is_left_to_be_ended(make_site: MakeSite, prepare: Prepare) -> None:
    site = make_site(SHORT)
    thread, request = await prepare(site)
    log, _ = await unlogged(site, request)
    assert await site.go_on("a", thread, log) is None


async def test_a_message_that_was_never_stored_is_not_answered_and_neither_is_the_one_before(
    make_site: MakeSite,
) -> None:
    site = make_site(SHORT)
    _, thread = await unlogged(site, create())  # a message that no one has answered is the newest of its thread
    _, request = await message(site)
    request.params.thread_id = thread
    log, _ = await unlogged(site, request)
    [_, newest] = await site.stored(thread)
    await site.services.store.delete_thread_item(thread, newest.id, site.caller)
    stored = await site.services.store.load_thread(thread, site.caller)
    before = b'"last_seq":%d,' % (stored.last_seq - 1)
    assert log.known is not None
    assert before in log.known
    never = log.known.replace(before, b'"last_seq":%d,' % stored.last_seq)
    assert await site.go_on("a", thread, replace(log, known=never)) is None
    await site.services.store.delete_thread(thread, site.caller)
    assert await site.go_on("a", thread, log) is None


async def test_a_run_of_a_version_that_does_not_say_who_asked_is_left_to_be_ended(make_site: MakeSite) -> None:
    site = make_site(SHORT)
    log, thread = await unlogged(site, create())
    assert await site.go_on("a", thread, replace(log, known=None)) is None
