"""``step``: what an author's own code does once in an answer, however often the answer is taken over.

How it flows: an answer whose server has stopped begins again elsewhere, with the code of its author from the first
line. What that code has done in steps is not done again: the result is returned as it was recorded. So a result is
always what JSON makes of it, also the first time, and code that takes something else for granted fails at once.

A step that must not happen twice has its start on the disk before it happens. Where only the start is known, no one
can say whether it happened: ``StepUncertain``.
"""

import inspect
import json
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticSerializationError

from chatkit_link.agents.errors.explain import Failure
from chatkit_link.agents.steps import Steps, current_steps

T = TypeVar("T")

#: Why nothing can be recorded here; empty where it can, or where no server of ours is running.
_refused: ContextVar[str] = ContextVar("no steps", default="")
#: The step that is being done.
_inside: ContextVar[str] = ContextVar("step", default="")


class StepUncertain(Failure):
    """A step that must not be done twice was begun by a server that has stopped, and may or may not have happened.

    name: of the step. Catch it where your code can find out, or else let the user read its sentence.
    """

    def __init__(self, name: str) -> None:
        super().__init__("step_uncertain", name=name)
        self.name = name
        self.advice = (
            f"step({name!r}) was begun by a server that has stopped, and its end was never recorded. Catch "
            "StepUncertain where your code can find out, or write repeatable=True if doing it twice does no harm."
        )


async def step(
    name: str,
    function: Callable[[], Awaitable[T] | T],
    *,
    repeatable: bool = False,
    type: "type[T] | None" = None,  # noqa: A002 - what the result is, as a reader would say
) -> T:
    """Do something once in this answer, and get what came of it; also in an answer that goes on elsewhere.

    Outside of the server, as in a test of your own, it calls the function.

    Args:
        name: of the step. Of several with the same name, the first call is the first one again.
        function: what to do, called without arguments; it may be an ``async def``.
        repeatable: it may be done again when it is not known whether it was; it does no harm.
        type: what the result is, where it is not plain JSON, such as a pydantic model.

    Raises:
        StepUncertain: it may or may not have happened, and is not repeatable.
        RuntimeError: here is no answer that could go on, or another step is being done.
        TypeError: the result is neither JSON nor of ``type``.
    """
    _require(name, function)
    if reason := _refused.get():
        raise RuntimeError(f"step({name!r}): {reason}")
    if outer := _inside.get():
        raise RuntimeError(f"step({name!r}) is inside of step({outer!r}), which is recorded as a whole: do one of both")
    steps = current_steps.get()
    if steps is None:
        return _read(await _do(name, function, type), type)
    if steps.ended:
        raise RuntimeError(f"step({name!r}): the answer that this task belongs to has ended")
    try:
        result = await _recorded(steps, name, function, type, repeatable=repeatable)
    finally:
        steps.end_visit()
    return _read(result, type)


async def _recorded(steps: Steps, name: str, function: Callable[[], Any], kind: Any, *, repeatable: bool) -> Any:
    """The result as JSON, of this replica or of one before it."""
    key = steps.visit(f"step:{name}")
    journal = steps.journal
    if (found := steps.found(f"{key}/end")) is not None:
        return found["result"]
    if repeatable:
        result = await _do(name, function, kind)
    elif steps.found(key) is not None:
        raise StepUncertain(name)
    else:
        with journal.busy():
            # Inside: a server that stops must end neither before it happens nor between that and its record.
            steps.record(key, {"once": True})
            try:
                await journal.committed()
            except BaseException:
                steps.journal.record(steps.scope + key, None)  # it was not begun, which no one need doubt
                raise
            result = await _do(name, function, kind)
            steps.record(f"{key}/end", {"result": result})
        return result
    steps.record(f"{key}/end", {"result": result})
    return result


async def _do(name: str, function: Callable[[], Any], kind: Any) -> Any:
    token = _inside.set(name)
    try:
        result = function()
        if inspect.isawaitable(result):
            result = await result
    finally:
        _inside.reset(token)
    return _to_json(name, result, kind)


def _to_json(name: str, result: Any, kind: Any) -> Any:
    if kind is not None:
        try:
            return TypeAdapter[Any](kind).dump_python(result, mode="json", warnings="error")
        except PydanticSerializationError as error:
            raise TypeError(f"step({name!r}) did not return a {_named(kind)}: {error}") from error
    try:
        plain = json.loads(json.dumps(result, allow_nan=False))
    except (TypeError, ValueError) as error:
        model = _named(result.__class__)
        advice = f"write step(..., type={model})" if isinstance(result, BaseModel) else "return JSON, or give its type"
        raise TypeError(f"step({name!r}) returned a {model}, which is not plain JSON: {advice}") from error
    return plain


def _read(value: Any, kind: Any) -> Any:
    return value if kind is None else TypeAdapter[Any](kind).validate_python(value)


def _named(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


def _require(name: Any, function: Any) -> None:
    if not isinstance(name, str) or not name.strip():
        raise TypeError("step(name, function): the name is a text that is not empty")
    if inspect.iscoroutine(function):
        function.close()
        raise TypeError(f"step({name!r}): give the function, and not what its call returns: lambda: charge(order)")
    if not callable(function):
        raise TypeError(f"step({name!r}): {function!r} is no function")


@contextmanager
def refusing_steps(reason: str) -> Generator[None]:
    """Inside, no answer can go on elsewhere, and ``step`` says so."""
    token = _refused.set(reason)
    try:
        yield
    finally:
        _refused.reset(token)
