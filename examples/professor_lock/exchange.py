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

    refusal, body: status and body of the service's refusal, if it gave one. cause: for the log.
    """

    def __init__(self, message: str, *, status: int | None = None, body: bytes = b"", cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause
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
    try:
        return await _fetch(adapter, name, method, url, timeout, refusals or {}, request)
    except FeedError as error:
        error.cause = f"{error.cause or type(error.__cause__ or error).__name__} at {_place(url)}"
        raise


async def _fetch(
    adapter: TypeAdapter[Answer],
    name: str,
    method: str,
    url: str,
    timeout: float,  # noqa: ASYNC109 - as above
    refusals: Mapping[str | int, str],
    request: dict[str, Any],
) -> Answer:
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
    except (httpx2.TimeoutException, TimeoutError) as error:
        raise FeedError(f"{name} did not answer within {timeout:g} seconds. Try again.") from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise FeedError(f"{name} cannot be reached. Try again later.") from error
    if (status := response.status_code) != 200:
        reason = _reason(status, body, refusals)
        raise FeedError(f"{name} {reason}", status=status, body=body, cause=f"status {status}")
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        raise FeedError(f"{name} gave an answer that is not in its format.") from error


def _place(url: str) -> str:
    """Host and port, without what else an address may hold: a password, a key, a question."""
    try:
        read = httpx2.URL(url)
    except httpx2.InvalidURL:
        return "an address that cannot be read"
    if not read.host:
        return "an address without a host"
    return f"{read.host}:{read.port or (80 if read.scheme == 'http' else 443)}"


def _reason(status: int, body: bytes, refusals: Mapping[str | int, str]) -> str:
    try:
        code = Refusal.model_validate_json(body).error_code
    except ValidationError:
        code = ""
    return refusals.get(code) or refusals.get(status) or f"answered with status {status}."
