"""Agents of one file that run at once, as a developer who extends an export writes them."""

from pathlib import Path
from typing import Any

from chatkit.types import WorkflowItem
from typing_extensions import override

from tests.agents.agent_builder.flawed import file
from tests.agents.agent_builder.test_workflows import MakeSettings, answer, chat, settings_of, shown_to
from tests.agents.test_models import Scripted, conversation, scripted
from tests.finished_stream import stored, told
from tests.model_server import Call, Say, Step

AGENTS = """
import asyncio

class Fact(BaseModel):
  fact: str

def approval_request(message: str):
  return True

left = Agent(name="Left", instructions="left", output_type=Fact)
right = Agent(name="Right", instructions="right", output_type=Fact)
join = Agent(name="Join", instructions="join")
"""
BOTH = file(
    AGENTS,
    """\
    found = await asyncio.gather(Runner.run(left, conversation_history), Runner.run(right, conversation_history))
    facts = " and ".join(each.final_output.fact for each in found)
    if not approval_request(f"Join {facts}?"):
      return {"output_text": "No."}
    joined = await Runner.run(join, [*conversation_history, {"role": "user", "content": facts}])
    return {"output_text": joined.final_output}
""",
)
ASKS = """
from pathlib import Path

started = asyncio.Event()

@function_tool
async def look_for_ever() -> str:
  started.set()
  try:
    await asyncio.Event().wait()
  finally:
    Path(__file__).with_name("ended").touch()

left = Agent(name="Left", instructions="left", tools=[look_for_ever])
"""
BESIDE = file(
    AGENTS + ASKS,
    """\
    async def ask():
      await started.wait()
      return approval_request("Go on?")

    await asyncio.gather(Runner.run(left, conversation_history), ask())
    return {"output_text": "Done."}
""",
)

GOES_ON = """
started, asked = asyncio.Event(), asyncio.Event()

@function_tool
async def look_until_asked() -> str:
  started.set()
  await asked.wait()
  return "seen"

left = Agent(name="Left", instructions="left", tools=[look_until_asked])
"""
BEHIND = file(
    AGENTS + GOES_ON,
    """\
    async def ask():
      await started.wait()
      try:
        return approval_request("Go on?")
      finally:
        asked.set()

    await asyncio.gather(Runner.run(left, conversation_history), ask(), return_exceptions=True)
    joined = await Runner.run(join, conversation_history)
    return {"output_text": joined.final_output}
""",
)


class ByInstructions(Scripted):
    """Answers by the agent that asks, in whichever order they ask."""

    @override
    def next(self, body: dict[str, Any]) -> Step:
        super().next(body)
        agent = body.get("instructions")
        return Say("Left and right." if agent == "join" else f'{{"fact": "{agent} fact"}}')


async def test_agents_that_run_at_once_are_displayed_apart_and_asked_once(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted() as model:
        model.__class__ = ByInstructions
        async with chat(settings_of(make_settings, tmp_path, BOTH, model)) as client:
            made = await told(client.create_thread("Both"))
            question = (await stored(client, made.thread_id))[-1]
            done = await told(client.add_structured_input(made.thread_id, question.id, answer("Approve")))
            items = await stored(client, made.thread_id)
        asked = conversation(model)

    steps = [task for item in items if isinstance(item, WorkflowItem) for task in item.workflow.tasks]
    assert sorted((str(step.title), step.status_indicator) for step in steps) == [
        ("Join", "complete"), ("Left", "complete"), ("Right", "complete")
    ]  # fmt: skip
    assert done.text == "Left and right."
    assert sorted(request["instructions"] for request in asked) == ["join", "left", "right"]
    assert "left fact and right fact" in shown_to(asked[2])


async def test_a_question_ends_the_agents_that_run_beside_it(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Call("look_for_ever", {})) as model,
        chat(settings_of(make_settings, tmp_path, BESIDE, model)) as client,
    ):
        made = await told(client.create_thread("Ask"))
        assert (await stored(client, made.thread_id))[-1].type == "structured_input"
        assert (tmp_path / "ended").exists()


async def test_an_agent_that_finishes_after_the_question_beside_it_is_not_asked_again(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Call("look_until_asked", {}), Say("I have looked."), Say("Joined.")) as model,
        chat(settings_of(make_settings, tmp_path, BEHIND, model)) as client,
    ):
        made = await told(client.create_thread("Look"))
        question = next(item for item in await stored(client, made.thread_id) if item.type == "structured_input")
        done = await told(client.add_structured_input(made.thread_id, question.id, answer("Approve")))
        asked = conversation(model)
    assert done.text == "Joined."
    assert [request["instructions"] for request in asked] == ["left", "left", "join"]
