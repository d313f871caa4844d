"""What is sent when a widget changes: the smallest update, and the page shows the same as with the whole."""

from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from chatkit.types import ThreadItemUpdatedEvent, ThreadMetadata, WidgetComponentUpdated, WidgetItem
from chatkit.widgets import DynamicWidgetRoot, WidgetRoot
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chatkit_link import widgets
from chatkit_link.agents.context import TurnContext
from chatkit_link.caller import Caller
from chatkit_link.search.blocks import markdown_tokens
from chatkit_link.widgets.diff import Update, stream_widget, updates
from chatkit_link.wire.reducer import _update_widget
from chatkit_link.workshop.folder import new_widget

DOCS = Path(__file__).parents[2] / "docs" / "how-to" / "widgets.md"
UPDATE = TypeAdapter[Update](Update)


def root(*children: Any, **props: Any) -> DynamicWidgetRoot:
    return DynamicWidgetRoot.model_validate({"type": "Card", "children": children, **props})


def text(value: str, **props: Any) -> dict[str, Any]:
    return {"type": "Text", "value": value, **props}


def kinds(before: DynamicWidgetRoot, after: DynamicWidgetRoot) -> list[str]:
    return [update.type.removeprefix("widget.") for update in updates(before, after)]


DELTA, COMPONENT, ROOT = "streaming_text.value_delta", "component.updated", "root.updated"


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        (root(text("a", id="t")), root(text("a", id="t")), []),
        (root(text("a", id="t")), root(text("ab", id="t")), [DELTA]),
        (root(text("a", id="t", streaming=True)), root(text("a", id="t", streaming=False)), [DELTA]),
        # The SDK raises for these two ...
        (root(text("a", id="t")), root(text("b", id="t", size="sm"), size="sm"), [ROOT]),
        (root(text("a", id="t")), root(text("b", id="u")), [ROOT]),
        # ... and sends the whole for these.
        (root(text("a", id="t"), text("long " * 99)), root(text("b", id="t"), text("long " * 99)), [COMPONENT]),
        (
            root({"type": "Row", "id": "r", "children": []}, text("long " * 99)),
            root({"type": "Row", "id": "r", "children": [text("new")]}, text("long " * 99)),
            [COMPONENT],
        ),
        (root(text("a")), root(text("b")), [ROOT]),
        (root(text("a", id="t"), text("c", id="t")), root(text("ab", id="t"), text("c", id="t")), [ROOT]),
        (root(text("a", id="t")), root(text("a", id="t"), text("b")), [ROOT]),
    ],
)
def test_the_smallest_update_is_sent(before: DynamicWidgetRoot, after: DynamicWidgetRoot, sent: list[str]) -> None:
    assert kinds(before, after) == sent


words = st.sampled_from(["", "a", "ab", "b"])
leaves = st.builds(
    lambda value, kind, id_: {"type": kind, "value": value, **({"id": id_} if id_ else {})},
    words,
    st.sampled_from(["Text", "Markdown", "Title"]),
    st.sampled_from([None, "a", "b", "c"]),
)
nodes = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda children, id_: {"type": "Row", "children": children, **({"id": id_} if id_ else {})},
        st.lists(inner, max_size=3),
        st.sampled_from([None, "d", "e", "f"]),
    ),
    max_leaves=8,
)
roots = st.lists(nodes, max_size=3).map(lambda children: root(*children))


@given(roots, roots)
def test_a_page_that_applies_the_updates_shows_the_widget(before: DynamicWidgetRoot, after: DynamicWidgetRoot) -> None:
    item = WidgetItem(id="i", thread_id="t", created_at=datetime.now(), widget=before.model_copy(deep=True))
    for update in updates(before, after):
        _update_widget(item, UPDATE.validate_json(update.model_dump_json(exclude_none=True)))
    assert item.widget.model_dump(exclude_none=True) == after.model_dump(exclude_none=True)


async def test_a_stream_begins_changes_and_ends_with_the_whole_widget() -> None:
    async def states() -> AsyncGenerator[WidgetRoot, None]:
        yield root(text("a", id="t"), text("long " * 99))
        yield root(text("b", id="t"), text("long " * 99))

    thread = ThreadMetadata(id="thr", created_at=datetime.now())
    events: list[Any] = [event async for event in stream_widget(thread, states(), None, lambda kind: "one")]
    assert [event.type for event in events] == ["thread.item.added", "thread.item.updated", "thread.item.done"]
    assert isinstance(events[1].update, WidgetComponentUpdated)
    assert events[2].item.widget.model_dump(exclude_none=True)["children"][0]["value"] == "b"


def test_load_finds_a_widget_by_name_and_reads_it_again_when_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "card.widget"
    file.write_bytes(new_widget("card"))
    first = widgets.load("card", tmp_path)
    assert first.build({"title": "A", "text": "b"}).model_dump()["children"][0]["value"] == "A"
    assert widgets.load("card", tmp_path) is first
    file.write_bytes(new_widget("another name"))
    assert widgets.load("card", tmp_path).name == "Another name"


async def test_the_streaming_widget_of_the_docs_sends_only_what_was_added(
    ada: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [token for token in markdown_tokens(DOCS.read_text(encoding="utf-8")) if token.type == "fence"]
    [note] = [token.content for token in blocks if '"name": "Note"' in token.content]
    [code] = [token.content for token in blocks if "growing(" in token.content]
    (tmp_path / "widgets").mkdir()
    (tmp_path / "widgets" / "note.widget").write_text(note, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    exec(code, made)
    thread = ThreadMetadata(id="t", created_at=datetime.now())
    ctx = TurnContext(thread=thread, message=None, caller=ada, store=cast("Any", None), files=cast("Any", None))
    sent = [event async for event in made["respond"](ctx)]
    assert [event.type.removeprefix("thread.item.") for event in sent] == ["added", *3 * ["updated"], "done"]
    changes = [event.update for event in sent if isinstance(event, ThreadItemUpdatedEvent)]
    assert [(change.type, getattr(change, "delta", None)) for change in changes] == [
        (f"widget.{DELTA}", "leave "),
        (f"widget.{DELTA}", "at **nine**."),
        (f"widget.{DELTA}", ""),
    ]
