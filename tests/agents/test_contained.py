"""Tasks that an answer starts by itself, on the loop of a server."""

import asyncio
import gc
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from chatkit_link.agents.contained import EndedTask, contain_tasks, containing_tasks


def on_a_contained_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner() as runner:
        contain_tasks(runner.get_loop())
        runner.run(work())


def test_a_task_that_exits_fails_by_itself_alone() -> None:
    async def leave() -> None:
        await asyncio.sleep(0)
        raise SystemExit("bye")

    async def answer() -> None:
        with containing_tasks():
            task = asyncio.create_task(leave())
        with pytest.raises(EndedTask) as caught:
            await task
        assert isinstance(caught.value.__cause__, SystemExit)
        assert "leave" in repr(task)

    on_a_contained_loop(answer)


def test_a_task_that_is_cancelled_before_its_first_step_leaves_no_warning() -> None:
    async def never_begins() -> None:
        raise AssertionError("it has begun")

    async def answer() -> None:
        with containing_tasks():
            task = asyncio.create_task(never_begins())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        on_a_contained_loop(answer)
        gc.collect()
    assert [str(warning.message) for warning in warned] == []
