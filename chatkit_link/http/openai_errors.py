"""Errors as OpenAI's API words them, so that its client packages map each to the class that their docs promise.

A message names the field and the type of what was sent, and never quotes a value.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers

from chatkit_link.errors import BadRequest, BudgetUsedUp, OverQuota
from chatkit_link.http.body import read_body
from chatkit_link.http.middleware import request_id
from chatkit_link.wire.sanitize import plain_json

Model = TypeVar("Model", bound=BaseModel)

BETA = "chatkit_beta=v1"
_LONGEST = 100
_QUOTA = frozenset({OverQuota.code, BudgetUsedUp.code})
_JSON_TYPES: Mapping[type[object], str] = {
    str: "a string", bool: "a boolean", int: "an integer", float: "a decimal", list: "an array", dict: "an object",
    type(None): "null",
}  # fmt: skip
#: How pydantic begins the type of an error -> what was wanted.
_WANTED = {
    "string": "a string", "int": "an integer", "bool": "a boolean", "float": "a number", "dict": "an object",
    "model": "an object", "list": "an array",
}  # fmt: skip
_BRANCHES = frozenset({"str", "bool", "int", "float"})


class InvalidInput(BadRequest):
    """A parameter that is missing or wrong. param: its name, with dots; None where it is the whole body."""

    def __init__(self, message: str, param: str | None, code: str | None) -> None:
        super().__init__(message)
        self.param = param
        self.openai_code = code


async def read_input(request: Request, model: type[Model], limit: int) -> Model:
    """The body as ``model``. Raises ``InvalidInput`` and ``TooLarge``."""
    body = await read_body(request, limit)
    try:
        return model.model_validate_json(plain_json(body))
    except ValidationError as error:
        raise invalid_input(error.errors(include_url=False)[0]) from None
    except ValueError:
        raise _not_json() from None


def invalid_input(found: Mapping[str, Any]) -> InvalidInput:
    """An error of pydantic's, for the parameter that its ``loc`` names."""
    kind, context, value = str(found["type"]), dict(found.get("ctx") or {}), found.get("input")
    place = list(found["loc"])
    if kind == "json_invalid":
        return _not_json()
    is_union = bool(place) and place[-1] in _BRANCHES
    param = _visible(".".join(str(part) for part in (place[:-1] if is_union else place))) or None
    got = next((name for kind, name in _JSON_TYPES.items() if type(value) is kind), "something else")
    if param is None:
        return InvalidInput(
            f"Invalid type for the body: expected an object, but got {got} instead.", None, "invalid_type"
        )
    match kind:
        case "missing":
            return InvalidInput(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")
        case "extra_forbidden":
            return InvalidInput(f"Unknown parameter: '{param}'.", param, "unknown_parameter")
        case "literal_error" | "enum":
            message = f"Invalid value for '{param}'. Supported values are: {context['expected']}."
            return InvalidInput(message, param, "invalid_value")
        case "greater_than_equal" | "greater_than":
            message = f"Invalid '{param}': integer below minimum value. Expected a value >= {context['ge']}."
            return InvalidInput(message, param, "integer_below_min_value")
        case "less_than_equal" | "less_than":
            message = f"Invalid '{param}': integer above maximum value. Expected a value <= {context['le']}."
            return InvalidInput(message, param, "integer_above_max_value")
        case "string_too_short":
            least = context["min_length"]
            message = f"Invalid '{param}': string too short. Expected a string with minimum length {least}."
            return InvalidInput(message, param, "string_below_min_length")
        case "string_too_long":
            most = context["max_length"]
            message = f"Invalid '{param}': string too long. Expected a string with maximum length {most}."
            return InvalidInput(message, param, "string_above_max_length")
        case "value_error":
            reason = str(found["msg"]).removeprefix("Value error, ").rstrip(".")
            return InvalidInput(f"Invalid '{param}': {reason}.", param, "invalid_value")
        case _:
            wanted = "a boolean, a number or a string" if is_union else _WANTED.get(kind.partition("_")[0])
            if wanted is None:
                return InvalidInput(f"Invalid value for '{param}'.", param, "invalid_value")
            return InvalidInput(
                f"Invalid type for '{param}': expected {wanted}, but got {got} instead.", param, "invalid_type"
            )


def _not_json() -> InvalidInput:
    return InvalidInput("We could not parse the JSON body of your request.", None, None)


def require_beta(headers: Headers) -> None:
    """Raises ``InvalidInput`` for a request that does not say that it is for this version of the API."""
    asked = {part.strip() for line in headers.getlist("openai-beta") for part in line.split(",")}
    if BETA not in asked:
        raise InvalidInput(
            f"You must provide the 'OpenAI-Beta' header to access the ChatKit API. "
            f"Please try again by setting the header 'OpenAI-Beta: {BETA}'.",
            None,
            "invalid_beta",
        )


def is_for_openai(request: Request) -> bool:
    """Whether the path is one of OpenAI's API, be it known here or not."""
    path = str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))
    return path == "/v1" or path.startswith("/v1/")


def no_route(request: Request, status: int) -> str | None:
    """The message for a path that is not known, or not with this method."""
    asked = f"({request.method} {_visible(request.scope['path'])})"
    return {404: f"Invalid URL {asked}", 405: f"Invalid method for URL {asked}"}.get(status)


def as_openai(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None, code: str | None, param: str | None
) -> JSONResponse:
    """The document of an error, as OpenAI's client packages read it."""
    # OpenAI knows no 422 for its input, and its packages have another class for it.
    status = HTTPStatus.BAD_REQUEST if status == HTTPStatus.UNPROCESSABLE_ENTITY else status
    kind = "invalid_request_error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
    if status == HTTPStatus.UNAUTHORIZED:
        code = "invalid_api_key" if "authorization" in request.headers else None
    elif status == HTTPStatus.TOO_MANY_REQUESTS:
        kind, code = (
            ("insufficient_quota", "insufficient_quota") if code in _QUOTA else ("requests", "rate_limit_exceeded")
        )
    error = {"message": detail, "type": kind, "param": param, "code": code}
    return JSONResponse({"error": error, "request_id": request_id(request)}, status, dict(headers or {}))


def _visible(text: object) -> str:
    """A name that the sender chose, as far as it can be seen."""
    return "".join(char for char in str(text) if char.isprintable())[:_LONGEST]
