"""What a user and the operator are told when something that a workflow needs is not there."""

import logging
import re
from functools import partial
from pathlib import Path

import pytest
from chatkit.types import ErrorEvent

from chatkit_link.app import create_app
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.telemetry.logging import setup_logging
from chatkit_link.translations import Localized
from tests.agents.agent_builder.flawed import ANSWER, CHECKED, GUARDRAILS, file
from tests.agents.agent_builder.test_flawed import guardrails_in
from tests.agents.agent_builder.test_workflows import MakeSettings, chat, settings_of, shown_to
from tests.agents.test_models import conversation, scripted
from tests.finished_stream import stored, told
from tests.model_server import Call, Fail, Say

CLIENT = "from openai import AsyncOpenAI\nclient = AsyncOpenAI()\n"
AGENT = 'helper = Agent(name="Helper", instructions="Help.")\n'
HOSTED = 'from agents import WebSearchTool\nhelper = Agent(name="Helper", instructions="", tools=[WebSearchTool()])\n'


async def errors_of(client: ChatKitClient, text: str = "Hello") -> list[str | None]:
    made = await told(client.create_thread(text))
    return [event.message for event in made.events if isinstance(event, ErrorEvent)]


async def test_a_hosted_tool_on_the_other_api_is_a_sentence_and_the_server_goes_on(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted() as model:
        settings = settings_of(make_settings, tmp_path, file(HOSTED, ANSWER), model)
        async with chat(settings.model_copy(update={"openai_api": "chat_completions"})) as client:
            first, second = await errors_of(client), await errors_of(client)
    assert first == second == [str(Localized("hosted_tools_unsupported"))]


CIRCLES = """\
    try:
      raise KeyError("a")
    except KeyError as first:
      if "own" in workflow["input_as_text"]:
        raise first from first
      second = ValueError("b")
      first.__cause__, second.__cause__ = second, first
      first.__context__, second.__context__ = second, first
      raise second
"""


@pytest.mark.parametrize("level", ["info", "debug"])
async def test_a_circle_of_causes_ends_the_answer_and_nothing_else(
    make_settings: MakeSettings, tmp_path: Path, level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the log as a server writes it: both of its formatters follow the causes of an error."""
    text = file(CLIENT + AGENT, CIRCLES)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    async with scripted() as model, chat(settings_of(make_settings, tmp_path, text, model)) as client:
        setup_logging(level)
        try:
            messages = [await errors_of(client, "its own"), await errors_of(client, "each other's")]
        finally:
            root.handlers[:], root.level = before
    for (message,), kind in zip(messages, ("KeyError", "ValueError"), strict=True):
        assert re.fullmatch(rf"This assistant's workflow failed \(workflow\.py, line \d+: {kind}\)\.", str(message))
    assert "workflow.py, line" in capsys.readouterr().err


SEARCH = """\
    found = await client.vector_stores.search(
      vector_store_id="vs_gone", query=workflow["input_as_text"], max_num_results=3)
"""


async def test_a_vector_store_that_is_gone_is_named_and_its_line_is_logged(
    make_settings: MakeSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = file(CLIENT + AGENT, SEARCH + ANSWER)
    line = text[: text.index("    found = ")].count("\n") + 1
    async with scripted() as model, chat(settings_of(make_settings, tmp_path, text, model)) as client:
        with caplog.at_level(logging.WARNING, "chatkit_link"):
            errors = await errors_of(client)
    assert errors == [str(Localized("vector_store_missing"))]
    assert any(f"workflow.py, line {line}: the search in the vector store failed" in each for each in caplog.messages)


async def test_a_file_search_tool_whose_store_is_gone_says_so(make_settings: MakeSettings, tmp_path: Path) -> None:
    refusal = Fail(404, message="Vector store with id ['vs_gone'] not found.")
    tool = 'from agents import FileSearchTool\nfiles = FileSearchTool(vector_store_ids=["vs_gone"])\n'
    agent = 'helper = Agent(name="Helper", instructions="Help.", tools=[files])\n'
    async with (
        scripted(refusal) as model,
        chat(settings_of(make_settings, tmp_path, file(tool + agent, ANSWER), model)) as client,
    ):
        assert await errors_of(client) == [str(Localized("vector_store_missing"))]


async def test_the_language_model_of_a_guardrail_is_asked_for_by_name_and_never_downloaded(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    text = file(GUARDRAILS.replace('"name": "Jailbreak"', '"name": "Contains PII"') + AGENT, CHECKED)
    with guardrails_in(tmp_path, monkeypatch):
        async with scripted() as model, chat(settings_of(make_settings, tmp_path, text, model)) as client:
            with caplog.at_level(logging.ERROR, "chatkit_link"):
                errors = await errors_of(client)
    assert errors == [str(Localized("guardrails_missing", package="en_core_web_sm"))]
    assert any("python -m spacy download en_core_web_sm" in message for message in caplog.messages)


async def test_a_vector_store_is_searched_in_the_documents_of_this_server(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    """Both ways in which an export searches, and the two ways in which the catalog names folders."""
    tool = (
        'from agents import FileSearchTool\nfiles = FileSearchTool(vector_store_ids=["vs_tea"])\n'
        'helper = Agent(name="Helper", instructions="Help.", tools=[files])\n'
    )
    search = SEARCH.replace("vs_gone", "vs_all")
    keep = '    conversation_history.append({"role": "user", "content": found.data[0].content[0].text})\n'
    async with scripted(Call("file_search", {"query": "green tea"}), Say("Two minutes.")) as model:
        settings = settings_of(make_settings, tmp_path, file(CLIENT + tool, search + keep + ANSWER), model)
        with (tmp_path / "chatkit-link.toml").open("a") as catalog:
            catalog.write('[vector_stores]\nvs_tea = "drinks/"\nvs_all = "."\n')
        for name in ("drinks/tea.md", "other.md"):
            (tmp_path / "documents" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "documents" / name).write_text("# Tea\n\nGreen tea should steep for two minutes.\n")
        settings = settings.model_copy(update={"docs": tmp_path / "documents"})
        async with chat(settings) as client:
            made = await told(client.create_thread("How long does green tea steep?"))
            items = await stored(client, made.thread_id)
        first, second = conversation(model)
    assert made.text == "Two minutes."
    assert [item.type for item in items] == ["user_message", "workflow", "assistant_message"]
    assert "steep for two minutes" in shown_to(first)
    assert [tool["type"] for tool in first["tools"]] == ["function"]
    assert "drinks/tea.md" in shown_to(second)
    assert "other.md" not in shown_to(second)
    assert model.searches == []


ENDING = """\
    if "exit" in workflow["input_as_text"]:
      sys.exit(3)
    if "type" in workflow["input_as_text"]:
      input("? ")
"""


@pytest.mark.parametrize("for_author", [False, True])
async def test_what_cannot_work_in_a_turn_is_told_to_its_author_and_names_nothing_of_ours(
    make_settings: MakeSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, for_author: bool
) -> None:
    text = file("import sys\n" + AGENT, ENDING + ANSWER)
    lines = [text[: text.index(call)].count("\n") + 1 for call in ("sys.exit(3)", "input(")]
    async with scripted() as model:
        settings = settings_of(make_settings, tmp_path, text, model)
        make = partial(create_app, workshop=tmp_path) if for_author else create_app
        async with serving(make, settings) as address, ChatKitClient(f"{address}/chatkit") as client:
            errors = [str((await errors_of(client, words))[0]) for words in ("exit", "type")]
    advice = [
        f"workflow.py, line {lines[0]}: this would end the whole server. Return an answer instead, or remove it.",
        f"workflow.py, line {lines[1]}: input() waits for someone to type, and a server has no keyboard. Remove it.",
    ]
    for error, line, call, told_to_author in zip(errors, lines, ("sys.exit()", "input()"), advice, strict=True):
        sentence = f"This assistant's workflow failed (workflow.py, line {line}: {call})."
        assert error == (f"{sentence}\n\n{told_to_author}" if for_author else sentence)
        assert told_to_author in caplog.messages


async def test_a_model_that_the_file_names_and_nobody_has_is_named_with_its_line(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    named = AGENT.replace('"Help."', '"Help.", model="gpt-4.5-preview"')
    errors: list[list[str | None]] = []
    for agent in (named, AGENT):
        async with scripted(expect_refusals=True) as model:
            settings = settings_of(make_settings, tmp_path, file(agent, ANSWER), model)
            async with chat(settings.model_copy(update={"model": "gpt-4.5-preview"})) as client:
                errors.append(await errors_of(client))
    line = file(named, ANSWER).partition('model="gpt')[0].count("\n") + 1
    in_file = Localized("model_unknown_in_file", model="gpt-4.5-preview", place=f"workflow.py, line {line}")
    assert errors == [[str(in_file)], [str(Localized("model_unknown"))]]
