"""The reducer of ChatKit's updates: what each update of an item changes in it.

An update that does not fit its item changes nothing.
"""

from collections.abc import Iterator
from typing import Any, cast

from chatkit import types as wire
from chatkit.widgets import DynamicWidgetComponent, WidgetComponentBase

# Providers send a handful; without a bound one bad index could fill the memory with empty parts.
MOST_PARTS = 1000


def apply_update(item: wire.ThreadItem, update: wire.ThreadItemUpdate) -> None:
    """Changes the item in place; an update that does not fit it changes nothing."""
    match item:
        case wire.AssistantMessageItem():
            _update_message(item, update)
        case wire.WidgetItem():
            _update_widget(item, update)
        case wire.WorkflowItem():
            _update_workflow(item.workflow, update)
        case wire.GeneratedImageItem():
            if isinstance(update, wire.GeneratedImageUpdated):
                item.image = update.image
        case _:
            pass


def _update_message(item: wire.AssistantMessageItem, update: wire.ThreadItemUpdate) -> None:
    match update:
        case wire.AssistantMessageContentPartTextDelta():
            if part := _part(item, update.content_index):
                part.text += update.delta
        case wire.AssistantMessageContentPartAdded() | wire.AssistantMessageContentPartDone():
            if _part(item, update.content_index):
                item.content[update.content_index] = update.content
        case wire.AssistantMessageContentPartAnnotationAdded():
            if part := _part(item, update.content_index):
                part.annotations.insert(update.annotation_index, update.annotation)
        case _:
            pass


def _part(item: wire.AssistantMessageItem, index: int) -> wire.AssistantMessageContent | None:
    """The part with this index; parts may arrive out of order, so earlier ones may have to wait empty."""
    if not 0 <= index < MOST_PARTS:
        return None
    while len(item.content) <= index:
        item.content.append(wire.AssistantMessageContent(text=""))
    return item.content[index]


def _update_workflow(workflow: wire.Workflow, update: wire.ThreadItemUpdate) -> None:
    match update:
        case wire.WorkflowTaskAdded():
            workflow.tasks.insert(update.task_index, update.task)
        case wire.WorkflowTaskUpdated() if 0 <= update.task_index < len(workflow.tasks):
            workflow.tasks[update.task_index] = update.task
        case _:
            pass


def _update_widget(item: wire.WidgetItem, update: wire.ThreadItemUpdate) -> None:
    match update:
        case wire.WidgetRootUpdated():
            item.widget = update.widget
        case wire.WidgetComponentUpdated():
            _exchange(item.widget, update.component_id, update.component)
        case wire.WidgetStreamingTextValueDelta():
            for node in nodes_of(item.widget):
                value: object = getattr(node, "value", None)
                if node.id == update.component_id and isinstance(value, str):
                    # Which classes have a value is not knowable here: unknown node types carry it as an extra.
                    setattr(node, "value", value + update.delta)  # noqa: B010
        case _:
            pass


def _children(node: WidgetComponentBase) -> list[WidgetComponentBase]:
    """A node's children; some nodes have one instead of a list, most leaves have none."""
    children: object = getattr(node, "children", None)
    found = cast("list[object]", children) if isinstance(children, list) else [children]
    return [child for child in found if isinstance(child, WidgetComponentBase)]


def nodes_of(root: WidgetComponentBase) -> Iterator[WidgetComponentBase]:
    """A widget's nodes, the root first."""
    yield root
    for child in _children(root):
        yield from nodes_of(child)


def _exchange(root: WidgetComponentBase, component_id: str, component: WidgetComponentBase) -> None:
    for parent in list(nodes_of(root)):
        children: Any = getattr(parent, "children", None)
        if isinstance(parent, DynamicWidgetComponent) and not isinstance(component, DynamicWidgetComponent):
            # A widget from a template is of this one class, and an update is read as the class of its type.
            plain = component.model_dump(mode="json", exclude_none=True)
            component = DynamicWidgetComponent.model_validate(plain)
        if isinstance(children, list):
            nodes = cast("list[WidgetComponentBase]", children)
            nodes[:] = [component if node.id == component_id else node for node in nodes]
        elif isinstance(children, WidgetComponentBase) and children.id == component_id:
            setattr(parent, "children", component)  # noqa: B010 - as above
