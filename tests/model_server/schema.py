"""A request body against the request types of the openai package, field by field.

The types are the installed package's own (``openai.types.responses.response_create_params`` and
``openai.types.chat.completion_create_params``), which are generated from OpenAI's OpenAPI specification.
Errors are worded as OpenAI words them: https://github.com/teabranch/open-responses-server/issues/41 (unknown),
https://github.com/newo-ether/Agora/issues/141 (missing).
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

from openai.types.chat.completion_create_params import CompletionCreateParamsBase
from openai.types.responses import (
    EasyInputMessageParam,
    ResponseOutputMessageParam,
    ResponseOutputTextParam,
)
from openai.types.responses.response_create_params import ResponseCreateParamsBase
from typing_extensions import get_type_hints, is_typeddict

from tests.model_server.failures import Refused, either, invalid

#: A message of the model that is sent back need not have what only the server can know, nor say that it is one: so
#: it is in what Agent Builder exports (tests/agents/agent_builder/exports/library_search.py).
_RELAXED = {ResponseOutputMessageParam: {"id", "status", "type"}, ResponseOutputTextParam: {"annotations"}}
#: Messages have ids when they are listed, and may be sent back with them.
_EXTRA = {EasyInputMessageParam: {"id", "status"}}
#: The ChatKit SDK dumps its model of a text whole, also what is None (ThreadItemConverter.assistant_message_to_input in
#: chatkit/agents.py): every second turn of OpenAI's own samples has it.
_NULLABLE = {ResponseOutputTextParam: {"logprobs"}}
#: Both streaming and not; the package splits the two by this one field.
_STREAM = {"stream": bool | None}


class Checker:
    """unknown: whether a field that the types do not have is refused; if not, it is passed over.

    parts: types of content that this server has beside OpenAI's; they are taken as they are.
    """

    def __init__(self, *, unknown: bool = True, parts: frozenset[str] = frozenset()) -> None:
        self.unknown = unknown
        self.parts = parts

    def responses(self, body: Any) -> None:
        self._typed_dict(body, ResponseCreateParamsBase, "", more=_STREAM)
        if "model" not in body and "prompt" not in body:
            raise missing("model")

    def completions(self, body: Any) -> None:
        self._typed_dict(body, CompletionCreateParamsBase, "", more=_STREAM)

    def _typed_dict(self, value: Any, kind: Any, path: str, more: Mapping[str, Any] | None = None) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object", value)
        hints = {**fields(kind), **{name: (hint, False) for name, hint in (more or {}).items()}}
        for name, inner in value.items():
            where = f"{path}.{name}" if path else name
            if inner is None and name in _NULLABLE.get(kind, ()):
                continue
            if name in hints:
                self.check(inner, hints[name][0], where)
            elif self.unknown and name not in _EXTRA.get(kind, ()):
                raise invalid(f"Unknown parameter: '{where}'.", where, "unknown_parameter")
        for name, (_, required) in hints.items():
            if required and name not in value and name not in _RELAXED.get(kind, ()):
                raise missing(f"{path}.{name}" if path else name)

    def check(self, value: Any, hint: Any, path: str) -> None:
        origin = get_origin(hint)
        if origin in (Required, NotRequired, Annotated):
            self.check(value, get_args(hint)[0], path)
        elif hint is Any or hint is object:
            return
        elif origin in (Union, UnionType):
            self._union(value, get_args(hint), path)
        elif origin is Literal:
            if value not in get_args(hint) or isinstance(value, bool):
                raise wrong_value(path, value, [str(each) for each in get_args(hint)])
        elif is_typeddict(hint):
            self._typed_dict(value, hint, path)
        elif origin is dict:
            self._mapping(value, get_args(hint)[1], path)
        elif isinstance(origin, type) and (issubclass(origin, Iterable) or origin.__name__ == "SequenceNotStr"):
            self._sequence(value, get_args(hint)[0], path)
        else:
            scalar(value, hint, path)

    def _mapping(self, value: Any, inner: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object", value)
        for name, each in value.items():
            self.check(each, inner, f"{path}.{name}")

    def _sequence(self, value: Any, inner: Any, path: str) -> None:
        if not isinstance(value, list):
            raise wrong_type(path, "an array", value)
        for index, each in enumerate(value):
            self.check(each, inner, f"{path}[{index}]")

    def _union(self, value: Any, members: Sequence[Any], path: str) -> None:
        if value is None and type(None) in members:
            return
        shapes = [each for each in members if is_typeddict(each)]
        if isinstance(value, dict) and value.get("type") in self.parts:
            return
        if isinstance(value, dict) and shapes:
            self._typed_dict(value, self._shape(value, shapes, path), path)
            return
        others = [each for each in members if not is_typeddict(each) and each is not type(None)]
        failures: list[Refused] = []
        for each in others:
            try:
                self.check(value, each, path)
            except Refused as failure:
                failures.append(failure)
            else:
                return
        # The deepest is about the member that was meant.
        raise (
            max(failures, key=lambda failure: len(failure.param or ""))
            if failures
            else wrong_type(path, "an object", value)
        )

    def _shape(self, value: dict[str, Any], shapes: list[Any], path: str) -> Any:
        """Which of several types an object is meant to be: by its type, its role, or its other fields."""
        if EasyInputMessageParam in shapes and value.get("type", "message") == "message" and "role" in value:
            return message_shape(value, path)
        for tag in ("type", "role"):
            tagged = {each: fields(each)[tag][0] for each in shapes if tag in fields(each)}
            if not tagged or tag not in value:
                continue
            for shape, hint in tagged.items():
                if value[tag] in literals(hint):
                    return shape
            known = dict.fromkeys(each for hint in tagged.values() for each in literals(hint))
            raise wrong_value(f"{path}.{tag}", value[tag], list(known))
        fitting = [each for each in shapes if set(value) <= set(fields(each)) and required(each) <= set(value)]
        if fitting:
            return fitting[0]
        if all("type" in required(each) for each in shapes):
            raise missing(f"{path}.type")
        return shapes[0]


def message_shape(value: dict[str, Any], path: str) -> Any:
    """What was written by the model has output parts; with other roles, or as plain text, it is input.

    The parts of either are those of the package's types (easy_input_message_param, response_output_message_param).
    """
    if value.get("role") != "assistant" or isinstance(value.get("content"), str):
        return EasyInputMessageParam
    for index, part in enumerate(value.get("content") or []):
        if isinstance(part, dict) and part.get("type") not in ("output_text", "refusal"):
            where = f"{path}.content[{index}]"
            raise invalid(
                f"Invalid value: '{part.get('type')}'. Supported values are: 'output_text' and 'refusal'.",
                where, "invalid_value",
            )  # fmt: skip
    return ResponseOutputMessageParam


@functools.cache
def fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Name -> its type, and whether it must be there."""
    hints = get_type_hints(kind, include_extras=True)
    total = getattr(kind, "__total__", True)
    return {
        name: (hint, get_origin(hint) is Required or (total and get_origin(hint) is not NotRequired))
        for name, hint in hints.items()
    }


@functools.cache
def required(kind: Any) -> set[str]:
    return {name for name, (_, must) in fields(kind).items() if must}


def literals(hint: Any) -> list[str]:
    if get_origin(hint) is Literal:
        return [str(each) for each in get_args(hint)]
    return [each for inner in get_args(hint) for each in literals(inner)]


def scalar(value: Any, kind: Any, path: str) -> None:
    names = {str: "a string", bool: "a boolean", int: "an integer", float: "a number"}
    fits = isinstance(value, (int, float) if kind is float else kind) and (kind is bool or not isinstance(value, bool))
    if kind is type(None):
        fits = value is None
    if not fits:
        raise wrong_type(path, names.get(kind, "null"), value)


def wrong_type(path: str, expected: str, value: Any) -> Refused:
    names = {str: "a string", bool: "a boolean", int: "an integer", float: "a decimal", dict: "an object",
             list: "an array", type(None): "null"}  # fmt: skip
    got = names[type(value)]
    return invalid(f"Invalid type for '{path}': expected {expected}, but got {got} instead.", path, "invalid_type")


def wrong_value(path: str, value: Any, allowed: list[str]) -> Refused:
    return invalid(f"Invalid value: '{value}'. Supported values are: {either(allowed)}.", path, "invalid_value")


def missing(path: str) -> Refused:
    return invalid(f"Missing required parameter: '{path}'.", path, "missing_required_parameter")
