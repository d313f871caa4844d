"""Stands in for every model and every web service while a server is tried: nobody is asked, and nothing is paid."""

import importlib
import json
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from agents import AgentOutputSchemaBase, Model, ModelProvider

from chatkit_link.agents.offline.model import OfflineModel

_TEXT = "This is a test."
#: The HTTP libraries of model clients.
_HTTP = ("httpx", "httpx2")


@dataclass
class Asked:
    """hosts: that the code wanted to call by itself. models: how often a model was asked."""

    hosts: set[str] = field(default_factory=set[str])
    models: int = 0

    @staticmethod
    def caused(error: BaseException | None) -> bool:
        """Whether an error is that nobody is asked, or comes of it."""
        while error is not None:
            if isinstance(error, NotAsked):
                return True
            error = error.__cause__ or error.__context__
        return False


class NotAsked(Exception):
    """A request that a try does not send."""


class _StandIn(OfflineModel):
    """What providers return; its methods are replaced as those of all models are."""

    get_response = OfflineModel.get_response
    stream_response = OfflineModel.stream_response


@contextmanager
def nobody_is_asked() -> Generator[Asked]:
    """Inside, each model of the Agents SDK answers a few words, or what its output type asks for, and calls no tool;
    HTTP requests fail.
    """
    asked = Asked()
    model = _StandIn()
    with ExitStack() as stack:
        for cls in _with_subclasses(ModelProvider):  # they would refuse to make a model without a key
            if "get_model" in vars(cls):
                stack.enter_context(_replaced(cls, "get_model", _returning(model)))
        for cls in _with_subclasses(Model):
            for name in {"get_response", "stream_response"} & set(vars(cls)):
                stack.enter_context(_replaced(cls, name, _answering(name, asked)))
        for module in _HTTP:
            for client in ("Client", "AsyncClient"):
                if (cls := _class(module, client)) is not None:
                    stack.enter_context(_replaced(cls, "send", _refusing(asked)))
        yield asked


def _returning(model: Model) -> Callable[..., Model]:
    return lambda *_, **__: model


@contextmanager
def _replaced(cls: type[Any], name: str, value: object) -> Generator[None]:
    before = vars(cls)[name]
    setattr(cls, name, value)
    try:
        yield
    finally:
        setattr(cls, name, before)


def _with_subclasses(cls: type[Any]) -> list[type[Any]]:
    below = [found for sub in cls.__subclasses__() for found in _with_subclasses(sub)]
    return below if cls in (Model, ModelProvider, OfflineModel) else [cls, *below]


def _class(module: str, name: str) -> type[Any] | None:
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError:
        return None


def _answering(name: str, asked: Asked) -> Callable[..., Any]:
    """A method of ``Model`` that has the stand-in answer; its arguments are the SDK's, in the SDK's order."""
    parameters = ("system_instructions", "input", "model_settings", "tools", "output_schema", "handoffs", "tracing")

    def dry(given: tuple[Any, ...], named: dict[str, Any]) -> tuple[OfflineModel, dict[str, Any]]:
        asked.models += 1
        values = {**dict(zip(parameters, given, strict=False)), **named}
        text = _wanted(values.get("output_schema"))
        known = {*parameters, "previous_response_id", "conversation_id", "prompt"}
        values = {"previous_response_id": None, "conversation_id": None, "prompt": None, **values}
        return OfflineModel(decide=lambda _input, _tools: text), {key: values[key] for key in known}

    if name == "get_response":

        async def get_response(_self: Model, *given: Any, **named: Any) -> Any:
            model, values = dry(given, named)
            return await OfflineModel.get_response(model, **values)

        return get_response

    def stream_response(_self: Model, *given: Any, **named: Any) -> AsyncIterator[Any]:
        model, values = dry(given, named)
        return OfflineModel.stream_response(model, **values)

    return stream_response


def _refusing(asked: Asked) -> Callable[..., NoReturn]:
    def send(_client: object, request: Any, *_: Any, **__: Any) -> NoReturn:
        asked.hosts.add(str(request.url.host))
        raise NotAsked(f"{request.url.host} is not asked in a test")

    return send


def _wanted(schema: AgentOutputSchemaBase | None) -> str:
    if schema is None or schema.is_plain_text():
        return _TEXT
    root = schema.json_schema()
    return json.dumps(_sample(root, root.get("$defs", {}), 8))


def _sample(schema: dict[str, Any], named: dict[str, Any], depth: int) -> Any:
    """A value that fits a JSON schema, as small as it can be."""
    if "$ref" in schema:
        return _sample(named.get(str(schema["$ref"]).rpartition("/")[2], {}), named, depth - 1) if depth else None
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            options = schema[key]
            null = next((one for one in options if one.get("type") == "null"), None)
            return None if null is not None else _sample(options[0], named, depth)
    match schema.get("type"):
        case "object":
            inside = schema.get("properties", {})
            return {name: _sample(each, named, depth) for name, each in inside.items()}
        case "array":
            return [_sample(schema.get("items", {}), named, depth)] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case "null":
            return None
        case _:
            return "test".ljust(schema.get("minLength", 0), ".")
