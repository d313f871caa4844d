"""Threads that OpenAI keeps, read through the openai package."""

from collections.abc import AsyncIterable
from typing import Any, Final, TypeVar, cast

import openai
from openai import AsyncOpenAI
from openai.types.beta.chatkit import ChatKitThread

from chatkit_link.errors import LinkError
from chatkit_link.hosted.client import with_key
from chatkit_link.hosted.refusals import Refusals, UpstreamDown
from chatkit_link.hosted.sessions import HostedKey

T = TypeVar("T")

#: The most that OpenAI gives at once.
_PAGE: Final = 100
#: Nobody waits at a page for these, and reading twice does no harm: the package waits as long as OpenAI says.
_RETRIES: Final = 6


class HostedThreads:
    """Reads with one key. client: of ``hosted_client``; stays the caller's to close."""

    def __init__(self, client: AsyncOpenAI, refusals: Refusals, key: HostedKey) -> None:
        self._threads = client.with_options(max_retries=_RETRIES).beta.chatkit.threads
        self._refusals = refusals
        self._key = key

    async def of_user(self, user: str) -> list[ChatKitThread]:
        """A user's threads, oldest first.

        Raises:
            LinkError: OpenAI refused, or failed again and again; the sentence says what to do.
        """
        headers = with_key(self._key.value, foreign=self._key.own)
        return await self._all(self._threads.list(user=user, limit=_PAGE, order="asc", extra_headers=headers))

    async def items_of(self, thread_id: str) -> list[Any]:
        """All items of a thread in their order. Raises as ``of_user`` does."""
        headers = with_key(self._key.value, foreign=self._key.own)
        return await self._all(self._threads.list_items(thread_id, limit=_PAGE, order="asc", extra_headers=headers))

    async def _all(self, pages: AsyncIterable[T]) -> list[T]:
        failure: Exception
        try:
            return [one async for one in pages]
        except openai.APIError as error:
            failure = error
        except ValueError as error:  # an answer that is no JSON
            failure = error
        # Outside the block, as in ``sessions.py``: no error of ours may hold the request, and the key with it.
        raise self._explained(failure)

    def _explained(self, failure: Exception) -> LinkError:
        if isinstance(failure, openai.APIError):
            return self._refusals.explain(cast("Exception", failure), own_key=self._key.own)
        return UpstreamDown("OpenAI's answer cannot be read. Please try again in a moment.")
