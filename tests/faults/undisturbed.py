"""What an answer that nothing disturbed leaves behind, in a form that another answer to the same can be held against.

Ids, times and the markers of a conversation are taken out. A text that the model has written becomes its place; which
attempt at it is stored is then a question of its own.
"""

import re
from dataclasses import dataclass
from typing import Any

from chatkit.types import ThreadItem

from tests.faults.agents_with_steps import PERHAPS
from tests.faults.paced_model import PacedModel
from tests.faults.talks import Talk, plain
from tests.faults.users import answers, messages

_IDS = frozenset({"id", "thread_id", "created_at", "call_id", "encrypted_content", "duration", "updated_at"})
#: What tools and hand-offs return. Anything else tells a model that nobody knows whether the call has happened.
_OUTPUTS = re.compile(r'\S+ is (charged|on its way|paid back|drawn|worth 30 euros)\.|{"assistant": "Clerk"}')


@dataclass(frozen=True, slots=True)
class Left:
    """items: of the thread. given: what the model was given in the next turn. seconds: that the answer took.

    uncertain: calls of which nobody knows whether they have happened.
    """

    items: list[Any]
    given: list[Any]
    seconds: float
    uncertain: int


def left(talk: Talk, model: PacedModel, stored: list[ThreadItem]) -> Left:
    """Of the answer of a talk that has had a next turn."""
    before = next(at for at, item in enumerate(stored) if messages([item]) == [f"next {talk.marker}"])
    given = model.inputs[f"next {talk.marker}"]
    return Left(
        [_plain(item, talk, model) for item in plain(stored[:before])],
        [_plain(item, talk, model) for item in given[0]] if given else [],
        talk.read[-1].at - talk.read[0].at,
        _uncertain(talk, model) + any(PERHAPS in said for said in answers(stored)),
    )


def _uncertain(talk: Talk, model: PacedModel) -> int:
    inputs = [*model.inputs[talk.message], *model.inputs[f"next {talk.marker}"]]
    outputs = {item["call_id"]: item["output"] for given in inputs for item in given if "output" in item}
    return sum(not _OUTPUTS.fullmatch(output) for output in outputs.values())


def _plain(value: Any, talk: Talk, model: PacedModel) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each, talk, model) for key, each in value.items() if key not in _IDS}
    if isinstance(value, list):
        return [_plain(each, talk, model) for each in value]
    if isinstance(value, str):
        said = model.said.get(value)
        return str(said[0]) if said else value.replace(talk.marker, "<marker>")
    return value


def without_calls(items: list[Any]) -> list[Any]:
    """Without what the lines of tool calls and their outputs state."""
    calls = ("workflow", "function_call_output")
    return [{"type": item["type"]} if item.get("type") in calls else _certain(item) for item in items]


def _certain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _certain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_certain(each) for each in value]
    return value.replace(PERHAPS, "paid") if isinstance(value, str) else value
