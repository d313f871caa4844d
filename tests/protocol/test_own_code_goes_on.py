"""Workflows and authors' own code whose replica died go on: in the thread, and on the screen of who followed it."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from chatkit.actions import Action, ActionConfig
from chatkit.server import ChatKitServer
from chatkit.types import (
    InferenceOptions,
    ThreadCustomActionParams,
    ThreadItem,
    ThreadsCustomActionReq,
    ThreadStreamEvent,
    UserMessageItem,
    UserMessageTextContent,
    WidgetItem,
)
from chatkit.widgets import Button, Card, Text

from chatkit_link import ActionRegistry, StepUncertain, TurnContext, step
from chatkit_link.agents.agent_builder.responder import WorkflowResponder
from chatkit_link.agents.brought_servers.request_context import ContextFactory
from chatkit_link.agents.brought_servers.server import BroughtServer
from chatkit_link.agents.brought_servers.turn_store import TurnStore
from chatkit_link.agents.responder import FunctionResponder, Responder
from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.server import LinkServer
from chatkit_link.caller import Caller
from chatkit_link.store.postgres import PostgresStore, new_id
from tests.agents.agent_builder.cut import desk
from tests.agents.agent_builder.twins import said
from tests.finished_stream import text_of
from tests.model_server import Say
from tests.protocol.conftest import Site as Server
from tests.protocol.replica import Site, shown
from tests.protocol.stepping import text
from tests.protocol.test_continuation import check_every_death, create, undisturbed
from tests.protocol.test_continued_requests import begun

#: The id of every message of a Chat Completions model, by the Agents SDK.
PLACEHOLDER = "__fake_id__"
NEWSLETTER = Path(__file__).parents[1] / "agents" / "agent_builder" / "exports" / "newsletter.py"
MakeSite = Callable[[Responder], Site]


@pytest.fixture
def serve(site: Server, ada: Caller) -> MakeSite:
    """A site whose agent "a" is answered by this responder."""
    services = site._app.state.services

    def make(responder: Responder) -> Site:
        server = LinkServer(services.store, responder, services.files)
        has_steps = isinstance(responder, WorkflowResponder)
        return Site(services, {"a": ServedAgent(id="a", server=server, version="1", has_steps=has_steps)}, ada)

    return make


@pytest.mark.parametrize("unlogged", [0, 2])
async def test_a_workflow_goes_on_in_the_same_items(serve: MakeSite, store: PostgresStore, unlogged: int) -> None:
    bad, good = said(good=False, advice="Shorter."), said(good=True, advice="")
    async with desk(NEWSLETTER, store, [], Say("Dear all"), bad, Say("Dears"), good) as here:
        site = serve(WorkflowResponder(here.target, here.settings))
        here.model.learns = True
        await undisturbed(site)
        here.model.learns = False
        await check_every_death(site, unlogged=unlogged)


async def test_a_workflow_whose_file_was_changed_begins_again_at_the_message(
    serve: MakeSite, store: PostgresStore
) -> None:
    bad, good = said(good=False, advice="Shorter."), said(good=True, advice="")
    async with desk(NEWSLETTER, store, [], Say("Dear all"), bad, Say("Dears"), good) as here:
        site = serve(WorkflowResponder(here.target, here.settings))
        here.model.learns = True
        whole, expected = await undisturbed(site)
        here.model.learns = False
        before, thread = await site.ask("a", create(), dies_after=len(whole.entries) - 4)
        asked = len(here.model.requests)
        after = await site.changed("a", version="2").go_on("a", thread, before)
        assert after is not None
        assert shown(await site.stored(thread)) == expected
        assert len(here.model.requests) == asked + 4
        assert "This assistant was changed" in b"".join(after.events).decode()


class Till:
    """Answers with a receipt, and counts what it is paid."""

    def __init__(self) -> None:
        self.paid = 0

    async def respond(self, ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        async for event in text(ctx.thread, ctx.new_id("message"), ["I ", "pay ", "now."]):
            yield event
        number = await ctx.step("charge", self.charge)
        async for event in text(ctx.thread, ctx.new_id("message"), ["Paid: ", "receipt ", str(number), "."]):
            yield event

    async def charge(self) -> int:
        self.paid += 1
        return self.paid


async def test_a_respond_function_pays_once_wherever_its_replica_dies(serve: MakeSite) -> None:
    whole, thread = await serve(FunctionResponder(Till().respond)).ask("a", create())
    expected = [text_of(item) for item in await serve(FunctionResponder(Till().respond)).stored(thread)][1:]
    assert expected == ["I pay now.", "Paid: receipt 1."]
    begun = next(at for at, entry in enumerate(whole.entries) if entry[0] == "step:charge#1")
    done = next(at for at, entry in enumerate(whole.entries) if entry[0] == "step:charge#1/end")
    for room in range(1, len(whole.entries)):
        till = Till()
        site = serve(FunctionResponder(till.respond))
        before, thread = await site.ask("a", create(), dies_after=room)
        after = await site.go_on("a", thread, before)
        texts = [text_of(item) for item in await site.stored(thread) if item.type == "assistant_message"]
        assert till.paid <= 1, room
        if room > done:
            assert after is not None
            assert texts == expected, room
        elif room > begun:
            assert after is not None
            assert "The server stopped in the middle of “charge”" in after.events[-1].decode(), room
        elif after is not None:
            assert texts == expected, "it had displayed nothing, and begins again"


async def test_a_respond_function_gives_nothing_twice_that_no_log_has(serve: MakeSite) -> None:
    """Its items have ids of ours: a reader's item takes the place of the one that was lost with the replica."""

    async def respond(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        number = await ctx.step("look up", lambda: 7, repeatable=True)
        async for event in text(ctx.thread, ctx.new_id("message"), ["It ", "is ", f"{number}."]):
            yield event
        async for event in ctx.stream_widget(Card(children=[Text(value=str(number))])):
            yield event
        async for event in text(ctx.thread, PLACEHOLDER, ["No ", "more."]):
            yield event

    await check_every_death(serve(FunctionResponder(respond)), unlogged=2)


async def more_tea(site: Site) -> tuple[str, ThreadsCustomActionReq]:
    """A click in a widget of a thread."""
    thread = await begun(site)
    card = Card(children=[Button(label="More", onClickAction=ActionConfig(type="more", payload={}))])
    item = WidgetItem(id=new_id("message"), thread_id=thread, created_at=datetime.now(), widget=card)
    await site.services.store.add_thread_item(thread, item, site.caller)
    action = Action(type="more", payload={})
    params = ThreadCustomActionParams(thread_id=thread, item_id=item.id, action=action)
    return thread, ThreadsCustomActionReq(params=params)


async def test_the_answer_to_a_click_takes_no_id_of_its_message_when_it_goes_on(serve: MakeSite) -> None:
    """The handler of a click is not called again, so what it has made is not counted again either."""
    actions = ActionRegistry()

    @actions.asks(Action[Literal["more"], Any])
    async def more(ctx: TurnContext, payload: Any, sender: Any) -> list[ThreadItem]:
        item = {"id": ctx.new_id("message"), "thread_id": ctx.thread.id, "created_at": datetime.now()}
        words = UserMessageTextContent(text="More!")
        return [UserMessageItem(**item, content=[words], inference_options=InferenceOptions())]

    async def respond(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        number = await ctx.step("look up", lambda: 7, repeatable=True)
        async for event in text(ctx.thread, ctx.new_id("message"), ["It ", "is ", f"{number}."]):
            yield event

    site = serve(FunctionResponder(respond, actions))
    thread, request = await more_tea(site)
    whole, _ = await site.ask("a", request)
    expected = shown(await site.stored(thread))
    assert [item["type"] for item in expected[-2:]] == ["user_message", "assistant_message"]
    done = next(at for at, entry in enumerate(whole.entries) if entry[0] == "step:look up#1/end")
    for number in range(done + 1, len(whole.entries)):
        thread, request = await more_tea(site)
        before, _ = await site.ask("a", request, dies_after=number)
        assert await site.go_on("a", thread, before) is not None, number
        assert shown(await site.stored(thread)) == expected, number


async def test_an_author_who_can_find_out_goes_on_after_a_step_that_no_one_knows_the_end_of(serve: MakeSite) -> None:
    till = Till()

    async def respond(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        try:
            number = await ctx.step("charge", till.charge)
        except StepUncertain:
            number = await ctx.step("look up", lambda: till.paid, repeatable=True)
        async for event in text(ctx.thread, ctx.new_id("message"), [f"Receipt {number}."]):
            yield event

    site = serve(FunctionResponder(respond))
    whole, _ = await site.ask("a", create())
    done = next(at for at, entry in enumerate(whole.entries) if entry[0] == "step:charge#1/end")
    before, thread = await site.ask("a", create(), dies_after=done)
    assert await site.go_on("a", thread, before) is not None
    assert [text_of(item) for item in await site.stored(thread)][1:] == ["Receipt 2."]
    assert till.paid == 2


class Shop(ChatKitServer[Any]):
    """A server of an author's, which finds the answer by itself."""

    def __init__(self, store: Any, till: Till) -> None:
        super().__init__(store)
        self.till = till

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        number = await step("charge", self.till.charge)
        async for event in text(
            thread, self.store.generate_item_id("message", thread, context), [f"Receipt {number}."]
        ):
            yield event


async def test_a_server_of_an_author_pays_once_wherever_its_replica_dies(site: Server, ada: Caller) -> None:
    services, till = site._app.state.services, Till()
    shop = Shop(TurnStore(services.store), till)
    server = BroughtServer(shop, ContextFactory(lambda caller, _: {"user": caller.user}), services.store, None)
    here = Site(services, {"a": ServedAgent(id="a", server=server, brought=server, version="1")}, ada)
    whole, _ = await here.ask("a", create())
    done = next(at for at, entry in enumerate(whole.entries) if entry[0] == "step:charge#1/end")
    for room in range(done + 1, len(whole.entries)):
        till.paid = 0
        before, thread = await here.ask("a", create(), dies_after=room)
        assert await here.go_on("a", thread, before) is not None
        assert [text_of(item) for item in await here.stored(thread)][1:] == ["Receipt 1."], room
        assert till.paid == 1, room
