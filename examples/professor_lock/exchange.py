"""One request to one of the services, and one message for whatever goes wrong with it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError
from typing_extensions import TypeVar

from chatkit_link.errors import Unavailable

Answer = TypeVar("Answer")
#: Bytes of an answer: a whole season of odds is less.
LARGEST = 5_000_000


class FeedError(Unavailable):
    """A service could not be asked. The message is for users, and never holds a key or an address.

    refusal, body: status and body of the service's refusal, if it gave one.
    """

    def __init__(self, message: str, *, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.refusal = status
        self.body = body


class Refusal(BaseModel):
    """The body of a refusal: The Odds API names the reason, others send nothing for users."""

    error_code: str = ""


async def fetch(
    adapter: TypeAdapter[Answer],
    name: str,
    method: str,
    url: str,
    *,
    timeout: float,  # noqa: ASYNC109 - the message for it is ours
    refusals: Mapping[str | int, str] | None = None,
    **request: Any,
) -> Answer:
    """The service's answer as what it must be.

    name: of the service, as users know it. timeout: seconds for all of it.
    refusals: what an ``error_code`` of this service means, or a status.
    """
    body = b""
    try:
        async with (
            asyncio.timeout(timeout),
            httpx2.AsyncClient(timeout=timeout) as client,
            client.stream(method, url, **request) as response,
        ):
            async for part in response.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise FeedError(f"{name} sent more than can be read.")
    except (httpx2.TimeoutException, TimeoutError):
        raise FeedError(f"{name} did not answer within {timeout:g} seconds. Try again.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise FeedError(f"{name} cannot be reached. Try again later.") from None
    if response.status_code != 200:
        reason = _reason(response.status_code, body, refusals or {})
        raise FeedError(f"{name} {reason}", status=response.status_code, body=body)
    try:
        return adapter.validate_json(body)
    except ValidationError:
        raise FeedError(f"{name} gave an answer that is not in its format.") from None


def _reason(status: int, body: bytes, refusals: Mapping[str | int, str]) -> str:
    try:
        code = Refusal.model_validate_json(body).error_code
    except ValidationError:
        code = ""
    return refusals.get(code) or refusals.get(status) or f"answered with status {status}."
