"""The state of a workflow over the turns of a thread."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from chatkit.types import ErrorEvent
from openai import AsyncOpenAI

from chatkit_link.agents.agent_builder.state import ThreadState
from tests.agents.agent_builder.flawed import AGENT, file
from tests.agents.agent_builder.talk import MakeSettings, Talk, talks
from tests.agents.agent_builder.test_given import KEY
from tests.agents.agent_builder.test_workflows import chat, settings_of
from tests.agents.agent_builder.workflows import HEAD, INPUT, run
from tests.agents.test_models import scripted
from tests.conftest import running
from tests.limits.users import IDENTITY, new_message
from tests.model_server import Fail, Say


def counting(state: str, count: str, before: str = "") -> str:
    """A workflow without an agent that makes a state, and answers with what is counted in it."""
    return f"""{HEAD}{before}{INPUT}
async def run_workflow(workflow_input: WorkflowInput):
  workflow = workflow_input.model_dump()
  {state}
{count}
"""


ANSWER = '  return {"output_text": f"{state[\'n\']}"}'
CLASSES = """
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

class Colour(Enum):
  RED = "red"

class Profile(BaseModel):
  visits: int = 0
  names: list[str] = []

@dataclass
class Basket:
  items: list[str] = field(default_factory=list)
  seen: set[int] = field(default_factory=set)
"""
SHAPES = {
    "added": counting('state = {"n": 0}', "  state['n'] += 1\n" + ANSWER),
    "walrus": counting('(state := {"n": 0})', "  state['n'] += 1\n" + ANSWER),
    "annotated": counting('state: dict = {"n": 0}', "  state['n'] += 1\n" + ANSWER),
    "made-elsewhere": counting("state = first()", "  state['n'] += 1\n" + ANSWER, "def first():\n  return dict(n=0)\n"),
    "made-anew": counting('state = {"n": 0}', "  state = {**state, 'n': state['n'] + 1}\n" + ANSWER),
    "never-set": counting("state = {}", "  state['n'] = (state['n'] or 0) + 1\n" + ANSWER),
    "list": counting(
        'state = {"said": []}',
        "  state['said'].append(workflow['input_as_text'])\n  return {'output_text': str(len(state['said']))}",
    ),
    "model-inside": counting(
        'state = {"profile": Profile()}',
        "  state['profile'].visits += 1\n  state['profile'].names.append('x')\n"
        "  return {'output_text': str(len(state['profile'].names))}",
        CLASSES,
    ),
    "a-model": counting(
        "state = Profile()", "  state.visits += 1\n  return {'output_text': str(state.visits)}", CLASSES
    ),
    "a-dataclass": counting(
        "state = Basket()",
        "  state.items.append('x')\n  state.seen.add(len(state.items))\n  return {'output_text': str(len(state.seen))}",
        CLASSES,
    ),
    "odd-values": counting(
        'state = {"n": 0, "pair": (1, 2), "day": date(2026, 11, 30), "by": {1: Colour.RED}, "f": print}',
        "  state['n'] += 1\n  assert state['pair'] == (1, 2) and state['day'].year == 2026\n"
        "  assert state['by'][1] is Colour.RED and state['f'] is print\n" + ANSWER,
        CLASSES,
    ),
}


async def test_a_state_of_any_shape_counts_over_the_turns_of_its_thread_and_of_no_other(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with talks(make_settings, tmp_path, SHAPES) as all_talks:
        for name, talk in all_talks.items():
            told = [(await talk.say(f"Turn {number}")).messages for number in range(3)]
            assert told == [["1"], ["2"], ["3"]], name
            other = Talk(talk.client, talk.model)
            assert (await other.say("Another thread")).messages == ["1"], name


COUNTS = file(
    body="    state['n'] = (state['n'] or 0) + 1\n    print(state['n'])\n"
    + run("helper", "helper_result")
    + "    return {'output_text': f\"{helper_result_temp.final_output} This was turn {state['n']}.\"}\n"
)


async def test_an_answer_that_fails_is_stopped_or_is_asked_for_again_leaves_the_state_as_it_was(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with talks(make_settings, tmp_path, {"counts": COUNTS}) as all_talks:
        talk = all_talks["counts"]
        assert (await talk.say("One", Say("Yes."))).messages == ["Yes. This was turn 1."]
        assert (await talk.retry(Say("No."))).messages == ["No. This was turn 1."]
        failed = await talk.say("Two", *[Fail(500)] * 3)
        assert [event for event in failed.stream.events if isinstance(event, ErrorEvent)]
        assert (await talk.retry(Say("Yes."))).messages == ["Yes. This was turn 2."]
        talk.model.script[:] = [Say("This never ends", hang=True)]
        async with talk.client.add_user_message(talk.thread_id, "Three") as stream, asyncio.timeout(30):
            async for received in stream:
                if "never" in received.event.model_dump_json() and stream.run_id is not None:
                    await talk.client.cancel_run(stream.run_id)
        assert (await talk.say("Four", Say("Yes."))).messages == ["Yes. This was turn 3."]


ASKS = file(
    "def approval_request(message: str):\n  return True\n\n" + AGENT,
    "    state['n'] = (state['n'] or 0) + 1\n    if approval_request(f\"Is it {state['n']}?\"):\n"
    "      state['n'] = state['n'] * 10\n    return {'output_text': str(state['n'])}\n",
)


async def test_a_question_that_is_answered_after_a_restart_goes_on_with_the_same_state(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted() as model:
        settings = settings_of(make_settings, tmp_path, ASKS, model).model_copy(
            update={"proxy_user_header": "x-user", "trusted_proxies": "127.0.0.1"}
        )
        headers = {"x-user": f"ada-{tmp_path.name}"}
        async with chat(settings, headers) as client:
            talk = Talk(client, model)
            await talk.say("One")
            assert (await talk.decide("Approve")).messages == ["10"]
            await talk.say("Two")
            assert await talk.question() == "Is it 11?"
        async with chat(settings, headers) as client:
            talk = Talk(client, model, talk.thread_id)
            assert (await talk.decide("Reject")).messages == ["11"]
            await talk.say("Three")
            assert await talk.question() == "Is it 12?"


GREETS = counting(
    'state = {"tier": "none", "n": 0}',
    "  state['n'] += 1\n  answer = f\"{state['tier']} {state['n']}\"\n  state['tier'] = 'changed'\n"
    "  return {'output_text': answer}",
)


async def test_a_session_begins_the_state_and_changes_it_only_by_another_value(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    (tmp_path / "workflow.py").write_text(GREETS)
    catalog = tmp_path / "chatkit-link.toml"
    catalog.write_text('[agents.shop]\ntarget = "workflow.py"\n[workflows]\nwf_x = "shop"\n')
    async with (
        running(make_settings(config=catalog, server_key=KEY, **IDENTITY)) as address,
        AsyncOpenAI(base_url=f"{address}/v1", api_key=KEY) as openai,
    ):

        async def ask(tier: str, body: dict[str, object]) -> str:
            session = await openai.beta.chatkit.sessions.create(
                user=f"ada-{tmp_path.name}", workflow={"id": "wf_x", "state_variables": {"tier": tier}}
            )
            headers = {"Authorization": f"Bearer {session.client_secret}"}
            async with httpx2.AsyncClient(headers=headers) as http:
                return (await http.post(f"{address}/chatkit", json=body)).text

        first = await ask("gold", new_message())
        thread_id = first.partition('"thread":{"id":"')[2].partition('"')[0]
        more = {**new_message(), "type": "threads.add_user_message"}
        more["params"] = {**more["params"], "thread_id": thread_id}
        second, third = await ask("gold", more), await ask("silver", more)
    assert "gold 1" in first
    assert "changed 2" in second
    assert "silver 3" in third


async def test_a_state_that_is_too_large_is_not_kept_and_the_log_says_so(
    make_settings: MakeSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    large = counting(
        'state = {"n": 0}',
        "  state['n'] += 1\n  if state['n'] == 2:\n    state['text'] = 'x' * 100_000\n" + ANSWER,
    )
    async with talks(make_settings, tmp_path, {"large": large}) as all_talks:
        told = [(await all_talks["large"].say("More")).messages for _ in range(3)]
    assert told == [["1"], ["2"], ["2"]]
    assert "large.py: the state is not kept for the next turn" in caplog.text


def test_what_an_earlier_version_took_from_a_user_is_left_out_of_a_thread() -> None:
    kept = {"values": {"role": "admin", "n": 3}, "session": {"role": "admin"}}
    for stored, role in ((kept, "guest"), (kept | {"trusted": True}, "admin")):
        state = ThreadState(stored, {}, lambda _: None)
        assert dict(state.join({"role": "guest", "n": 0})) == {"role": role, "n": 3}
    # A back end that sets it again is taken at its word.
    assert dict(ThreadState(kept, {"role": "clerk"}, lambda _: None).join({"n": 0})) == {"role": "clerk", "n": 3}
