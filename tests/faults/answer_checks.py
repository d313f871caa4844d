"""What holds for every answer, however many servers died while it was written."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.faults.executions import Executions
from tests.faults.paced_model import PacedModel, paced_model
from tests.faults.processes import HERE, Server, running
from tests.faults.talks import Talk, check_alike, check_order, plain, view_of
from tests.faults.undisturbed import Left, left, without_calls
from tests.faults.users import Person, answers
from tests.model_server import MODEL

KINDS = ("text", "once", "repeat", "parallel", "handoff", "approval", "widget", "workflow", "function")
#: Agents whose tools may be called again.
REPEATABLE = ("text", "slow", "steady", "repeat", "handoff", "widget")
#: Tools that must not run twice.
ONCE = ("charge", "refund", "order_value", "step_pay")


@asynccontextmanager
async def modelled(
    make_server: Callable[..., Server], replicas: int, **settings: Any
) -> AsyncGenerator[tuple[PacedModel, list[Server]]]:
    """A model, and servers of the agents with steps that ask it."""
    async with paced_model() as model:
        given = {"config": HERE / "agents_with_steps.toml", "openai_api_key": "sk-1", "model": MODEL} | settings
        servers = [make_server(openai_base_url=model.address, **given) for _ in range(replicas)]
        async with running(*servers):
            yield model, servers


async def undisturbed(
    model: PacedModel,
    here: Any,
    there: Any,
    people: Callable[[], Person],
    folder: Path,
    kinds: Sequence[str] = KINDS,
) -> dict[str, Left]:
    """Of each kind, what is left of an answer in peace; also a proof that this test would notice otherwise."""
    talks = [Talk(kind, people()) for kind in kinds]
    for talk in talks:
        await talk.prepare(here)
    await asyncio.gather(*(talk.answer(here, lambda: there) for talk in talks))
    kept = await asyncio.gather(*(checked(talk, model, there, folder, crashes=0) for talk in talks))
    for talk in talks:
        assert [frame.raw for frame in talk.read] == [frame.raw for frame in talk.followed]
    return {talk.kind: one for talk, one in zip(talks, kept, strict=True)}


async def check(talk: Talk, model: PacedModel, server: Any, folder: Path, peace: Left, *, crashes: int) -> None:
    """An answer that is over is whole, and the same as in peace."""
    this = await checked(talk, model, server, folder, crashes=crashes)
    check_like(talk, this, peace, Executions.read(folder))


async def checked(talk: Talk, model: PacedModel, server: Any, folder: Path, *, crashes: int) -> Left:
    """What is left of an answer that is over, once the next turn was answered, too."""
    stored = await talk.person.stored(server)
    for frames in (talk.read, talk.followed):
        check_order(frames)
        view = view_of(talk.before, frames)
        assert not view.errors, (talk.kind, view.errors)
        require_same(plain(view.items), plain(stored), "a reader sees another thread than is stored")
    check_alike(talk.read, talk.followed)
    calls = model.calls_of(talk.message)
    repeated = sum(calls.values()) - len(calls)
    assert repeated <= crashes, f"model calls were repeated: {calls}"
    _check_executions(talk, Executions.read(folder), repeated)
    await talk.next_turn(server)
    stored = await talk.person.stored(server)
    for given in model.inputs[f"next {talk.marker}"][:1]:
        remembered = [part["text"] for item in given if item.get("role") == "assistant" for part in item["content"]]
        assert set(remembered) <= set(answers(stored)), f"{talk.kind}: the model remembers other words than were shown"
    return left(talk, model, stored)


def require_same(one: list[Any], other: list[Any], otherwise: str) -> None:
    """Also shows the first two that differ."""
    assert len(one) == len(other), f"{otherwise}: {one}\nand not\n{other}"
    for mine, wanted in zip(one, other, strict=True):
        assert mine == wanted, f"{otherwise}: {mine}\nand not\n{wanted}"


def _check_executions(talk: Talk, executions: Executions, repeated: int) -> None:
    """repeated: model calls; a call that a model has asked for anew is another one, with a key of its own."""
    for tool in ONCE:
        mine = {order: n for order, n in executions.begun(tool).items() if order.startswith(talk.marker)}
        assert set(mine.values()) <= {1}, f"{talk.kind}: {tool} ran twice: {mine}"
    for tool in ("look_up", "draw"):
        for order in (order for order in executions.begun(tool) if order.startswith(talk.marker)):
            keys = executions.keys(tool, order)
            assert len(keys) <= 1 + repeated, f"{talk.kind}: {tool} of {order} has several idempotency keys"


def check_like(talk: Talk, this: Left, peace: Left, executions: Executions) -> None:
    """The same as in peace, but for what calls with an unknown end have to say."""
    if this.uncertain:
        assert talk.kind not in REPEATABLE, f"{talk.kind}: it could have been called again"
        require_same(without_calls(this.items), without_calls(peace.items), "the thread is not as in peace")
        require_same(without_calls(this.given), without_calls(peace.given), "the next turn is not as in peace")
        return
    require_same(this.items, peace.items, "the thread is not as in peace")
    require_same(this.given, peace.given, "the next turn is not as in peace")
    for tool in ONCE:
        ended = executions.ended(tool)
        unfinished = [one for one in executions.begun(tool) if one.startswith(talk.marker) and not ended[one]]
        assert not unfinished, f"{talk.kind}: {tool} of {unfinished} is called done and is not"
