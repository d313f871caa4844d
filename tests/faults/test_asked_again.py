"""``unfinished_tools = "ask"`` with servers that are killed inside the tool, also after the user has approved it."""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from chatkit.types import StructuredInputItem

from tests.faults.answer_checks import modelled
from tests.faults.executions import Executions
from tests.faults.processes import HERE, Server
from tests.faults.talks import Talk
from tests.faults.users import Broken, Person, Reading, answers

pytestmark = pytest.mark.timeout(300)


async def test_a_payment_that_is_approved_again_and_again_has_one_key(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    for name in ("agents_with_steps.py", "workflow_with_steps.py", "agents_with_steps.toml"):
        shutil.copy(HERE / name, tmp_path / name)
    agents = tmp_path / "agents_with_steps.py"
    agents.write_text(agents.read_text().replace("WORK = 0.15", "WORK = 1"))  # time enough to be killed in
    config = tmp_path / "agents_with_steps.toml"
    once = 'target = "agents_with_steps.py:once"\n'
    config.write_text(config.read_text().replace(once, f'{once}unfinished_tools = "ask"\n'))
    async with modelled(make_server, 1, config=config, heartbeat=1) as (_, (server,)), asyncio.timeout(240):
        talk = Talk("once", people())
        async with talk.person.ask(talk.route(server), talk.message) as reading:
            await _kill_in_the_tool(server, reading, tmp_path, 1)
        question = await _question(talk, server, None)
        async with talk.person.approve(talk.route(server), question) as reading:
            await _kill_in_the_tool(server, reading, tmp_path, 2)
        question = await _question(talk, server, question)
        async with talk.person.approve(talk.route(server), question) as reading:
            await reading.read()
            assert reading.error is None, reading.error
        executions = Executions.read(tmp_path)
        (order,) = executions.begun("charge")
        assert executions.begun("charge")[order] == 3
        assert executions.ended("charge")[order] == 1
        assert len(executions.keys("charge", order)) == 1
        written = answers(await talk.person.stored(server))
        assert len(written) == len(set(written)) == 2  # before the tool and after it
    assert server.traces() == ""


async def _kill_in_the_tool(server: Server, reading: Reading, folder: Path, number: int) -> None:
    """Kill the server when the tool has begun for the n-th time, and start it again."""
    rest = asyncio.create_task(reading.read())
    while Executions.read(folder).begun("charge").total() < number:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    server.kill()
    with suppress(Broken):
        await rest
    await server.start()


async def _question(talk: Talk, server: Server, before: StructuredInputItem | None) -> StructuredInputItem:
    """The question that the server asks when it has taken the answer over."""
    while True:
        last = (await talk.person.stored(server))[-1]
        if isinstance(last, StructuredInputItem) and last.status == "pending" and last.id != (before and before.id):
            assert "It may have happened. Call it again?" in last.inputs[0].question
            return last
        await asyncio.sleep(0.05)
