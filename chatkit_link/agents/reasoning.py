"""A model's reasoning, or its summaries of it, as thoughts in a workflow.

ChatKit sends a thought whole whenever it grows. Long reasoning would so cost the square of its
length; it is sent when it has grown by a part of itself, and whole at its end.
"""

from dataclasses import dataclass
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

#: A thought is sent again when it has grown by so many characters, or by this part of itself.
_GROWTH, _PART = 40, 20


#: The output's place in the response, "summary" or "text", and the thought's place in it.
Place = tuple[int, str, int]


class Thoughts:
    """Streams each thought into a task of its own, identified by its place in the response and not by its text."""

    def __init__(self, context: LinkContext) -> None:
        self._context = context
        self._thoughts: dict[Place, _Thought] = {}

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

    def forget_places(self) -> None:
        """The next response counts its output items from 0."""
        self._thoughts.clear()

    def delta(self, place: Place, delta: str) -> list[ThreadStreamEvent]:
        thought = self._thoughts.get(place)
        if thought is None:
            return self._add(place, delta)
        thought.grow(delta)
        due = len(thought.text) - thought.sent >= max(_GROWTH, thought.sent // _PART)
        return self._send(thought) if due else []

    def rest(self) -> list[ThreadStreamEvent]:
        """What has been held back of thoughts that are not finished."""
        return [
            events
            for thought in self._thoughts.values()
            if thought.sent < len(thought.text)
            for events in self._send(thought)
        ]

    def done(self, place: Place, text: str) -> list[ThreadStreamEvent]:
        thought = self._thoughts.pop(place, None)
        if thought is None:
            return self._add(place, text) if text else []
        thought.grow(text[len(thought.text) :])
        return self._send(thought) if thought.sent < len(thought.text) else []

    def _add(self, key: Place, text: str) -> list[ThreadStreamEvent]:
        if not text.strip():
            return []
        events = self.begin()
        item = self._context.workflow_item
        assert item is not None
        task = ThoughtTask(content=text)
        item.workflow.tasks.append(task)
        place = len(item.workflow.tasks) - 1
        self._thoughts[key] = _Thought(item, place, task, text, len(text))
        update = WorkflowTaskAdded(task=task.model_copy(), task_index=place)
        return [*events, ThreadItemUpdatedEvent(item_id=item.id, update=update)]

    def _send(self, thought: "_Thought") -> list[ThreadStreamEvent]:
        if self._context.workflow_item is not thought.item:
            return []
        thought.sent = len(thought.text)
        update = WorkflowTaskUpdated(task=thought.task.model_copy(), task_index=thought.place)
        return [ThreadItemUpdatedEvent(item_id=thought.item.id, update=update)]


@dataclass(slots=True)
class _Thought:
    """One thought. task: as it is in the workflow, so that the finished item has all of it. sent: characters."""

    item: WorkflowItem
    place: int
    task: ThoughtTask
    text: str
    sent: int

    def grow(self, delta: str) -> None:
        self.text += delta
        self.task.content = self.text
