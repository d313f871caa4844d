"""What a workflow's answer displays by one of its steps, as JSON: with it, another replica goes on in the same items.

What only grows with the answer (what the model remembers, the texts, the marks of the journal) is in the step that it
has grown by; all else is in each step whole.
"""

from dataclasses import dataclass, field
from typing import Any

from chatkit.types import CustomTask, WorkflowItem

from chatkit_link.agents.agent_builder.answer import Answer, Held
from chatkit_link.agents.agent_builder.event_emitter import EventEmitter, Step
from chatkit_link.agents.agent_builder.journal import WorkflowJournal
from chatkit_link.agents.agent_builder.output_kind import Rank
from chatkit_link.agents.agent_builder.speakers import Place

_MARKS = ("spoke", "told")


@dataclass(slots=True)
class KeptDisplay:
    """Of one answer, whose parts these are."""

    events: EventEmitter
    answer: Answer
    journal: WorkflowJournal
    #: How much of what grows is in the steps so far: lists by their length, all else as it was.
    _covers: int = 0
    _input: int = 0
    _sources: set[str] = field(default_factory=set[str])
    _texts: set[str] = field(default_factory=set[str])
    _before: set[str] = field(default_factory=set[str])
    _marks: dict[str, dict[str, bool]] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        """What the answer has now is known to whoever goes on."""
        self._grown()

    def to_json(self) -> dict[str, Any]:
        """For the step that is recorded now."""
        workflow = self.events.steps.workflow_item
        return {
            "made": self.events.kept.steps.made,
            "workflow": None if workflow is None else workflow.model_dump(mode="json", exclude_none=True),
            "calls": self.events.calls,
            "has_output": self.events.has_output,
            "take_pictures": self.events.take_pictures,
            "shown": self.answer.shown,
            "held": [self._held_to_json(held) for held in self.answer.held],
            "grown": self._grown(),
        }

    def _grown(self) -> dict[str, Any]:
        record, texts, before = self.events.record, self.events.texts, self.answer.before
        marks = {key: _marks_of(value) for key, value in self.journal.steps.items() if key.startswith("run:")}
        grown = {
            "covers": record["covers"][self._covers :],
            "input": record["input"][self._input :],
            "sources": {number: each for number, each in record["sources"].items() if number not in self._sources},
            "texts": {item_id: text for item_id, text in texts.items() if item_id not in self._texts},
            "removed": sorted(self._texts - set(texts)),
            "before": sorted(before - self._before),
            "marks": {key: each for key, each in marks.items() if self._marks.get(key) != each},
        }
        self._covers, self._input, self._sources = len(record["covers"]), len(record["input"]), set(record["sources"])
        self._texts, self._before, self._marks = set(texts), set(before), marks
        return {name: value for name, value in grown.items() if value}

    def restore(self) -> None:
        """Put into the parts of the answer what its steps have."""
        last, sources = None, dict[str, dict[str, str]]()
        for key, step in self.events.kept.found():
            if key is not None and step["value"] is not None:
                self.journal.steps[key] = step["value"]
                self.journal.steps.pop(f"{key}/waits", None)
            grown, record = step["grown"], self.events.record
            record["covers"] += grown.get("covers", [])
            record["input"] += grown.get("input", [])
            self.events.texts |= grown.get("texts", {})
            for item_id in grown.get("removed", ()):
                self.events.texts.pop(item_id, None)
            sources |= grown.get("sources", {})
            self.answer.before |= set(grown.get("before", ()))
            for marked, marks in grown.get("marks", {}).items():
                self.journal.steps[marked].update(marks)
            last = step
        if last is None:
            return
        self.events.record["sources"] |= sources
        self.events.know_sources(sources)
        self.events.kept.steps.restore_made(last["made"])
        if last["workflow"] is not None:
            self.events.steps.workflow_item = WorkflowItem.model_validate(last["workflow"])
        self.events.calls, self.events.has_output = last["calls"], last["has_output"]
        self.events.take_pictures = last["take_pictures"]
        self.answer.shown = None if last["shown"] is None else Rank(last["shown"])
        self.answer.held = [self._held_of(stored) for stored in last["held"]]
        self._grown()

    def _held_to_json(self, held: Held) -> dict[str, Any]:
        step, workflow = held.step, self.events.steps.workflow_item
        is_open = step is not None and workflow is not None and step.place[0].id == workflow.id
        return {
            "site": held.place.site,
            "callers": list(held.place.callers),
            "rank": held.rank,
            "text": held.text,
            "key": next(key for key, value in self.journal.steps.items() if value is held.recorded),
            "task": step.task.model_dump(mode="json", exclude_none=True) if is_open and step is not None else None,
            "at": step.place[1] if is_open and step is not None else None,
        }

    def _held_of(self, stored: dict[str, Any]) -> Held:
        link, step = self.events.steps, None
        if stored["task"] is not None and link.workflow_item is not None:
            step = Step(link, (link.workflow_item, stored["at"]), CustomTask.model_validate(stored["task"]))
        place = Place(stored["site"], tuple(stored["callers"]))
        return Held(place, Rank(stored["rank"]), stored["text"], step, self.journal.steps[stored["key"]])


def _marks_of(value: Any) -> dict[str, bool]:
    """Of a run: whether the user has read what it wrote, there or in a question."""
    return {name: value[name] for name in _MARKS if name in value} if isinstance(value, dict) else {}
