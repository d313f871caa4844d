"""What a file's entry is called with, in the form that its types ask for. As ``agent_builder/workflow_input.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatkit_link.agents.agent_builder.workflow_input import NAMES, TEXTS, TurnFacts
from chatkit_link.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter, or a field of one. type: as it is written, None without one. line: of the file."""

    name: str
    type: str | None
    optional: bool
    line: int

    @property
    def is_filled(self) -> bool:
        """Whether something of the turn itself has this name."""
        return self.name.lower() in NAMES


@dataclass(frozen=True, slots=True)
class Input:
    """The first parameter. message: the field that takes the message. filled: those for what else a turn knows."""

    is_text: bool = False
    message: str = TEXTS[0]
    filled: Sequence[str] = ()

    def value(self, text: str, facts: TurnFacts) -> Any:
        """What the entry is called with."""
        if self.is_text:
            return text
        known = {name: getattr(facts, NAMES[name.lower()]) for name in self.filled}
        return {**known, **facts.state, self.message: text}


def read_input(path: Path, parameters: Sequence[Mapping[str, Any]] | None) -> Input:
    """parameters: of the entry, as ``load`` has them (docs/reference/agent-protocol.md).

    Raises:
        ConfigurationError: something is asked for that a chat does not have.
    """
    if not parameters:
        return Input()
    first, *others = parameters
    if unfilled := [one for one in map(_named, others) if not one.optional]:
        raise _refused(path, "the workflow's function", unfilled)
    if first["fields"] is None:
        return Input(is_text=first["type"] == "string")
    fields = [_named(each) for each in first["fields"]]
    message = _message(fields)
    required = [one for one in fields if not one.optional and one.name != message]
    owner = first["type"] if str(first["type"]).isidentifier() else "the workflow's input"
    if message is None and required:
        raise ConfigurationError(
            f"{path.name}, line {required[0].line}: {owner} has no field for the message: call it {TEXTS[0]}, as in "
            f"`{TEXTS[0]}: string`."
        )
    if unfilled := [one for one in required if not one.is_filled]:
        raise _refused(path, owner, unfilled)
    return Input(message=message or TEXTS[0], filled=[one.name for one in required])


def _named(given: Mapping[str, Any]) -> Named:
    return Named(given["name"], given["type"], given["optional"], given["line"])


def _message(fields: Sequence[Named]) -> str | None:
    names = {one.name for one in fields}
    if known := next((name for name in TEXTS if name in names), None):
        return known
    texts = [one.name for one in fields if one.type == "string" and not one.optional and not one.is_filled]
    return texts[0] if len(texts) == 1 else None


def _refused(path: Path, owner: str, unfilled: Sequence[Named]) -> ConfigurationError:
    listed = " and ".join(f"`{one.name}`" for one in unfilled)
    first = unfilled[0]
    return ConfigurationError(
        f"{path.name}, line {first.line}: {owner} asks for {listed}, which a chat does not have. Make it optional: "
        f"`{first.name}?: {first.type}`; a state variable of that name then fills it."
    )
