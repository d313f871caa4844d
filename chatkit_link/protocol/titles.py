"""A thread's title: found once, beside the first answer, and never over a person's own.

The search for a title runs in a task that the turn owns: entering ``Titling`` starts it, leaving ends
it. A title that cannot be had is no reason for an answer to fail.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from chatkit.types import ThreadMetadata, UserMessageItem

logger = logging.getLogger(__name__)

MAX_TITLE = 80
#: A person waits at most this long after the answer is complete.
PATIENCE = 5.0

_AROUND = "\"'“”‘’`*# "
#: As some models begin, although they are told not to.
_LABEL = re.compile(r"^title\s*:\s*", re.IGNORECASE)

#: The text of the first message -> a title, or None.
Titler = Callable[[str], Awaitable[str | None]]


def message_text(message: UserMessageItem) -> str:
    """What the person wrote, tags by their text."""
    return "".join(part.text for part in message.content).strip()


def tidy_title(title: str | None) -> str | None:
    """One line without quotes or a full stop, cut at a word; None if nothing is left."""
    first = next((each for each in (title or "").splitlines() if each.strip("*#-_ \t")), "")
    line = _LABEL.sub("", " ".join(first.split()).strip(_AROUND)).strip(_AROUND).rstrip(".")
    if len(line) > MAX_TITLE:
        line = line[:MAX_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
    return line or None


class Titling:
    """Finds the title of one thread, if it has none and there is a message to name it by."""

    def __init__(self, titler: Titler | None, thread: ThreadMetadata, message: UserMessageItem | None) -> None:
        text = message_text(message) if message is not None and thread.title is None else ""
        self._find = titler if text else None
        self._text = text
        self._task: asyncio.Task[str | None] | None = None

    async def __aenter__(self) -> Self:
        if self._find is not None:
            self._task = asyncio.create_task(self._run(self._find), name="title")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def result(self, *, wait: bool) -> str | None:
        """The title, once; None if there is none yet (``wait``: even after a while) or it was given already."""
        if self._task is None:
            return None
        if wait:
            await asyncio.wait([self._task], timeout=PATIENCE)
        if not self._task.done():
            return None
        task, self._task = self._task, None
        return None if task.cancelled() else task.result()

    async def _run(self, find: Titler) -> str | None:
        try:
            return tidy_title(await find(self._text))
        except Exception:
            logger.warning("no title could be found for a thread", exc_info=True)
            return None
