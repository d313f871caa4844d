"""An answer whose replica died goes on: what is then in its thread, and on the screen of who followed it."""

from collections.abc import Callable
from typing import Any

import pytest
from chatkit.types import (
    InferenceOptions,
    ThreadCreateParams,
    ThreadsCreateReq,
    UserMessageInput,
    UserMessageTextContent,
)

from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller
from tests.protocol.conftest import Site as Server
from tests.protocol.replica import Log, Screen, Site, shown
from tests.protocol.stepping import LONG, Again, Block, Stepping

MakeSite = Callable[..., Site]


@pytest.fixture
def make_site(site: Server, ada: Caller) -> MakeSite:
    """A site with one agent "a", which has steps or begins again."""
    services = site._app.state.services

    def make(blocks: list[Block], *, again: bool = False, **given: Any) -> Site:
        server = (Again if again else Stepping)(services.store, blocks, **given)
        agent = ServedAgent(id="a", server=server, version="1", has_steps=not again)
        return Site(services, {"a": agent}, ada)

    return make


def question(words: str = "Which tea?") -> UserMessageInput:
    return UserMessageInput(
        content=[UserMessageTextContent(text=words)], attachments=[], inference_options=InferenceOptions()
    )


def create() -> ThreadsCreateReq:
    return ThreadsCreateReq(params=ThreadCreateParams(input=question()))


async def undisturbed(site: Site) -> tuple[Log, list[Any]]:
    log, thread = await site.ask("a", create())
    return log, shown(await site.stored(thread))


async def check_every_death(site: Site, *, unlogged: int = 0, stale: bool = False) -> None:
    """Let it die behind each entry of its log, of which the newest ``unlogged`` never reach the database.

    stale: what a reader has of them stays on their screen until a reload.
    """
    whole, expected = await undisturbed(site)
    for number in range(1, len(whole.entries)):
        before, thread = await site.ask("a", create(), dies_after=number)
        logged = before.upto(max(1, number - unlogged))
        after = await site.go_on("a", thread, logged)
        assert after is not None, number
        assert shown(await site.stored(thread)) == expected, number
        follower = Screen(strict=not unlogged).show(before.events).show(after.events[len(logged.events) :])
        assert stale or shown(list(follower.items.values())) == expected, number
        reloaded = Screen().show(after.events)
        assert shown(list(reloaded.items.values())) == expected, number
        assert await site.services.store.load_endings(thread, site.caller) == {}, number


@pytest.mark.parametrize("unlogged", [0, 2])
async def test_an_answer_goes_on_wherever_its_replica_dies(make_site: MakeSite, unlogged: int) -> None:
    await check_every_death(make_site(LONG), unlogged=unlogged)


@pytest.mark.parametrize(("unlogged", "own_ids"), [(0, True), (2, True), (0, False), (2, False)])
async def test_a_server_that_begins_again_gives_nothing_twice(
    make_site: MakeSite, unlogged: int, own_ids: bool
) -> None:
    stale = own_ids and unlogged > 0
    await check_every_death(make_site(LONG, again=True, own_ids=own_ids), unlogged=unlogged, stale=stale)
