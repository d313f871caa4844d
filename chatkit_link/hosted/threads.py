"""Threads that OpenAI stores, read through the openai package.

No user waits at a page for these, and reading twice does no harm. So transient failures are waited out for as long
as OpenAI asks, and the wait is reported: the package would wait silently, and for an account without credit, too.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import openai
from openai import AsyncOpenAI
from openai.pagination import AsyncConversationCursorPage
from openai.types.beta.chatkit import ChatKitThread

from chatkit_link.errors import LinkError
from chatkit_link.hosted.client import with_key
from chatkit_link.hosted.refusals import Refusals, UpstreamDown, is_about_money, retry_after
from chatkit_link.hosted.sessions import HostedKey

T = TypeVar("T")

#: The most that OpenAI gives at once.
_PAGE: Final = 100
#: Seconds before each further try, where OpenAI names none.
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
#: A wait longer than these seconds is not made: the error is raised instead.
_LONGEST_WAIT: Final = 120
_MAY_PASS: Final = frozenset({408, 409, 429})
#: What becomes of an answer that is no JSON, or not what the package takes it for without a look.
_UNREADABLE = (ValueError, AttributeError, TypeError)


class HostedThreads:
    """Reads with one key.

    client: of ``hosted_client``; stays the caller's to close.
    on_wait: called with the seconds before each wait, and with 0 after it.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        refusals: Refusals,
        key: HostedKey,
        *,
        on_wait: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._threads = client.beta.chatkit.threads
        self._refusals = refusals
        self._key = key
        self._on_wait = on_wait

    async def of_user(self, user: str) -> list[ChatKitThread]:
        """A user's threads, oldest first.

        Raises:
            LinkError: OpenAI refused, or failed repeatedly; the message states what to do.
        """
        headers = with_key(self._key.value, foreign=self._key.own)
        return await self._all(lambda: self._threads.list(user=user, limit=_PAGE, order="asc", extra_headers=headers))

    async def items_of(self, thread_id: str) -> list[Any]:
        """All items of a thread in their order. Raises as ``of_user`` does."""
        headers = with_key(self._key.value, foreign=self._key.own)
        return await self._all(
            lambda: self._threads.list_items(thread_id, limit=_PAGE, order="asc", extra_headers=headers)
        )

    async def _all(self, first: Callable[[], Awaitable[AsyncConversationCursorPage[T]]]) -> list[T]:
        failure: Exception
        try:
            return await self._pages(first)
        except (openai.APIError, *_UNREADABLE) as error:
            failure = error
        # Outside the block, as in ``sessions.py``: no error of ours may hold the request, and the key with it.
        raise self._explained(failure)

    async def _pages(self, first: Callable[[], Awaitable[AsyncConversationCursorPage[T]]]) -> list[T]:
        found: list[T] = []
        marks: set[str | None] = set()
        page = await self._with_retries(first)
        while True:
            found += page.data
            if not page.has_next_page():
                return found
            if page.last_id in marks:
                raise ValueError("the pages go round in a circle")
            marks.add(page.last_id)
            page = await self._with_retries(page.get_next_page)

    async def _with_retries(self, ask: Callable[[], Awaitable[T]]) -> T:
        for pause in _PAUSES:
            try:
                return await ask()
            except (openai.APIError, *_UNREADABLE) as error:
                seconds = pause
                if isinstance(error, openai.APIStatusError):
                    if not _may_pass(error):
                        raise
                    seconds = retry_after(error.response.headers) or pause
                if seconds > _LONGEST_WAIT:
                    raise
            self._on_wait(seconds)
            await asyncio.sleep(seconds)
            self._on_wait(0)
        return await ask()

    def _explained(self, failure: Exception) -> LinkError:
        if isinstance(failure, openai.APIError):
            return self._refusals.explain(failure, own_key=self._key.own)
        return UpstreamDown("OpenAI's answer cannot be read. Please try again in a moment.")


def _may_pass(error: openai.APIStatusError) -> bool:
    return (error.status_code in _MAY_PASS or error.status_code >= 500) and not is_about_money(error)
