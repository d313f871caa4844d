"""What has happened in a workflow, so that it can go on after a question as if it had waited.

How it flows: a workflow that asks the user ends there. Once the answer has come, the file's
``run_workflow`` is called again from its beginning; every model call, search and answer that it had is
returned from here, by its place in the file and how often that place was reached. So it arrives at
the question by the same way, finds the answer, and goes on. Nothing is asked or paid for twice, and
nothing but this has to outlive a reload or a restart. It is stored with the turn (``store/turns.py``).
"""

import hashlib
from dataclasses import dataclass, field, is_dataclass
from dataclasses import fields as fields_of
from types import SimpleNamespace
from typing import Any, cast

from agents import Agent, RunResultStreaming
from pydantic import TypeAdapter

from chatkit_link.store.turns import Failed, Waiting


@dataclass(slots=True)
class WorkflowJournal:
    """What the file has done, by its places; ``runs/journal.py`` has the steps of the whole answer.

    steps: place and number -> what came of it, as JSON.
    again: whether its steps have to be emitted again, because a retry removes the answer that had them.
    """

    version: str
    steps: dict[str, Any] = field(default_factory=dict[str, Any])
    again: bool = False
    _reached: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, waiting: Waiting) -> "WorkflowJournal":
        return cls(waiting["version"], dict(waiting["steps"]))

    def to_waiting(self, item_id: str, place: str) -> Waiting:
        return Waiting(version=self.version, steps=self.steps, item=item_id, place=place)

    def to_failed(self) -> Failed:
        """What may be given back to a retry: all but runs that stopped at a tool, which may have been called since."""
        steps = {
            key: came for key, came in self.steps.items() if not (key.startswith("ask:run:") or key.endswith("/waits"))
        }
        return Failed(version=self.version, steps=steps)

    def reach(self, place: str) -> str:
        """The key of this visit to a place of the file."""
        number = self._reached[place] = self._reached.get(place, 0) + 1
        return f"{place}#{number}"


def version_of(text: str) -> str:
    """Names a file's text; the journal of one text means nothing to another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(slots=True)
class RecordedItem:
    """An item of a finished run; exported files ask for its input form only."""

    raw_item: dict[str, Any]

    @property
    def type(self) -> str:
        return f"{self.raw_item.get('type', 'message')}_item"

    def to_input_item(self) -> dict[str, Any]:
        return dict(self.raw_item)


@dataclass(slots=True)
class RecordedResult:
    """A finished run of an agent, with what an exported file reads of a ``RunResult``."""

    input: Any
    new_items: list[RecordedItem]
    final_output: Any
    last_agent: Agent[Any]

    def final_output_as(self, cls: type[Any], raise_if_incorrect_type: bool = False) -> Any:  # noqa: FBT002  # the library's signature
        if raise_if_incorrect_type and not isinstance(self.final_output, cls):
            raise TypeError(f"Final output is not of type {cls.__name__}")
        return self.final_output

    def to_input_list(self) -> list[Any]:
        first = [{"role": "user", "content": self.input}] if isinstance(self.input, str) else list(self.input)
        return [*first, *(item.to_input_item() for item in self.new_items)]


def run_to_json(result: RunResultStreaming) -> dict[str, Any]:
    items = [dict(item.to_input_item()) for item in result.new_items if item.type != "tool_approval_item"]
    final: Any = result.final_output
    return {
        "items": TypeAdapter(Any).dump_python(items, mode="json"),
        "agent": result.last_agent.name,
        "output": TypeAdapter(Any).dump_python(final, mode="json"),
    }


def run_from_json(found: dict[str, Any], agent: Agent[Any], given: Any) -> RecordedResult:
    last = _named(agent, found["agent"])
    output_type: Any = getattr(last.output_type, "output_type", last.output_type)  # an AgentOutputSchema wraps it
    types: TypeAdapter[Any] = TypeAdapter(Any if output_type is None else output_type)
    output = types.validate_python(found["output"])
    return RecordedResult(given, [RecordedItem(item) for item in found["items"]], output, last)


def _named(agent: Agent[Any], name: str) -> Agent[Any]:
    """The agent of that name among this one and those that it can hand over to."""
    waiting: list[Agent[Any]] = [agent]
    seen: set[int] = set()
    while waiting:
        candidate = waiting.pop()
        if candidate.name == name:
            return candidate
        seen.add(id(candidate))
        handed: list[Any] = list(candidate.handoffs)
        waiting += [other for other in handed if isinstance(other, Agent) and id(other) not in seen]  # pyright: ignore[reportUnknownArgumentType]
    return agent


class SearchResults(list[Any]):
    """Results of a search; the exporter reads them as a list or as ``.data``."""

    @property
    def data(self) -> list[Any]:
        return list(self)


def plain(value: Any) -> Any:
    """A library's objects as JSON."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast("list[Any]", value)]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    names = [each.name for each in fields_of(value)] if is_dataclass(value) else list(getattr(value, "__dict__", {}))
    fields = {name: getattr(value, name) for name in names} or None
    return str(value) if fields is None else {name: plain(each) for name, each in fields.items()}


def objects(value: Any) -> Any:
    """The same as objects with attributes. What is inside is a dict, as the exporter reads it, with attributes, too."""
    found: list[Any] = []
    for each in cast("list[Any]", value):
        fields = cast("dict[str, Any]", each) if isinstance(each, dict) else None
        found.append(
            each if fields is None else SimpleNamespace(**{name: _inner(part) for name, part in fields.items()})
        )
    return found


class _Fields(dict[str, Any]):
    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return _Fields({name: _inner(each) for name, each in cast("dict[str, Any]", value).items()})
    return [_inner(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
