"""What somebody's code raises that would end more than its own answer: ``SystemExit``, and what is no Exception at all.

asyncio lets ``SystemExit`` and ``KeyboardInterrupt`` of any task end the whole loop, and the server with it. So they
are caught inside the task, also in the tasks that an answer starts by itself, as the Agents SDK does for its tools.
A cancellation is one only where the server has asked for it: code may raise ``CancelledError`` by itself.
"""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

_ANSWERING: ContextVar[bool] = ContextVar("answering", default=False)


class EndedTask(Exception):
    """What an answer has called was to end the server, or its task, by the error that this is from."""


def cancellations() -> int:
    """How often the task that runs was cancelled: 0 where its code just raises ``CancelledError`` by itself."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


@contextmanager
def contained() -> Generator[None]:
    """What is raised inside the block is an Exception, or a cancellation."""
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError) and cancellations():
            raise
        raise EndedTask from error


@contextmanager
def containing_tasks() -> Generator[None]:
    """Tasks that are started inside the block fail by themselves alone, on a loop of ``contain_tasks``."""
    token = _ANSWERING.set(True)
    try:
        yield
    finally:
        _ANSWERING.reset(token)


def contain_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Let no task of an answer end this loop. What makes its tasks so far goes on making them."""
    before: Any = loop.get_task_factory()
    if getattr(before, "contains", False):
        return

    def make(loop: asyncio.AbstractEventLoop, work: Any, **given: Any) -> Any:
        if not (_ANSWERING.get() and hasattr(work, "__await__")):
            return made(loop, work, **given)
        carried = _contain(work)
        carried.__qualname__ = getattr(work, "__qualname__", carried.__qualname__)  # for who looks at tasks
        task = made(loop, carried, **given)
        # One that was cancelled before its first step would be reported as never awaited.
        task.add_done_callback(partial(_close, work))
        return task

    def made(loop: asyncio.AbstractEventLoop, work: Any, **given: Any) -> Any:
        return before(loop, work, **given) if before else asyncio.Task(work, loop=loop, **given)

    make.contains = True  # type: ignore[attr-defined]
    loop.set_task_factory(make)


async def _contain(work: Coroutine[Any, Any, Any]) -> Any:
    """A coroutine whose end is its own affair. Not a class with a ``send``: each step of the task would call it."""
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as error:
        raise EndedTask from error


def _close(work: Coroutine[Any, Any, Any], _task: object) -> None:
    work.close()
