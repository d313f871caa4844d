"""Provider ids: a message of a model never takes another one's place."""

from datetime import datetime

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from chatkit_link.protocol.ids import OwnIds
from chatkit_link.store.postgres import new_id

FAKE = "__fake_id__"


def message(item_id: str = FAKE, text: str = "x") -> AssistantMessageItem:
    return AssistantMessageItem(
        id=item_id, thread_id="t", created_at=datetime.now(), content=[AssistantMessageContent(text=text)]
    )


def delta() -> ThreadItemUpdatedEvent:
    update = AssistantMessageContentPartTextDelta(content_index=0, delta="x")
    return ThreadItemUpdatedEvent(item_id=FAKE, update=update)


def ids(own: OwnIds, *events: ThreadStreamEvent) -> list[str]:
    found: list[str] = []
    for event in events:
        for told in own.apply(event):
            found.append(told.item_id if hasattr(told, "item_id") else told.item.id)  # type: ignore[union-attr]
    return found


def test_one_message_keeps_one_id_from_its_beginning_to_its_end() -> None:
    first = ids(OwnIds(), ThreadItemAddedEvent(item=message()), delta(), ThreadItemDoneEvent(item=message()))
    assert len(set(first)) == 1
    assert first[0] != FAKE


def test_a_second_message_under_the_same_id_is_another_one() -> None:
    own = OwnIds()
    events = (ThreadItemAddedEvent(item=message()), delta(), ThreadItemDoneEvent(item=message()))
    first, second = ids(own, *events), ids(own, *events)
    assert set(first).isdisjoint(second)
    assert len(set(second)) == 1


def test_what_a_guardrail_withdraws_is_withdrawn_also_when_it_was_done() -> None:
    """The mapping used to end with the message, and the withdrawn text stayed."""
    own = OwnIds()
    said = ids(own, ThreadItemDoneEvent(item=message()), ThreadItemDoneEvent(item=message()))
    assert ids(own, ThreadItemRemovedEvent(item_id=FAKE)) == said


def test_a_replacement_is_of_the_message_that_was_said() -> None:
    own = OwnIds()
    said = ids(own, ThreadItemDoneEvent(item=message()))
    assert ids(own, ThreadItemReplacedEvent(item=message(text="y"))) == said


def test_ids_of_our_own_are_left_alone() -> None:
    ours = new_id("message")
    assert ids(OwnIds(), ThreadItemAddedEvent(item=message(ours)), ThreadItemDoneEvent(item=message(ours))) == [
        ours,
        ours,
    ]
