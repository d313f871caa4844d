"""A model's reasoning summaries, as thoughts in a workflow."""

from datetime import datetime

from chatkit.types import (
    ThoughtTask,
    ThreadItemAddedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)

from chatkit_link.agents.context import LinkContext


class Thoughts:
    """Streams each summary into a task of its own, known by its place and not by what it says."""

    def __init__(self, context: LinkContext) -> None:
        self._context = context
        self._places: dict[tuple[str, int], tuple[WorkflowItem, int]] = {}

    def begin(self) -> list[ThreadStreamEvent]:
        """The model starts to think: open a workflow for it, unless one is open."""
        if self._context.workflow_item is not None:
            return []
        item = self._context.workflow_item = WorkflowItem(
            id=self._context.generate_id("workflow"),
            thread_id=self._context.thread.id,
            created_at=datetime.now(),
            workflow=Workflow(type="reasoning", tasks=[]),
        )
        return [ThreadItemAddedEvent(item=item.model_copy(deep=True))]

    def delta(self, provider_id: str, index: int, delta: str) -> list[ThreadStreamEvent]:
        key = (provider_id, index)
        item, place = self._places.get(key, (None, 0))
        if item is None:
            return self._add(key, delta)
        task = item.workflow.tasks[place]
        return self._rewrite(item, place, (task.content if isinstance(task, ThoughtTask) else "") + delta)

    def done(self, provider_id: str, index: int, text: str) -> list[ThreadStreamEvent]:
        key = (provider_id, index)
        item, place = self._places.get(key, (None, 0))
        return self._add(key, text) if item is None else self._rewrite(item, place, text)

    def _add(self, key: tuple[str, int], text: str) -> list[ThreadStreamEvent]:
        item = self._context.workflow_item
        if item is None:
            return []
        item.workflow.tasks.append(ThoughtTask(content=text))
        place = len(item.workflow.tasks) - 1
        self._places[key] = (item, place)
        update = WorkflowTaskAdded(task=ThoughtTask(content=text), task_index=place)
        return [ThreadItemUpdatedEvent(item_id=item.id, update=update)]

    def _rewrite(self, item: WorkflowItem, place: int, text: str) -> list[ThreadStreamEvent]:
        if self._context.workflow_item is not item:
            return []
        item.workflow.tasks[place] = ThoughtTask(content=text)
        update = WorkflowTaskUpdated(task=ThoughtTask(content=text), task_index=place)
        return [ThreadItemUpdatedEvent(item_id=item.id, update=update)]
