"""What a reader sees after each kind of event."""

import pytest
from chatkit import types as wire
from chatkit.widgets import DynamicWidgetComponent, DynamicWidgetRoot

from chatkit_link.client import ThreadView
from tests.sdk_server import WHEN, everything, message

pytestmark = pytest.mark.filterwarnings("ignore:Direct usage of named widget:DeprecationWarning")


def view_of(*events: wire.ThreadStreamEvent) -> ThreadView:
    view = ThreadView()
    for event in events:
        view.apply(event)
    return view


def updated(item_id: str, update: wire.ThreadItemUpdate) -> wire.ThreadItemUpdatedEvent:
    return wire.ThreadItemUpdatedEvent(item_id=item_id, update=update)


def test_the_updates_alone_lead_to_what_done_confirms() -> None:
    events = everything("thr_1")
    streamed = view_of(*(event for event in events if not isinstance(event, wire.ThreadItemDoneEvent)))
    complete = view_of(*events)
    assert [item.model_dump() for item in streamed.items] == [item.model_dump() for item in complete.items]
    assert [item.id for item in complete.items] == ["flow", "card", "image", "answer"]


def test_what_stands_beside_the_thread_is_kept() -> None:
    view = view_of(*everything("thr_1"))
    assert view.progress is None
    assert [notice.title for notice in view.notices] == ["Sources"]
    assert [error.message for error in view.errors] == ["The rest is missing."]
    assert [effect.name for effect in view.effects] == ["highlight"]


def test_progress_shows_until_an_item_comes() -> None:
    view = view_of(wire.ProgressUpdateEvent(text="Searching"))
    assert view.progress
    view.apply(wire.ThreadItemAddedEvent(item=message("thr_1", "m", "")))
    assert view.progress is None


def test_an_event_is_never_changed_by_what_follows_it() -> None:
    added = wire.ThreadItemAddedEvent(item=message("thr_1", "m", "a"))
    view = view_of(added, updated("m", wire.AssistantMessageContentPartTextDelta(content_index=0, delta="b")))
    assert view.text == "ab"
    assert added.item == message("thr_1", "m", "a")


def test_an_item_that_is_replaced_keeps_its_place() -> None:
    first, second = message("thr_1", "a", "1"), message("thr_1", "b", "2")
    view = view_of(*(wire.ThreadItemDoneEvent(item=item) for item in (first, second)))
    view.apply(wire.ThreadItemReplacedEvent(item=message("thr_1", "a", "3")))
    assert view.text == "3\n\n2"


def test_items_loaded_before_are_continued() -> None:
    view = ThreadView([message("thr_1", "m", "a")])
    view.apply(updated("m", wire.AssistantMessageContentPartTextDelta(content_index=1, delta="b")))
    assert view.text == "a\n\nb"


def test_hidden_context_is_not_visible() -> None:
    hidden = wire.EndOfTurnItem(id="e", thread_id="thr_1", created_at=message("t", "m", "").created_at)
    view = view_of(wire.ThreadItemDoneEvent(item=hidden))
    assert (len(view.items), view.visible) == (1, [])


@pytest.mark.parametrize(
    "event",
    [
        updated("nobody", wire.WorkflowTaskUpdated(task_index=0, task=wire.ThoughtTask(content="x"))),
        updated("card", wire.AssistantMessageContentPartTextDelta(content_index=0, delta="x")),
        updated("card", wire.WidgetStreamingTextValueDelta(component_id="nobody", delta="x", done=True)),
        updated("card", wire.WidgetStreamingTextValueDelta(component_id="b", delta="x", done=True)),
        updated("flow", wire.WorkflowTaskUpdated(task_index=9, task=wire.ThoughtTask(content="x"))),
        updated("answer", wire.AssistantMessageContentPartTextDelta(content_index=-1, delta="x")),
        updated("answer", wire.AssistantMessageContentPartTextDelta(content_index=10**9, delta="x")),
        wire.ThreadItemRemovedEvent(item_id="nobody"),
    ],
)
def test_an_update_that_does_not_fit_changes_nothing(event: wire.ThreadStreamEvent) -> None:
    view = view_of(*everything("thr_1"))
    before = [item.model_dump() for item in view.items]
    view.apply(event)
    assert [item.model_dump() for item in view.items] == before


def test_a_widgets_only_child_and_a_component_holding_its_own_name_are_exchanged() -> None:
    only = {"type": "Transition", "children": {"type": "Text", "id": "x"}}
    tree = DynamicWidgetRoot.model_validate({"type": "Card", "children": [only]})
    widget = wire.WidgetItem(id="w", thread_id="thr_1", created_at=WHEN, widget=tree)
    box = DynamicWidgetComponent.model_validate(
        {"type": "Box", "id": "x", "children": [{"type": "Text", "id": "x", "value": "new"}]}
    )
    view = view_of(
        wire.ThreadItemAddedEvent(item=widget),
        updated("w", wire.WidgetComponentUpdated(component_id="x", component=box)),
    )
    assert '"value":"new"' in view.items[0].model_dump_json()
