"""Files as people have edited them: each runs, or is refused with its line and what to change. None stops a server."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chatkit_link.agents.agent_builder.load import load_workflow
from chatkit_link.agents.catalog import load_target
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from tests.agents.agent_builder.edited import AGENT, ENDLESS, REFUSED, RUN, RUNS, START, UNFILLED
from tests.agents.agent_builder.test_workflows import chat, settings_of
from tests.agents.test_models import scripted
from tests.conftest import running
from tests.finished_stream import told
from tests.model_server import MODEL, Say

MakeSettings = Callable[..., Settings]


async def test_edited_files_answer_unedited(make_settings: MakeSettings, tmp_path: Path) -> None:
    agents = ""
    for name, text in RUNS.items():
        (tmp_path / f"{name}.py").write_text(text)
        agents += f'[agents.{name}]\ntarget = "{name}.py"\n'
    (tmp_path / "chatkit-link.toml").write_text(agents)
    answers: dict[str, str] = {}
    async with scripted(*(Say("Gladly.") for _ in RUNS)) as model:
        settings = make_settings(
            config=tmp_path / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address, model=MODEL
        )
        async with running(settings) as address:
            for name in RUNS:
                async with ChatKitClient(f"{address}/chatkit/{name}") as client:
                    answers[name] = (await told(client.create_thread("Hello"))).text
    assert answers == dict.fromkeys(RUNS, "Gladly.")


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_loaded_is_refused_with_its_line_and_the_edit(tmp_path: Path, name: str) -> None:
    lines, words = REFUSED[name]
    (tmp_path / "workflow.py").write_text(START + lines + RUN)
    with pytest.raises(ConfigurationError) as refused:
        load_target("workflow.py", beside=tmp_path)
    assert words in str(refused.value)
    number = int(str(refused.value).partition("workflow.py, line ")[2].partition(":")[0])
    first = START.count("\n") + 1
    assert first <= number < first + lines.count("\n"), "the line is one of those that were added"


@pytest.mark.parametrize("name", UNFILLED)
def test_a_signature_that_a_chat_cannot_fill_is_refused(tmp_path: Path, name: str) -> None:
    text, words = UNFILLED[name]
    (tmp_path / "workflow.py").write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        load_target("workflow.py", beside=tmp_path)
    assert words in str(refused.value)
    assert str(refused.value).startswith("workflow.py")


@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("target", ["workflow.py", "agent.py:agent"])
def test_what_never_ends_is_stopped_and_its_line_is_named(tmp_path: Path, name: str, target: str) -> None:
    (tmp_path / "workflow.py").write_text(START + ENDLESS[name] + RUN)
    (tmp_path / "agent.py").write_text("from agents import Agent\n" + AGENT + ENDLESS[name])
    began = time.monotonic()
    with pytest.raises(ConfigurationError) as refused:
        load_target(target, beside=tmp_path, seconds=0.3)
    assert time.monotonic() - began < 10
    assert f"{target.partition(':')[0]}, line " in str(refused.value)
    assert "seconds" in str(refused.value)
    assert sys.exc_info()[1] is None, "nothing is taken for the context of later errors"


def test_a_loop_is_stopped_in_a_thread_too(tmp_path: Path) -> None:
    (tmp_path / "workflow.py").write_text(START + ENDLESS["loop"] + RUN)
    errors: list[BaseException] = []

    def load() -> None:
        try:
            load_workflow(tmp_path / "workflow.py", seconds=0.2)
        except ConfigurationError as error:
            errors.append(error)

    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    thread.join(20)
    assert [f"line {START.count(chr(10)) + 1}" in str(error) for error in errors] == [True]


async def test_two_folders_may_each_have_a_file_of_the_same_name(make_settings: MakeSettings, tmp_path: Path) -> None:
    agents = ""
    for name in ("shop", "desk"):
        folder = tmp_path / name
        (folder / "texts").mkdir(parents=True)
        (folder / "prompts.py").write_text("from words import WORD\nfrom .texts import END\nTEXT = WORD + END\n")
        (folder / "words.py").write_text(f"WORD = 'I am the {name}'\n")
        (folder / "texts" / "__init__.py").write_text("from .ends import END\n")
        (folder / "texts" / "ends.py").write_text("END = '.'\n")
        absolute = "from prompts import TEXT\nimport texts.ends\nassert texts.ends.END == '.'\n"
        start = "from .prompts import TEXT\n" if name == "shop" else absolute
        (folder / "flow.py").write_text(start + START.replace('instructions="Help."', "instructions=TEXT") + RUN)
        agents += f'[agents.{name}]\ntarget = "{name}/flow.py"\n'
    (tmp_path / "chatkit-link.toml").write_text(agents)
    async with scripted(Say("One"), Say("Two")) as model:
        settings = make_settings(
            config=tmp_path / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address, model=MODEL
        )
        async with running(settings) as address:
            for name in ("shop", "desk"):
                async with ChatKitClient(f"{address}/chatkit/{name}") as client:
                    await told(client.create_thread("Who are you?"))
        instructions = [request["instructions"] for request in model.requests if "instructions" in request]
    assert [text for text in instructions if text.startswith("I am")] == ["I am the shop.", "I am the desk."]


def test_a_file_beside_it_that_is_broken_is_named_itself(tmp_path: Path) -> None:
    (tmp_path / "workflow.py").write_text("from prompts import TEXT\n" + START + RUN)
    (tmp_path / "prompts.py").write_text("TEXT = 'x'\nTEXT = 1 / 0\n")
    with pytest.raises(ConfigurationError, match=r"^prompts\.py, line 2: ZeroDivisionError"):
        load_target("workflow.py", beside=tmp_path)
    (tmp_path / "prompts.py").write_text("TEXT = (\n")
    with pytest.raises(ConfigurationError, match=r"^prompts\.py, line 1: this is not Python"):
        load_target("workflow.py", beside=tmp_path)


def test_a_target_names_one_of_several_workflows(tmp_path: Path) -> None:
    (tmp_path / "flows.py").write_text(
        START + RUN.replace("run_workflow", "sales") + RUN.replace("run_workflow", "support")
    )
    for name in ("sales", "support"):
        found = load_target(f"flows.py:{name}", beside=tmp_path)
        assert getattr(found, "entry", None) == name


async def test_a_file_that_ends_the_process_in_an_answer_ends_the_answer_only(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    text = START + RUN.replace("  result", "  if 'stop' in str(workflow):\n    sys.exit(2)\n  result")
    async with scripted(Say("Still here.")) as model, chat(settings_of(make_settings, tmp_path, text, model)) as client:
        ended = await told(client.create_thread("stop"))
        after = await told(client.create_thread("Hello"))
    line = text[: text.index("    sys.exit")].count("\n") + 1
    assert [event.message for event in ended.events if event.type == "error"] == [
        f"This assistant's workflow failed (workflow.py, line {line}: sys.exit())."
    ]
    assert after.text == "Still here."


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "GeneratorExit", "BaseException", "asyncio.CancelledError"])
async def test_a_file_that_raises_what_is_no_exception_ends_its_answer_only(
    make_settings: MakeSettings, tmp_path: Path, name: str
) -> None:
    raising = f"  if 'stop' in str(workflow):\n    import asyncio\n    raise {name}()\n  result"
    text = START + RUN.replace("  result", raising)
    async with scripted(Say("Still here.")) as model, chat(settings_of(make_settings, tmp_path, text, model)) as client:
        ended = await told(client.create_thread("stop"))
        after = await told(client.create_thread("Hello"))
    line = text[: text.index("    raise ")].count("\n") + 1
    assert [event.message for event in ended.events if event.type == "error"] == [
        f"This assistant's workflow failed (workflow.py, line {line}: {name.rpartition('.')[2]})."
    ]
    assert after.text == "Still here."


async def test_a_file_whose_tasks_would_end_the_process_ends_its_answer_only(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    branch = "\n\nasync def branch():\n  raise KeyboardInterrupt()\n\n"
    raising = (
        "  if 'stop' in str(workflow):\n    import asyncio\n    await asyncio.gather(branch(), branch())\n  result"
    )
    text = START + branch + RUN.replace("  result", raising)
    async with scripted(Say("Still here.")) as model, chat(settings_of(make_settings, tmp_path, text, model)) as client:
        ended = await told(client.create_thread("stop"))
        after = await told(client.create_thread("Hello"))
    line = text[: text.index("  raise KeyboardInterrupt")].count("\n") + 1
    assert [event.message for event in ended.events if event.type == "error"] == [
        f"This assistant's workflow failed (workflow.py, line {line}: KeyboardInterrupt)."
    ]
    assert after.text == "Still here."
