"""A widget that changes while it is displayed: each change is sent as the smallest update that makes it.

The SDK's ``diff_widget`` has two results: text that grows in a node with an id, and the whole widget again; it
raises where a text with an id goes away, and where only one of two nodes has a property. Here a node that
changed is sent by its id, or else the nearest node around it that has one; the whole widget is what is left.
An id is an address only as long as one node has it, before and after.
"""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import datetime
from typing import Any, cast

from chatkit.store import StoreItemType
from chatkit.types import (
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    WidgetComponentUpdated,
    WidgetItem,
    WidgetRootUpdated,
    WidgetStreamingTextValueDelta,
)
from chatkit.widgets import WidgetComponentBase, WidgetRoot

from chatkit_link.wire.reducer import nodes_of

Update = WidgetStreamingTextValueDelta | WidgetComponentUpdated | WidgetRootUpdated
_TEXTS = frozenset({"Text", "Markdown"})


async def stream_widget(
    thread: ThreadMetadata,
    widget: WidgetRoot | AsyncGenerator[WidgetRoot, None],
    copy_text: str | None,
    generate_id: Callable[[StoreItemType], str],
) -> AsyncIterator[ThreadStreamEvent]:
    """The events of a widget, or of a generator that yields it again each time it changed."""

    def item(tree: WidgetRoot) -> WidgetItem:
        return WidgetItem(id=item_id, thread_id=thread.id, created_at=began, widget=tree, copy_text=copy_text)

    item_id, began = generate_id("message"), datetime.now()
    if not isinstance(widget, AsyncGenerator):
        yield ThreadItemDoneEvent(item=item(widget))
        return
    last: WidgetRoot | None = None
    async for tree in widget:
        if last is None:
            yield ThreadItemAddedEvent(item=item(tree))
        else:
            for update in updates(last, tree):
                yield ThreadItemUpdatedEvent(item_id=item_id, update=update)
        last = tree
    if last is not None:
        yield ThreadItemDoneEvent(item=item(last))


def updates(before: WidgetRoot, after: WidgetRoot) -> list[Update]:
    """What makes ``after`` of ``before``; nothing where they are equal."""
    ids = _addresses(before) & _addresses(after)
    found = _changes(before, after, ids)
    whole = WidgetRootUpdated(widget=after)
    return [whole] if found is None or _size(found) > _size([whole]) else found


def _addresses(root: WidgetComponentBase) -> frozenset[str]:
    """The ids that one node has; not the root's, which is replaced as a whole."""
    counted = Counter(node.id for node in nodes_of(root) if node.id)
    return frozenset(name for name, count in counted.items() if count == 1 and name != root.id)


def _changes(before: WidgetComponentBase, after: WidgetComponentBase, ids: frozenset[str]) -> list[Update] | None:
    """None where a node around this one has to be replaced."""
    if (before.type, before.id, before.key) != (after.type, after.id, after.key):
        return None
    was, now = _own(before), _own(after)
    changed = {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
    pairs = _pairs(before, after)
    if pairs is None:
        return _replacement(after, ids)
    found: list[Update] = []
    if changed:
        if not _grew(was, now, changed) or after.id not in ids:
            return _replacement(after, ids)
        delta = str(now.get("value", ""))[len(str(was.get("value", ""))) :]
        done = not now.get("streaming")
        found.append(WidgetStreamingTextValueDelta(component_id=str(after.id), delta=delta, done=done))
    for one, other in pairs:
        inner = _changes(one, other, ids)
        if inner is None:
            return _replacement(after, ids)
        found += inner
    replaced = _replacement(after, ids) if len(found) > 1 else None
    return replaced if replaced and _size(replaced) < _size(found) else found


def _grew(was: dict[str, Any], now: dict[str, Any], changed: set[str]) -> bool:
    """Whether all that changed is text that was added to, or that it is all there now."""
    grown = changed <= {"value", "streaming"} and now.get("type") in _TEXTS
    return grown and str(now.get("value", "")).startswith(str(was.get("value", "")))


def _replacement(node: WidgetComponentBase, ids: frozenset[str]) -> list[Update] | None:
    if node.id not in ids:
        return None
    return [WidgetComponentUpdated(component_id=str(node.id), component=cast("Any", node))]


def _own(node: WidgetComponentBase) -> dict[str, Any]:
    return node.model_dump(mode="json", exclude={"children"}, exclude_none=True)


def _pairs(
    before: WidgetComponentBase, after: WidgetComponentBase
) -> list[tuple[WidgetComponentBase, WidgetComponentBase]] | None:
    """The children side by side; None where there are more or fewer."""
    one: object = getattr(before, "children", None)
    other: object = getattr(after, "children", None)
    if isinstance(one, list) and isinstance(other, list):
        lists = cast("tuple[list[WidgetComponentBase], list[WidgetComponentBase]]", (one, other))
        return list(zip(*lists, strict=True)) if len(lists[0]) == len(lists[1]) else None
    if isinstance(one, WidgetComponentBase) and isinstance(other, WidgetComponentBase):
        return [(one, other)]
    return [] if not one and not other else None


def _size(found: list[Update]) -> int:
    return sum(len(update.model_dump_json(exclude_none=True)) for update in found)
