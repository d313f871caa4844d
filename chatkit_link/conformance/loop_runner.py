"""Something async that stays open for a while, and the event loop it lives on.

Checks and Hypothesis are synchronous; a store or a server is opened once and used by many of them. So
the loop belongs to neither: it runs while a check runs and stands still in between. One task enters and
leaves the context manager, because task groups inside it must be left by the task that entered them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

Value = TypeVar("Value")
Result = TypeVar("Result")

Factory = Callable[[], AbstractAsyncContextManager[Value]]
#: A check that hangs is a check that fails. The longest takes a few seconds on a busy machine.
DEADLINE: Final = 60.0


class LoopRunner(Generic[Value]):
    """What ``factory`` gives, as ``value``, inside a ``with`` block."""

    value: Value

    def __init__(self, factory: Factory[Value]) -> None:
        self._factory = factory
        # With a factory of its own a Runner leaves the thread's current event loop alone.
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._holding: asyncio.Task[None] | None = None
        self._leave = asyncio.Event()

    def __enter__(self) -> Self:
        try:
            self.value = self.run(self._open())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.run(self._close())
        finally:
            self._runner.close()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of ``work``, on this loop. Raises TimeoutError after ``DEADLINE`` seconds."""
        return self._runner.run(_in_time(work))

    async def _open(self) -> Value:
        opened: asyncio.Future[Value] = asyncio.get_running_loop().create_future()

        async def hold() -> None:
            async with self._factory() as value:
                opened.set_result(value)
                await self._leave.wait()

        self._holding = asyncio.create_task(hold())
        await asyncio.wait([self._holding, opened], return_when=asyncio.FIRST_COMPLETED)
        if not opened.done():
            await self._holding  # raises what went wrong
        return opened.result()

    async def _close(self) -> None:
        self._leave.set()
        if self._holding is not None:
            await self._holding


async def _in_time(work: Coroutine[Any, Any, Result]) -> Result:
    async with asyncio.timeout(DEADLINE):
        return await work
