"""What ``run_workflow`` is called with: the message, in the form that the file asks for it.

The exporter writes one parameter, a ``WorkflowInput`` with the field ``input_as_text``. People add fields and
parameters. Those that a chat can fill are filled by their names; those with a default are left alone, unless the
session has a state variable of that name; for all others the file is refused when it is loaded.
"""

import dataclasses
import inspect
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError

from chatkit_link.agents.agent_builder.source import INPUT

#: Names that the message goes by, the exporter's own first.
TEXTS: Final = tuple(
    "input_as_text text message user_message user_input input_text user_text input query user_query question "
    "user_question prompt content msg".split()
)
NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("user_id", "userid", "user", "uid"), "user_id"),
    **dict.fromkeys(("thread_id", "conversation_id", "session_id", "chat_id"), "thread_id"),
}
_DEFAULTS: Final[Mapping[str, str]] = {
    "str": 'str = ""',
    "int": "int = 0",
    "float": "float = 0",
    "bool": "bool = False",
}
_NONE: Final = object()


class Unsuited(Exception):
    """Something of a file that cannot work here. The message is a sentence that says what to change."""

    def __init__(self, message: str, place: str = "", *, call: str = "RuntimeError") -> None:
        """place: the name of the class or function that it is about. call: what does not work, where it is a call."""
        super().__init__(message)
        self.place = place
        self.call = call


@dataclasses.dataclass(frozen=True, slots=True)
class TurnFacts:
    """What is known of a turn besides its message. state: the state variables of the session."""

    user_id: str = "user"
    thread_id: str = "thread"
    state: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])

    def named(self, name: str) -> Any:
        if name in self.state:
            return self.state[name]
        return getattr(self, NAMES[name]) if name in NAMES else _NONE


def arguments_for(entry: Callable[..., Any], names: Mapping[str, Any], text: str, facts: TurnFacts) -> dict[str, Any]:
    """The arguments of one call, by name.

    Args:
        names: of the file, where its annotations and its ``WorkflowInput`` are looked up.

    Raises:
        Unsuited: a parameter or a field has no default, and nothing fills it.
    """
    hints = _hints(entry, names)
    known, missing = dict[str, Any](), dict[str, Any]()
    for index, parameter in enumerate(_parameters(entry)):
        kind = hints.get(parameter.name, parameter.annotation)
        value = _value(parameter.name, kind, text, facts)
        if value is _NONE and index == 0:
            value = _first(kind, names, text, facts, required=parameter.default is parameter.empty)
        if parameter.default is not parameter.empty and index and parameter.name not in facts.state:
            continue
        if value is _NONE and parameter.default is parameter.empty:
            missing[parameter.name] = kind
        elif value is not _NONE:
            known[parameter.name] = value
    if missing:
        name = getattr(entry, "__name__", "run_workflow")
        raise Unsuited(_unfilled(name, missing), name)
    return known


def _parameters(entry: Callable[..., Any]) -> Iterator[inspect.Parameter]:
    for parameter in inspect.signature(entry).parameters.values():
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            yield parameter


def _hints(entry: Callable[..., Any], names: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(entry, dict(names))
    except Exception:  # noqa: BLE001  # annotations of an edited file may name what is not there
        return {}


def _value(name: str, kind: Any, text: str, facts: TurnFacts) -> Any:
    if _is_model(kind):
        return _model(kind, text, facts)
    found = facts.named(name)
    return text if found is _NONE and name in TEXTS else found


def _first(kind: Any, names: Mapping[str, Any], text: str, facts: TurnFacts, *, required: bool) -> Any:
    """The first parameter is the message, whatever it is called."""
    if kind is str:
        return text
    if typing.get_origin(kind) is dict or kind is dict:
        return {TEXTS[0]: text, **facts.state}
    if kind is inspect.Parameter.empty or kind is Any:
        given = names.get(INPUT)
        return _model(given, text, facts) if _is_model(given) else SimpleNamespace(**{TEXTS[0]: text})
    return _NONE


def _is_model(kind: Any) -> bool:
    cls = cast("type[Any] | None", kind if isinstance(kind, type) else None)
    return cls is not None and (issubclass(cls, BaseModel) or dataclasses.is_dataclass(cls))


def _model(model: Any, text: str, facts: TurnFacts) -> Any:
    """An object of the class that holds the message. Raises Unsuited."""
    fields = dict(_fields(model))
    required = [name for name, (_, needed) in fields.items() if needed]
    about = next((name for name in TEXTS if name in fields), None)
    if about is None:
        strings = [name for name in required if fields[name][0] is str and facts.named(name) is _NONE]
        about = strings[0] if len(strings) == 1 else None
    if about is None and required:
        raise Unsuited(
            f"{model.__name__} has no field for the message: call it {TEXTS[0]}, as in `{TEXTS[0]}: str`.",
            model.__name__,
        )
    given: dict[str, Any] = {} if about is None else {about: text}
    for name in fields:
        if name != about and (name in required or name in facts.state) and facts.named(name) is not _NONE:
            given[name] = facts.named(name)
    if missing := {name: fields[name][0] for name in required if name not in given}:
        raise Unsuited(_unfilled(model.__name__, missing), model.__name__)
    try:
        return model(**given)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Unsuited(
            f"{model.__name__} cannot be made from a message: {field}: {first['msg']}. Let that field take any text, "
            "or give it a default.",
            model.__name__,
        ) from None


def _fields(model: Any) -> Iterator[tuple[str, tuple[Any, bool]]]:
    """Name -> type and whether it has no default."""
    if issubclass(model, BaseModel):
        for name, field in model.model_fields.items():
            yield field.alias or name, (field.annotation, field.is_required())
        return
    for field in dataclasses.fields(model):
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        kind = {"str": str}.get(field.type, field.type) if isinstance(field.type, str) else field.type
        if field.init:
            yield field.name, (cast("Any", kind), needed)


def _unfilled(owner: str, missing: Mapping[str, Any]) -> str:
    """missing: name -> annotation."""
    listed = " and ".join(f"`{name}`" for name in missing)
    name, kind = next(iter(missing.items()))
    return (
        f"{owner} asks for {listed}, which a chat does not have. Give it a default, such as "
        f"`{name}: {_with_default(kind)}`; a state variable of that name then fills it."
    )


def _with_default(kind: Any) -> str:
    """An annotation as it may stand in the file, with a default that fits it."""
    if kind in (inspect.Parameter.empty, Any):
        return _DEFAULTS["str"]
    text = kind if isinstance(kind, str) else inspect.formatannotation(kind)
    text = re.sub(r"\b[A-Za-z_][\w.]*\.(?=\w)", "", text)  # a name is imported without its module, as a rule
    if text in _DEFAULTS:
        return _DEFAULTS[text]
    takes_none = text == "None" or text.startswith("Optional[") or "| None" in text or "None |" in text
    return f"{text} = None" if takes_none else f"{text} | None = None"
