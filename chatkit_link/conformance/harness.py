"""A store under test, with users who have nothing in it yet."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from chatkit.store import NotFoundError, Store

from chatkit_link.conformance.loop_runner import Factory, LoopRunner
from chatkit_link.conformance.promises import Promises

Result = TypeVar("Result")
Refusals = tuple[type[Exception], ...]

USERS: Final = 3
REFUSALS: Final[Refusals] = (NotFoundError,)


class Harness:
    """Opens stores, makes users, and runs what is async.

    A store that isolates users is opened once: each check and each example has new users in it. One
    that does not is opened again for each, by ``start``, with one user.
    """

    store: Store[Any]
    users: list[Any]

    def __init__(
        self, open_store: Factory[Store[Any]], new_owner: Callable[[], Any], promises: Promises, refusals: Refusals
    ) -> None:
        self.promises = promises
        self.refusals = refusals
        self._open_store = open_store
        self._new_owner = new_owner
        self._stack = ExitStack()
        self._runner: LoopRunner[Store[Any]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def start(self) -> None:
        """New users, who find nothing of what others did before."""
        if self._runner is None or not self.promises.isolates_owners:
            self._stack.close()
            self._runner = self._stack.enter_context(LoopRunner(self._open_store))
        self.store = self._runner.value
        self.users = [self._new_owner() for _ in range(USERS if self.promises.isolates_owners else 1)]

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        assert self._runner is not None, "start() comes first"
        return self._runner.run(work)

    async def refused(self, attempt: Awaitable[object], what: str) -> None:
        """Fails unless the store refuses ``attempt``."""
        try:
            await attempt
        except self.refusals:
            return
        expected = " or ".join(error.__name__ for error in self.refusals)
        raise AssertionError(f"{what} was not refused: {expected} was expected")
