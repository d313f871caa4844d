"""A request's body: read up to a limit, and validated with messages that quote nothing of it."""

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from chatkit_link.errors import BadRequest, TooLarge, Unprocessable
from chatkit_link.translations import Localized

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, limit: int) -> bytes:
    """The body, refused as soon as it is known to be too large."""
    too_large = TooLarge(Localized("body_too_large", most=limit))
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_large
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise too_large
    return bytes(body)


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
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid" or not first["loc"]:
        raise BadRequest("The body must be a JSON object.")
    # Only names that the model knows: any other name is text of the sender's.
    place = ".".join(str(part) for part in first["loc"]) if first["type"] != "extra_forbidden" else "a field"
    message = first["msg"].removeprefix("Value error, ")
    raise Unprocessable(f"{place}: {message[0].lower()}{message[1:].rstrip('.')}.")
