"""A request's body: read up to a limit, and validated with messages that quote nothing of it."""

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from chatkit_link.errors import BadRequest, TooLarge, Unprocessable
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import BeyondJson, plain_json

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, limit: int) -> bytes:
    """The body, refused as soon as it is known to be too large."""
    if (declared := declared_length(request)) is not None and declared > limit:
        raise _too_large(limit)
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > limit:
                raise _too_large(limit)
    except ClientDisconnect:  # nobody reads the refusal, and nothing is wrong here
        raise BadRequest("The connection was closed before the whole body was there.") from None
    return bytes(body)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(Localized("body_too_large", most=limit))


def declared_length(request: Request) -> int | None:
    """The bytes that the request says its body has; ``None`` where it does not say, or not with a number."""
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else None


def as_plain_json(body: bytes) -> bytes:
    """The same JSON without what neither a database nor a browser can hold.

    Raises:
        BadRequest: it is no JSON.
        Unprocessable: it has a number that JSON has not.
    """
    try:
        return plain_json(body)
    except BeyondJson:
        raise Unprocessable(
            "The body has a number that JSON does not have: NaN, Infinity, or one that is too large."
        ) from None
    except ValueError:
        raise BadRequest("The body is not valid JSON.") from None


async def read_model(request: Request, model: type[Model], limit: int) -> Model:
    """The body as ``model``. No body is an empty object where no field is required.

    Raises:
        BadRequest: it is no JSON object.
        Unprocessable: a field is missing or wrong; the message names it, without its value.
    """
    body = await read_body(request, limit)
    if not body.strip() and not any(field.is_required() for field in model.model_fields.values()):
        return model()
    try:
        return model.model_validate_json(as_plain_json(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid" or not first["loc"]:
        raise BadRequest("The body must be a JSON object.")
    # Only names that the model knows: any other name is text of the sender's.
    place = ".".join(str(part) for part in first["loc"]) if first["type"] != "extra_forbidden" else "a field"
    message = first["msg"].removeprefix("Value error, ")
    raise Unprocessable(f"{place}: {message[0].lower()}{message[1:].rstrip('.')}.")
