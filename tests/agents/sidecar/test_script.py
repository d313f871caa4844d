"""Exported TypeScript workflows, served by a real server in a real Node, and answered by a scripted model server."""

import asyncio
import json
import os
import re
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import AssistantMessageItem, ErrorEvent, StructuredInputItem, WorkflowItem
from typing_extensions import override

from chatkit_link.agents.agent_builder.check import KEY, Surroundings
from chatkit_link.agents.agent_builder.workflow_input import TurnFacts
from chatkit_link.agents.sidecar.check import check_script
from chatkit_link.agents.sidecar.load import load_script
from chatkit_link.agents.sidecar.node import node_for
from chatkit_link.errors import ConfigurationError
from tests.agents.agent_builder.test_workflows import MakeSettings, answer, chat, shown_to
from tests.agents.sidecar.scripts import (
    APPROVAL,
    BEGIN,
    COUNTS_ROUNDS,
    END,
    KEEPS_AT_THE_TOP,
    NEVER_ENDS,
    ONE_AGENT,
    PAYS,
    ROUTES,
    SHAPES,
    TELLS_PROCESS,
    run,
)
from tests.agents.sidecar.served import settings_of
from tests.agents.test_models import Scripted, conversation, scripted
from tests.finished_stream import stored, text_of, told
from tests.model_server import Call, Say, Step

ENDED = "This assistant stopped running before this answer was complete. What there was is kept; please try again."


def outputs_in(request: dict[str, Any]) -> list[str]:
    """What tools have given back."""
    return [item["output"] for item in request["input"] if item.get("type") == "function_call_output"]


def process_in(request: dict[str, Any]) -> int:
    return int(re.findall(r"process (\d+)", outputs_in(request)[-1])[0])


class EchoesState(Scripted):
    """Says whose conversation it is, and which round its agent is in."""

    @override
    def next(self, body: dict[str, Any]) -> Step:
        super().next(body)
        name = body["input"][0]["content"]
        words = name if isinstance(name, str) else name[0]["text"]
        return Say(f"{words} {body['instructions'].removeprefix('Round ')}")


async def test_a_file_with_the_exporters_flaws_answers_streams_and_knows_earlier_turns(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Call("look_up", {"order": 7}), Say("It is on its way."), Say("On Friday.")) as model,
        chat(settings_of(make_settings, tmp_path, ONE_AGENT, model)) as client,
    ):
        first = await told(client.create_thread("Where is order 7?"))
        second = await told(client.add_user_message(first.thread_id, "When does it come?"))
        items = await stored(client, first.thread_id)

    assert [item.type for item in items] == [
        "user_message", "workflow", "assistant_message", "user_message", "assistant_message"
    ]  # fmt: skip
    assert first.text == "It is on its way."
    assert first.types.count("thread.item.updated") > 3, "the deltas came one by one"
    assert second.text == "On Friday."
    asked = conversation(model)
    assert "not implemented" in shown_to(asked[1])
    last = shown_to(asked[2])
    assert last.index("Where is order 7?") < last.index("not implemented") < last.index("It is on its way.")
    assert last.count("When does it come?") == 1


async def test_structured_and_silent_steps_are_steps_and_the_last_agent_speaks(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    praise = Say('{"category": "praise"}')
    async with (
        scripted(Say('{"category": "refund"}'), Say("A rough draft"), Say("Polished words"), praise) as model,
        chat(settings_of(make_settings, tmp_path, ROUTES, model)) as client,
    ):
        made = await told(client.create_thread("My money back"))
        steps, said = (await stored(client, made.thread_id))[1:]
        other = await told(client.create_thread("Lovely"))
        returned = await stored(client, other.thread_id)
        asked = conversation(model)

    assert isinstance(steps, WorkflowItem)
    assert [(task.title, task.content) for task in steps.workflow.tasks if task.type == "custom"] == [
        ("Classify", "- **Category**: refund"), ("Draft", "A rough draft"), ("Polish", None)
    ]  # fmt: skip
    assert text_of(said) == "Polished words"
    assert "A rough draft" in shown_to(asked[2])
    assert asked[0]["text"]["format"]["schema"]["properties"] == {"category": {"type": "string"}}
    assert text_of(returned[-1]) == "- **Note**: Nothing to do for praise\n- **Done**: yes"


async def test_an_approval_is_asked_and_the_workflow_goes_on_after_a_restart(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    script = [Say("Send a gift"), Say("It is sent."), Say("Send flowers"), Say("Anything else?")]
    async with scripted(*script) as model:
        settings = settings_of(make_settings, tmp_path, APPROVAL, model).model_copy(
            update={"proxy_user_header": "x-user", "trusted_proxies": "127.0.0.1"}
        )
        headers = {"x-user": f"ada-{tmp_path.name}"}
        async with chat(settings, headers) as client:
            made = await told(client.create_thread("Please the customer"))
            question = (await stored(client, made.thread_id))[-1]
        assert isinstance(question, StructuredInputItem)
        assert question.inputs[0].question == "Shall this be done? Send a gift"
        async with chat(settings, headers) as client:
            await told(client.add_structured_input(made.thread_id, question.id, answer("Approve")))
            items = await stored(client, made.thread_id)
            texts = [text_of(item) for item in items if isinstance(item, AssistantMessageItem)]
            other = await told(client.create_thread("Please the other one"))
            question = (await stored(client, other.thread_id))[-1]
            await told(client.add_structured_input(other.thread_id, question.id, answer("Reject")))
            rejected = await stored(client, other.thread_id)
            await told(client.add_user_message(made.thread_id, "Thanks"))
        asked = conversation(model)

    assert texts == ["Send a gift", "It is sent."]
    assert [len(asked), shown_to(asked[1]).count("Send a gift")] == [4, 1]
    assert text_of(rejected[-1]) == "Then nothing is done."
    assert "It is sent." in shown_to(asked[3])


async def test_a_tool_that_needs_an_approval_runs_once_it_is_given_after_a_restart(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Call("pay", {"amount": 7}), Say("It is paid.")) as model:
        settings = settings_of(make_settings, tmp_path, PAYS, model).model_copy(
            update={"proxy_user_header": "x-user", "trusted_proxies": "127.0.0.1"}
        )
        headers = {"x-user": f"ada-{tmp_path.name}"}
        async with chat(settings, headers) as client:
            made = await told(client.create_thread("Pay 7"))
            question = (await stored(client, made.thread_id))[-1]
        assert isinstance(question, StructuredInputItem)
        assert question.inputs[0].question == "May the assistant call pay with: 7?"
        async with chat(settings, headers) as client:
            done = await told(client.add_structured_input(made.thread_id, question.id, answer("Approve")))
        asked = conversation(model)
    assert done.text == "It is paid."
    assert "paid 7 of till" in shown_to(asked[1])


async def test_a_killed_process_interrupts_the_answer_and_the_next_message_starts_another(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "of the shop")
    monkeypatch.setenv("OTHER_TOKEN", "of others")
    async with (
        scripted(Call("where", {}), Say("Here.", hang=True), Call("where", {}), Say("There.")) as model,
        chat(settings_of(make_settings, tmp_path, TELLS_PROCESS, model, entry='env = ["SHOP_TOKEN"]')) as client,
    ):
        stream = client.create_thread("Where?")
        seen = ""
        failed: list[ErrorEvent] = []
        async with stream, asyncio.timeout(60):
            async for received in stream:
                if isinstance(received.event, ErrorEvent):
                    failed.append(received.event)
                seen += getattr(getattr(received.event, "update", None), "delta", None) or ""
                if seen == "Here.":
                    os.kill(process_in(conversation(model)[1]), signal.SIGKILL)
                    seen = ""
        (thread,) = (await client.list_threads()).data
        again = await told(client.add_user_message(thread.id, "And now?"))
        asked = conversation(model)
    assert [error.message for error in failed] == [ENDED]
    assert again.text == "There."
    assert process_in(asked[1]) != process_in(asked[3])
    names = set(json.loads(re.findall(r"\[.*?\]", outputs_in(asked[3])[-1])[0]))
    assert {"OPENAI_API_KEY", "SHOP_TOKEN"} <= names
    assert not {"OTHER_TOKEN", "DATABASE_URL"} & names


async def test_stop_ends_a_file_that_computes_for_ever_and_one_that_asks_for_ever(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Call("think", {}), Say("one"), Say("two", hang=True), Say("Later.")) as model,
        chat(settings_of(make_settings, tmp_path, NEVER_ENDS, model)) as client,
    ):
        for words, until in (("Compute", "Think"), ("Again", "two")):
            stream = client.create_thread(words)
            seen = ""
            async with stream, asyncio.timeout(60):
                async for received in stream:
                    seen += json.dumps(received.event.model_dump(mode="json"))
                    if until in seen and stream.run_id is not None:
                        await client.cancel_run(stream.run_id)
        async with asyncio.timeout(30):
            await model.disconnected.wait()
        done = await told(client.create_thread("Once"))
    assert done.text == "Later."


async def test_four_conversations_at_once_keep_to_themselves(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with scripted() as model:
        model.__class__ = EchoesState
        async with chat(settings_of(make_settings, tmp_path, COUNTS_ROUNDS, model)) as client:
            names = ["Ada", "Bob", "Cyd", "Dan"]
            made = await asyncio.gather(*(told(client.create_thread(name)) for name in names))
    assert [each.text for each in made] == [f"{name} 1\n\n{name} 2\n\n{name} 3" for name in names]


@pytest.mark.parametrize("name", SHAPES)
async def test_what_people_make_of_an_export_runs_and_knows_each_earlier_turn_once(
    make_settings: MakeSettings, tmp_path: Path, name: str
) -> None:
    (tmp_path / "prompts.ts").write_text("export const INSTRUCTIONS: string = 'Help.';\n")
    async with (
        scripted(Say("One."), Say("Two.")) as model,
        chat(settings_of(make_settings, tmp_path, SHAPES[name], model, name=name)) as client,
    ):
        first = await told(client.create_thread("Yes"))
        await told(client.add_user_message(first.thread_id, "Yes"))
        texts = [text_of(item) for item in await stored(client, first.thread_id)]
        asked = conversation(model)
    assert texts == ["Yes", "One.", "Yes", "Two."]
    last = shown_to(asked[1])
    assert [last.count("Yes"), last.count("One.")] == [2, 1]


async def test_a_list_at_the_top_of_a_file_never_takes_one_conversation_into_another(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Say("One."), Say("Two."), Say("Three.")) as model,
        chat(settings_of(make_settings, tmp_path, KEEPS_AT_THE_TOP, model)) as client,
    ):
        first = await told(client.create_thread("My secret"))
        await told(client.create_thread("Hello"))
        await told(client.add_user_message(first.thread_id, "And?"))
        asked = conversation(model)
    assert "secret" not in shown_to(asked[1])
    assert [shown_to(asked[2]).count(words) for words in ("My secret", "One.", "And?", "Two.")] == [1, 1, 1, 0]


def test_what_cannot_run_is_named_with_the_file_the_line_and_what_to_do(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(make_settings, tmp_path, ONE_AGENT, None)
    node = node_for(settings, os.environ)
    for text, words in {
        "export const x: = 1;\n": r"workflow\.ts, line 1: Unexpected",
        "\nthrow new Error('no luck');\n": r"workflow\.ts, line 2: Error: no luck",
        'import x from "left-pad";\nexport const y = x;\n': r"line 1: the package left-pad is not installed",
        "\n\nprocess.exit(1);\n": r"line 3: Error: The file calls process\.exit",
        "export const answer = 42;\n": r"workflow\.ts has no function `runWorkflow`",
    }.items():
        (tmp_path / "workflow.ts").write_text(text)
        with pytest.raises(ConfigurationError, match=words):
            load_script(tmp_path / "workflow.ts", node)
    (tmp_path / "workflow.ts").write_text(ONE_AGENT)
    with pytest.raises(ConfigurationError, match=r"are not installed: run chatkit-link agents add \S*workflow\.ts"):
        load_script(tmp_path / "workflow.ts", replace(node, packages=tmp_path / "none"))
    with pytest.raises(ConfigurationError, match=r"need Node\.js 20\.19 or newer: install it"):
        load_script(tmp_path / "workflow.ts", replace(node, environment={"PATH": str(tmp_path)}))


def test_check_says_what_a_file_needs(make_settings: MakeSettings, tmp_path: Path) -> None:
    text = (
        ONE_AGENT.replace("execute: async", "execute: process.env.SHOP_TOKEN ? undefined : async")
        .replace("const shopkeeper", "const lookOnline = webSearchTool({});\nconst shopkeeper", 1)
        .replace("import { tool,", "import { webSearchTool, tool,")
    )
    settings = settings_of(make_settings, tmp_path, text, None)
    found = check_script(tmp_path / "workflow.ts", node_for(settings, os.environ), Surroundings())
    told_of = [(finding.level, finding.text) for finding in found]
    lines = text.splitlines()
    assert ("decide", "the agent has no instructions: write them") in told_of
    assert ("works", "shopkeeper is run") in told_of
    assert {("key", KEY), ("works", "web search is run by OpenAI")} <= set(told_of)
    assert any(level == "decide" and "SHOP_TOKEN" in words for level, words in told_of)
    run = next(finding for finding in found if finding.text == "shopkeeper is run")
    assert "runner.run(" in lines[run.line - 1]


#: What a file returns -> what the user reads; None for an error with the file's line.
UNWRITABLE = {
    "const made: any = { note: 'kept' }; made.self = made; return made;": "kept",
    "return { count: 12345678901234567890n };": "12345678901234567890",
    "return { note: 'kept', later: () => 1 };": "kept",
    "return { half: 'kept \\ud83d' };": "kept",
    "return { toJSON() { throw new Error('never'); } };": None,
    "throw Object.create(null);": None,
}


async def test_whatever_a_file_returns_or_throws_its_answer_ends(
    make_settings: MakeSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cases = "\n".join(
        f"  if (workflow.input_as_text === '{number}') {{ {code} }}" for number, code in enumerate(UNWRITABLE)
    )
    text = f"export const runWorkflow = async (workflow: {{ input_as_text: string }}) => {{\n{cases}\n}};\n"
    async with (
        scripted() as model,
        chat(settings_of(make_settings, tmp_path, text, model)) as client,
        asyncio.timeout(60),
    ):
        for number, shown in enumerate(UNWRITABLE.values()):
            made = await told(client.create_thread(str(number)))
            errors = [event for event in made.events if isinstance(event, ErrorEvent)]
            if shown is not None:
                assert not errors, number
                assert shown in text_of((await stored(client, made.thread_id))[-1])
            else:
                assert len(errors) == 1, number
    assert "workflow.ts, line 6: Error: never" in caplog.text


def test_a_file_is_found_through_a_link_and_a_path_with_dots(make_settings: MakeSettings, tmp_path: Path) -> None:
    node = node_for(settings_of(make_settings, tmp_path, ONE_AGENT, None), os.environ)
    (tmp_path / "beside").mkdir()
    (tmp_path / "link.ts").symlink_to("workflow.ts")
    for path in (tmp_path / "beside" / ".." / "workflow.ts", tmp_path / "link.ts"):
        assert load_script(path, node).steps == 1
        assert any(finding.text == "shopkeeper is run" for finding in check_script(path, node, Surroundings()))


def test_an_input_that_no_chat_can_fill_is_refused_and_every_other_form_of_it_is_filled(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    node = node_for(settings_of(make_settings, tmp_path, ONE_AGENT, None), os.environ)
    file = tmp_path / "workflow.ts"
    plain = "type WorkflowInput = { input_as_text: string };"
    for declared, words in {
        "type WorkflowInput = { input_as_text: string; customer_number: number };": (
            r"workflow\.ts, line \d+: WorkflowInput asks for `customer_number`.*`customer_number\?: number`"
        ),
        "interface WorkflowInput {\n  input_as_text: string\n  /* of: it; */ kind:\n    | 'a'\n    | 'b'\n}": "`kind`",
        "type WorkflowInput = { order: number, name: number };": "no field for the message",
    }.items():
        file.write_text(ONE_AGENT.replace(plain, declared))
        with pytest.raises(ConfigurationError, match=words):
            load_script(file, node)
        (found,) = check_script(file, node, Surroundings())
        assert found.level == "wrong"
    file.write_text(ONE_AGENT.replace("(workflow: WorkflowInput)", "(workflow: WorkflowInput, shop: Shop)"))
    with pytest.raises(ConfigurationError, match=r"`shop\?: Shop`"):
        load_script(file, node)
    facts = TurnFacts(user_id="ada", state={"order": 7})
    for declared, given in {
        "type WorkflowInput = { input_as_text: string; kind?: number; at: Date | null };": {"input_as_text": "Hi"},
        "interface WorkflowInput { message: string; user_id: string }": {"message": "Hi", "user_id": "ada"},
        "type WorkflowInput = { words: string };": {"words": "Hi"},
        "type WorkflowInput = z.infer<typeof Schema>;": {"input_as_text": "Hi"},
    }.items():
        file.write_text(ONE_AGENT.replace(plain, declared))
        assert load_script(file, node).input.value("Hi", facts) == {**given, "order": 7}
    file.write_text(ONE_AGENT.replace(": WorkflowInput)", ": string)"))
    assert load_script(file, node).input.value("Hi", facts) == "Hi"


def test_what_a_file_does_when_it_is_loaded_ends_in_time_with_the_line_and_what_to_change(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    node = node_for(settings_of(make_settings, tmp_path, ONE_AGENT, None), os.environ)
    file = tmp_path / "workflow.ts"
    asks = (
        'import * as readline from "node:readline/promises";\n'
        "const rl = readline.createInterface({ input: process.stdin, output: process.stdout });\n"
        'const words = await rl.question("you: ");\n'
    )
    for end, words in {
        asks: r"line 3: this was not done after 1 seconds: `const words = .*move it into the workflow's function",
        "\nfor (;;) {}\n": r"line 2: this was not done after 1 seconds: `for \(;;\) \{\}`",
        "await new Promise(() => {});\n": "line 1: this was not done",
        "process.env.SHOP_NAME.trim();\n": r'line 1: TypeError: .* write `env = \["SHOP_NAME"\]` below its agent',
        'import "left-pad/a";\n': rf"Run `npm install left-pad` in {tmp_path}: .* node_modules beside the file",
        'import { Agent } from "openai/agents";\nnew Agent({});\n': r'imported as `from "@openai/agents"`',
        ONE_AGENT.replace("runWorkflow", "runSales")
        + BEGIN.replace("runWorkflow", "runSupport").replace("type Work", "type Other")
        + run("shopkeeper", "result")
        + END: '"workflow.ts:runSales" or "workflow.ts:runSupport"',
    }.items():
        file.write_text(end)
        with pytest.raises(ConfigurationError, match=words):
            load_script(file, node, seconds=1)
    assert load_script(file, node, "runSupport").command.arguments[-1] == "runSupport"
    with pytest.raises(ConfigurationError, match="no function runNothing"):
        load_script(file, node, "runNothing")


def test_a_fence_around_the_code_is_left_out_and_packages_beside_the_file_are_found(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    node = node_for(settings_of(make_settings, tmp_path, ONE_AGENT, None), os.environ)
    file = tmp_path / "workflow.ts"
    file.write_text(f"Here is the code:\n```typescript\n{ONE_AGENT}```\nHave fun with it!\n")
    assert load_script(file, node).steps == 1
    package = tmp_path / "node_modules" / "left-pad"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "left-pad", "main": "index.js"}')
    (package / "index.js").write_text("module.exports = () => 'padded';\n")
    file.write_text('import pad from "left-pad";\nif (pad() !== "padded") throw new Error("no");\n' + ONE_AGENT)
    assert load_script(file, node).steps == 1
