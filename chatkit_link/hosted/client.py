"""The one client for OpenAI's ChatKit API: pooled, bounded in time, and storing no key.

Each request carries its own key. Retries are ours and not the package's: creating a session is retried
only if the request cannot have arrived, so that no session is created without our knowing it; cancelling the same
session twice does no harm, so that is retried after any failure of the server's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx2
import openai
from openai import AsyncOpenAI, Omit

from chatkit_link.settings import Settings

T = TypeVar("T")

#: Seconds that a request may take with all its retries; the user looks at a page without a chat meanwhile.
PATIENCE: Final = 10.0
#: Pauses before the second and the third try, in seconds.
_PAUSES: Final = (0.2, 0.8)
#: The connection did not come about, so nothing was sent.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def api_address(address: str) -> str:
    """``address`` as the openai package wants it: operators configure the server with or without ``/v1``."""
    base = address.rstrip("/")
    return base if urlsplit(base).path else f"{base}/v1"


def hosted_client(settings: Settings, *, patience: float = PATIENCE) -> AsyncOpenAI:
    """The caller closes it."""
    return AsyncOpenAI(
        api_key="each request brings its own",
        base_url=api_address(settings.hosted_base_url),
        timeout=patience,
        max_retries=0,
    )


def with_key(key: str, *, foreign: bool) -> dict[str, str | Omit]:
    """The headers of a request made with ``key``.

    foreign: the key is of another account than the environment's OPENAI_ORG_ID and OPENAI_PROJECT_ID.
    """
    headers: dict[str, str | Omit] = {"Authorization": f"Bearer {key}"}
    if foreign:
        headers |= {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
    return headers


async def once(call: Callable[[], Awaitable[T]], *, patience: float = PATIENCE) -> T:
    """The result of a request that must not be made twice. Raises what the package raises, or TimeoutError."""
    return await _tried(call, _was_not_sent, patience)


async def repeatedly(call: Callable[[], Awaitable[T]], *, patience: float = PATIENCE) -> T:
    """The result of a request that may be made twice. Raises as ``once`` does."""
    return await _tried(call, _may_pass, patience)


async def _tried(call: Callable[[], Awaitable[T]], again: Callable[[Exception], bool], patience: float) -> T:
    async with asyncio.timeout(patience):
        for pause in _PAUSES:
            try:
                return await call()
            except openai.APIError as error:
                if not again(error):
                    raise
            await asyncio.sleep(pause)
        return await call()


def _was_not_sent(error: Exception) -> bool:
    return isinstance(error, openai.APIConnectionError) and isinstance(error.__cause__, _NOT_SENT)


def _may_pass(error: Any) -> bool:
    return isinstance(error, openai.APIConnectionError | openai.InternalServerError)
