"""A request, before anything is made of its content: the key, the JSON, its size."""

import json
import re
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from tests.model_server.failures import Refused, invalid
from tests.model_server.tools import too_long

#: 10 MB. No page of OpenAI's says so; the API answers it to longer texts (string_above_max_length).
MOST_OF_A_STRING = 10_485_760


def check_key(request: Request, key: str | None) -> None:
    """https://developers.openai.com/api/docs/guides/error-codes (401), wording of the API.

    key: the only one that is taken; None takes any that could be one.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise invalid(
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
            "auth (i.e. Authorization: Bearer YOUR_KEY).", None, status=401,
        )  # fmt: skip
    if not re.fullmatch(r"[A-Za-z0-9_.\-]+", given) or key not in (None, given):
        shown = f"{given[:3]}***{given[-4:]}"
        raise invalid(f"Incorrect API key provided: {shown}.", None, "invalid_api_key", status=401)


async def json_body(request: Request) -> dict[str, Any]:
    """The body. Halves of surrogate pairs are no text, and are refused as if the JSON were none."""
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False).encode()
    except ValueError:  # UnicodeError is one
        raise unreadable() from None
    if not isinstance(body, dict):
        raise unreadable()
    return body


def unreadable() -> Refused:
    # https://developers.openai.com/api/docs/guides/error-codes (400)
    return invalid(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
        "correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)", None,
    )  # fmt: skip


def check_sizes(body: dict[str, Any]) -> None:
    for where, text in strings(body, ""):
        if len(text) > MOST_OF_A_STRING:
            raise too_long(where, MOST_OF_A_STRING, len(text))


def strings(value: Any, where: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield where, value
        case dict():
            for key, each in value.items():
                yield from strings(each, f"{where}.{key}" if where else key)
        case list():
            for index, each in enumerate(value):
                yield from strings(each, f"{where}[{index}]")
        case _:
            pass


def tokens_of(body: dict[str, Any]) -> int:
    """About as many as a model would count: four characters each; images and files are not counted by their size."""
    shown = {name: body[name] for name in ("input", "messages", "instructions", "tools") if name in body}
    texts = ((where, text) for where, text in strings(shown, "") if not text.startswith("data:"))
    return sum(len(text) for where, text in texts if not where.endswith("].result")) // 4  # of an image that was made
