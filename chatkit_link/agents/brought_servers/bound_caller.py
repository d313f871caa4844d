"""The Caller whose request a brought server answers, found again when the server calls back.

Such a server passes its own context to the store: a dictionary, an object of a class of its own, or None. An argument
cannot carry the Caller through that code, so a context variable does; tasks that the server starts inherit it.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from chatkit_link.caller import Caller
from chatkit_link.errors import Forbidden

T = TypeVar("T")

_CALLER: ContextVar[Caller] = ContextVar("chatkit_link_caller")


@contextmanager
def bound(caller: Caller) -> Generator[None]:
    """What is called inside belongs to this caller."""
    token = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(token)


async def each_bound(caller: Caller, make: Callable[[], AsyncIterable[T]]) -> AsyncGenerator[T]:
    """What an iterator gives, each step of which belongs to this caller; between two steps nothing does."""
    with bound(caller):
        steps = aiter(make())
    try:
        while True:
            token = _CALLER.set(caller)  # as ``bound`` does, for hundreds of events a second
            try:
                step = await anext(steps)
            except StopAsyncIteration:
                return
            finally:
                _CALLER.reset(token)
            yield step
    finally:
        if isinstance(steps, AsyncGenerator):
            with bound(caller):
                await steps.aclose()


def caller_of(context: Any) -> Caller:
    """The Caller of the call that is being answered; outside of one, the Caller that is passed as context.

    Raises:
        Forbidden: the context is a Caller, but another user's than the one who is being answered.
        RuntimeError: nothing is being answered, and the context is no Caller.
    """
    answered = _CALLER.get(None)
    if answered is None:
        if isinstance(context, Caller):
            return context
        raise RuntimeError(
            f"The store was called outside of an answer, with a context of type {type(context).__name__}. Whose rows "
            "are meant? Call it in a method that ChatKit Link calls or in a task started there, or pass a "
            "chatkit_link.Caller as context."
        )
    if isinstance(context, Caller) and context.owner != answered.owner:
        raise Forbidden("The store was called with the context of another user than the one who is being answered.")
    return answered
