"""One request to one of the services, and one sentence for whatever goes wrong with it."""

from typing import Any

import httpx2
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypeVar

from chatkit_link.errors import Unavailable

Answer = TypeVar("Answer")
#: Bytes of an answer: a whole season of odds is less.
LARGEST = 5_000_000


class FeedError(Unavailable):
    """A service could not be asked. The message is for people, and never holds a key or an address."""


async def fetch(
    adapter: TypeAdapter[Answer],
    name: str,
    method: str,
    url: str,
    *,
    timeout: float,  # noqa: ASYNC109 - of each step of the exchange, which httpx2 watches
    refusals: dict[int, str] | None = None,
    **request: Any,
) -> Answer:
    """The service's answer as what it must be.

    name: what people call the service. timeout: seconds. refusals: what a status of this service means.
    """
    try:
        async with (
            httpx2.AsyncClient(timeout=timeout) as client,
            client.stream(method, url, **request) as response,
        ):
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise FeedError(f"{name} sent more than can be read.")
    except httpx2.TimeoutException:
        raise FeedError(f"{name} did not answer within {timeout:g} seconds. Try again.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise FeedError(f"{name} cannot be reached. Try again later.") from None
    if response.status_code != 200:
        told = (refusals or {}).get(response.status_code, f"answered with status {response.status_code}.")
        raise FeedError(f"{name} {told}")
    try:
        return adapter.validate_json(body)
    except ValidationError:
        raise FeedError(f"{name} gave an answer that is not in its format.") from None
