"""Clicks, forms and mentions: what a widget offers is done, and what it does not offer is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from chatkit.types import UserMessageItem, WidgetItem

from chatkit_link.client import ChatKitClient, ClientError
from tests.finished_stream import FinishedStream, told

Connect = Callable[..., ChatKitClient]


class Visit:
    """A user of the shop (fixtures/shop.py), with the shop's counter widget."""

    def __init__(self, client: ChatKitClient, made: FinishedStream) -> None:
        self.client = client
        self.thread_id = made.thread_id
        (self.counter,) = [item for item in made.view.items if isinstance(item, WidgetItem)]

    async def act(self, kind: str, payload: Any) -> FinishedStream:
        return await told(self.client.custom_action(self.thread_id, kind, payload, item_id=self.counter.id))

    async def refused(self, kind: str, payload: Any) -> str:
        acted = await self.act(kind, payload)
        assert acted.text == ""
        return str(acted.view.errors[0].message)


@pytest.fixture
async def visit(connect: Connect) -> Visit:
    client = connect("shop")
    return Visit(client, await told(client.create_thread("Hello")))


async def test_a_form_that_is_sent_is_answered_with_the_values_of_its_fields(visit: Visit) -> None:
    assert (await visit.act("shop.buy", {"good": "tea", "pieces": 3})).text == "3 x Green tea"


async def test_the_fields_of_a_form_can_be_left_empty(visit: Visit) -> None:
    assert (await visit.act("shop.buy", {"good": "tea"})).text == "1 x Green tea"


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("shop.buy", {"good": "cup", "pieces": 3}),
        ("shop.buy", {"good": "tea", "pieces": 3, "price": 0}),
        ("shop.buy", {"pieces": 3}),
        ("shop.buy", None),
        ("shop.buy", "tea"),
        ("shop.ask", {"good": "cup", "pieces": 1}),
        ("shop.ring", None),
    ],
    ids=["another good", "a value without a field", "no good", "nothing", "no object", "a button's own", "elsewhere"],
)
async def test_what_the_widget_does_not_offer_is_refused(visit: Visit, kind: str, payload: Any) -> None:
    assert "does not offer that" in await visit.refused(kind, payload)


async def test_an_action_without_a_handler_is_refused(visit: Visit) -> None:
    assert "does not answer that action" in await visit.refused("shop.rob", {"good": "tea"})


async def test_a_value_that_cannot_be_is_named(visit: Visit) -> None:
    assert "pieces" in await visit.refused("shop.buy", {"good": "tea", "pieces": 10})


async def test_a_widget_changes_in_place_and_stays_so(visit: Visit) -> None:
    changed = await visit.client.sync_custom_action(
        visit.thread_id, "shop.count", {"good": "tea", "pieces": 4}, item_id=visit.counter.id
    )
    assert changed is not None
    assert changed.id == visit.counter.id
    thread = await visit.client.get_thread(visit.thread_id)
    assert "4 in the basket" in thread.items.data[-1].model_dump_json()


async def test_an_action_of_one_way_is_not_taken_the_other_way(visit: Visit) -> None:
    with pytest.raises(ClientError) as refused:
        await visit.client.sync_custom_action(visit.thread_id, "shop.buy", {"good": "tea"}, item_id=visit.counter.id)
    assert refused.value.status == 422
    assert "does not answer" in await visit.refused("shop.count", {"good": "tea"})


async def test_a_click_can_be_a_message_that_the_agent_answers(visit: Visit) -> None:
    asked = await visit.act("shop.ask", {"good": "tea", "pieces": 1})
    assert asked.text == "We heard 2 messages."
    assert [item.type for item in asked.view.items if isinstance(item, UserMessageItem)] == ["user_message"]


async def test_the_page_may_send_only_what_needs_no_widget(visit: Visit) -> None:
    rung = await told(visit.client.custom_action(visit.thread_id, "shop.ring", None))
    assert rung.text == "Coming!"
    bought = await told(visit.client.custom_action(visit.thread_id, "shop.buy", {"good": "tea"}))
    assert "does not offer that" in str(bought.view.errors[0].message)


async def test_a_widget_of_another_thread_offers_nothing_here(visit: Visit) -> None:
    other = await told(visit.client.create_thread("Hello again"))
    with pytest.raises(ClientError) as refused:
        await told(visit.client.custom_action(other.thread_id, "shop.buy", {"good": "tea"}, item_id=visit.counter.id))
    assert refused.value.status == 404
