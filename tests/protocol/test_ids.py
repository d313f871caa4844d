"""Provider ids: a message of a model never takes another one's place."""

from datetime import datetime

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ClientToolCallItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from chatkit_link.protocol.ids import ItemIds
from chatkit_link.store.postgres import new_id

FAKE = "__fake_id__"


def message(item_id: str = FAKE, text: str = "x") -> AssistantMessageItem:
    return AssistantMessageItem(
        id=item_id, thread_id="t", created_at=datetime.now(), content=[AssistantMessageContent(text=text)]
    )


def delta(item_id: str = FAKE) -> ThreadItemUpdatedEvent:
    update = AssistantMessageContentPartTextDelta(content_index=0, delta="x")
    return ThreadItemUpdatedEvent(item_id=item_id, update=update)


def item_ids(*there: str) -> ItemIds:
    """The ids of a turn in a thread that had these items before."""

    async def was_there(item_id: str) -> bool:
        return item_id in there

    return ItemIds(was_there)


async def ids(own: ItemIds, *events: ThreadStreamEvent) -> list[str]:
    found: list[str] = []
    for event in events:
        for told in await own.apply(event):
            found.append(told.item_id if hasattr(told, "item_id") else told.item.id)  # type: ignore[union-attr]
    return found


async def test_one_message_keeps_one_id_from_its_beginning_to_its_end() -> None:
    first = await ids(item_ids(), ThreadItemAddedEvent(item=message()), delta(), ThreadItemDoneEvent(item=message()))
    assert len(set(first)) == 1
    assert first[0] != FAKE


async def test_a_second_message_under_the_same_id_is_another_one() -> None:
    own = item_ids()
    events = (ThreadItemAddedEvent(item=message()), delta(), ThreadItemDoneEvent(item=message()))
    first, second = await ids(own, *events), await ids(own, *events)
    assert set(first).isdisjoint(second)
    assert len(set(second)) == 1


async def test_what_a_guardrail_withdraws_is_withdrawn_also_when_it_was_done() -> None:
    """The mapping used to end with the message, and the withdrawn text stayed."""
    own = item_ids()
    said = await ids(own, ThreadItemDoneEvent(item=message()), ThreadItemDoneEvent(item=message()))
    assert await ids(own, ThreadItemRemovedEvent(item_id=FAKE)) == said


async def test_a_replacement_is_of_the_message_that_was_said() -> None:
    own = item_ids()
    said = await ids(own, ThreadItemDoneEvent(item=message()))
    assert await ids(own, ThreadItemReplacedEvent(item=message(text="y"))) == said


async def test_ids_of_our_own_are_left_alone() -> None:
    ours = new_id("message")
    assert await ids(item_ids(), ThreadItemAddedEvent(item=message(ours)), ThreadItemDoneEvent(item=message(ours))) == [
        ours,
        ours,
    ]


async def test_an_id_of_the_servers_own_is_kept() -> None:
    given = "msg_1a2b3c4d"
    events = (ThreadItemAddedEvent(item=message(given)), delta(given), ThreadItemDoneEvent(item=message(given)))
    assert await ids(item_ids(), *events) == [given, given, given]
    # Without a beginning it is the item that has this id, in whichever turn it was made.
    later = (ThreadItemDoneEvent(item=message(given)), ThreadItemReplacedEvent(item=message(given)), delta(given))
    assert await ids(item_ids(given), *later, ThreadItemRemovedEvent(item_id=given)) == [given] * 4


async def test_a_message_that_begins_under_the_id_of_an_earlier_turn_is_another_one() -> None:
    given = "msg_0"
    events = (ThreadItemAddedEvent(item=message(given)), delta(given), ThreadItemDoneEvent(item=message(given)))
    own = item_ids(given)
    first = await ids(own, *events)
    second = await ids(own, *events)
    assert (len(set(first)), len(set(second))) == (1, 1)
    assert len({given, first[0], second[0]}) == 3
    assert await ids(own, ThreadItemRemovedEvent(item_id=given)) == [first[0], second[0]]


async def test_a_message_that_begins_after_one_of_its_id_is_done_is_another_one() -> None:
    own = item_ids()
    given = "msg_0"
    events = (ThreadItemAddedEvent(item=message(given)), ThreadItemDoneEvent(item=message(given)))
    first, second = await ids(own, *events), await ids(own, *events)
    assert first == [given, given]
    assert given not in second


async def test_a_placeholder_is_renamed_in_an_item_of_any_type() -> None:
    call = ClientToolCallItem(
        id=FAKE, thread_id="t", created_at=datetime.now(), call_id="call_1", name="locate", arguments={}
    )
    one, two = await ids(item_ids(), ThreadItemDoneEvent(item=call), ThreadItemDoneEvent(item=call))
    assert len({FAKE, one, two}) == 3
