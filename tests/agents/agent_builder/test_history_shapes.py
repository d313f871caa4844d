"""The earlier turns reach every agent that gets the user's message, in whichever shape the file gives it."""

from pathlib import Path

from tests.agents.agent_builder.talk import MakeSettings, talks
from tests.agents.agent_builder.workflows import HEAD, INPUT
from tests.model_server import Say

AGENTS = 'helper = Agent(name="Helper", instructions="helper")\nother = Agent(name="Other", instructions="other")\n'
MESSAGE = '{"role": "user", "content": [{"type": "input_text", "text": workflow["input_as_text"]}]}'
RUN = "  r = await Runner.run(helper, input=[*conversation_history])\n"


def shape(body: str, before: str = "", fields: str = "") -> str:
    return (
        HEAD
        + AGENTS
        + INPUT
        + fields
        + before
        + "\nasync def run_workflow(workflow_input: WorkflowInput):\n  workflow = workflow_input.model_dump()\n"
        + body
        + "  return r.final_output\n"
    )


SHAPES = {
    "branches": shape(
        "  if workflow.get('conversation_history'):\n    conversation_history = []\n"
        "    conversation_history.extend(workflow['conversation_history'])\n"
        f"  else:\n    conversation_history: list[TResponseInputItem] = [{MESSAGE}]\n" + RUN,
        fields="  conversation_history: list = []\n",
    ),
    "walrus": shape(f"  if (messages := [{MESSAGE}]):\n    r = await Runner.run(helper, messages)\n"),
    "another-name": shape(f"  turns = [{MESSAGE}]\n  r = await Runner.run(helper, input=turns)\n"),
    "function": shape(
        "  conversation_history = begin(workflow)\n" + RUN, f"\ndef begin(workflow):\n  return [{MESSAGE}]\n"
    ),
    "message-function": shape(
        "  conversation_history = [message(workflow)]\n" + RUN, f"\ndef message(workflow):\n  return {MESSAGE}\n"
    ),
    "class": shape(
        "  talk = Talk(workflow)\n  r = await Runner.run(helper, input=talk.items)\n",
        f"\nclass Talk:\n  def __init__(self, workflow):\n    self.items = []\n    self.items.append({MESSAGE})\n",
    ),
    "append": shape(f"  conversation_history = []\n  conversation_history.append({MESSAGE})\n" + RUN),
    "extend": shape(f"  conversation_history = list()\n  conversation_history.extend([{MESSAGE}])\n" + RUN),
    "added": shape(f"  conversation_history = []\n  conversation_history += [{MESSAGE}]\n" + RUN),
    "inline": shape(f"  r = await Runner.run(helper, input=[{MESSAGE}])\n"),
    "inline-as-text": shape(
        '  r = await Runner.run(helper, input=[{"role": "user", "content": workflow["input_as_text"]}])\n'
    ),
    "text": shape('  r = await Runner.run(helper, workflow["input_as_text"])\n'),
    "text-with-more": shape("  r = await Runner.run(helper, f\"Today: Monday\\n\\n{workflow['input_as_text']}\")\n"),
    "system-first": shape(
        f'  turns = [{{"role": "system", "content": "Be brief."}}, {MESSAGE}]\n  r = await Runner.run(helper, turns)\n'
    ),
    "window": shape(
        f"  conversation_history = [{MESSAGE}]\n  r = await Runner.run(helper, conversation_history[-20:])\n"
    ),
    "changed-in-place": shape(
        f"  conversation_history = [{MESSAGE}]\n"
        "  for item in conversation_history:\n"
        "    for part in item['content'] if isinstance(item['content'], list) else []:\n"
        "      if 'text' in part:\n        part['text'] = part['text'].replace('secret', 'masked')\n" + RUN
    ),
    "kept-in-the-state": shape(
        f"  state = {{'turns': []}}\n  state['turns'].append({MESSAGE})\n"
        "  r = await Runner.run(helper, input=[*state['turns']])\n"
        "  state['turns'] += [item.to_input_item() for item in r.new_items]\n"
    ),
    "kept-as-lists": shape(
        f"  state = {{'turns': []}}\n  state['turns'] = state['turns'] + [{MESSAGE}]\n"
        "  r = await Runner.run(helper, input=state['turns'])\n"
        "  state['turns'] = state['turns'] + [item.to_input_item() for item in r.new_items]\n"
    ),
}


async def test_each_shape_gets_the_earlier_turns_once_and_in_order(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with talks(make_settings, tmp_path, SHAPES) as all_talks:
        for name, talk in all_talks.items():
            await talk.say("Alpha secret?", Say("Answer one."))
            await talk.say("Beta?", Say("Answer two."))
            third = await talk.say("Gamma?", Say("Answer three."))
            (request,) = third.asked
            seen = third.seen_by(0)
            parts = ["Alpha", "Answer one.", "Beta?", "Answer two.", "Gamma?"]
            assert [seen.count(part) for part in parts] == [1] * 5, (name, request["input"])
            assert sorted(parts, key=seen.index) == parts, (name, request["input"])
            assert third.messages == ["Answer three."], name
            if name == "changed-in-place":
                assert "masked" in seen
                assert "secret" not in seen


SEVERAL = shape(
    f"  conversation_history = [{MESSAGE}]\n  notes = []\n  notes.append({MESSAGE})\n"
    "  a = await Runner.run(other, input=[*notes])\n"
    '  b = await Runner.run(other, input=[{"role": "user", "content": f"Sum up: {a.final_output}"}])\n'
    f"  c = await Runner.run(other, input=[{MESSAGE}])\n" + RUN
)


async def test_several_lists_get_them_each_and_an_input_in_place_of_them_does_not(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with talks(make_settings, tmp_path, {"several": SEVERAL}) as all_talks:
        talk = all_talks["several"]
        script = [Say("Noted."), Say("Summed up."), Say("Seen."), Say("The answer.")]
        await talk.say("Alpha?", *script)
        shown = await talk.say("Beta?", *script)
    assert ["Alpha?" in shown.seen_by(number) for number in range(4)] == [True, False, False, True]
    assert shown.seen_by(0).count("The answer.") == 1
    assert shown.messages == ["The answer."]
