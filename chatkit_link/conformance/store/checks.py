"""The store under test: what it promises, how it is opened, and what every check of it needs."""

import functools
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

import pytest
from chatkit.store import Store
from chatkit.types import AssistantMessageItem, ThreadItem

from chatkit_link.conformance import factories
from chatkit_link.conformance.harness import REFUSALS, Harness, Refusals
from chatkit_link.conformance.loop_runner import DEADLINE, Factory
from chatkit_link.conformance.losses import add_loss
from chatkit_link.conformance.pagination_walk import all_items
from chatkit_link.conformance.promises import Promises

P = ParamSpec("P")
S = TypeVar("S", bound="StoreChecks")
Body = Callable[Concatenate[S, Harness, P], Coroutine[Any, Any, None]]
Test = Callable[Concatenate[S, Harness, P], None]


class StoreChecks:
    """The store under test, and what is known of it."""

    #: What this store promises beyond the SDK's interface.
    promises: ClassVar[Promises] = Promises()
    #: What this store raises for ids that are unknown or another user's.
    refusals: ClassVar[Refusals] = REFUSALS
    #: How many histories Hypothesis makes up, and how long they are.
    examples: ClassVar[int] = 500
    steps: ClassVar[int] = 6

    @pytest.fixture(scope="class")
    @classmethod
    def open_store(cls) -> Factory[Store[Any]]:
        """Override this."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def new_owner(cls) -> Callable[[], Any]:
        """Override this."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def harness(cls, open_store: Factory[Store[Any]], new_owner: Callable[[], Any]) -> Iterator[Harness]:
        with Harness(open_store, new_owner, cls.promises, cls.refusals) as harness:
            yield harness


def check(*promises: str) -> Callable[[Body[S, P]], Test[S, P]]:
    """Makes a test of an async check that starts with new users; skipped unless ``promises`` are made."""

    def decorate(body: Body[S, P]) -> Test[S, P]:
        @functools.wraps(body)
        def test(self: S, harness: Harness, *args: P.args, **kwargs: P.kwargs) -> None:
            harness.promises.need(*promises)
            try:
                harness.start()
                harness.run(body(self, harness, *args, **kwargs))
            except NotImplementedError as error:
                pytest.skip(f"this store does not implement it, so users go without: {error}".rstrip(": "))
            except TimeoutError as error:
                late = AssertionError(f"it did not end within {DEADLINE:.0f} s: a call of the store does not return")
                add_loss(late, body.__name__)
                raise late from error
            except Exception as error:
                add_loss(error, body.__name__)
                raise

        return test

    return decorate


class either:  # noqa: N801 - reads as a word: `with either(bench):`
    """The block may be refused, or succeed; any other error is a mistake."""

    def __init__(self, harness: Harness, *also: type[Exception]) -> None:
        self._refusals = (*harness.refusals, *also)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        return isinstance(error, self._refusals) and not isinstance(error, AssertionError)


async def a_thread(harness: Harness, who: Any, *texts: str) -> str:
    """A new thread with these messages in it."""
    thread = factories.thread()
    await harness.store.save_thread(thread, who)
    for text in texts:
        await harness.store.add_thread_item(thread.id, factories.message(thread.id, text), who)
    return thread.id


def text_of(item: ThreadItem) -> str:
    assert isinstance(item, AssistantMessageItem)
    return item.content[0].text


async def texts_of(harness: Harness, thread_id: str, who: Any) -> list[str]:
    return [text_of(item) for item in await all_items(harness.store, thread_id, who)]
