"""``chatkit-link agents check`` and ``add``: the report on a file, and the line in the catalog."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from chatkit_link.agents.agent_builder.check import check_workflow
from chatkit_link.agents.agent_builder.verdict import verdict_of
from chatkit_link.agents.catalog import load_target, read_catalog
from chatkit_link.cli.program import cli
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from tests.agents.agent_builder.edited import ASK, FIELD, REFUSED, RUN, RUNS, START, UNFILLED
from tests.agents.agent_builder.flawed import FLAWED, GUARDED, file
from tests.agents.agent_builder.test_exports import EXPORTS
from tests.agents.agent_builder.workflows import APPROVAL, ONE_AGENT, ROUTES
from tests.agents.test_models import scripted
from tests.conftest import running
from tests.finished_stream import told
from tests.model_server import MODEL, ModelServer, Say, Step, model_server

HOSTED = """
from agents import FileSearchTool, HostedMCPTool

files = FileSearchTool(vector_store_ids=["vs_1"])
mcp = HostedMCPTool(tool_config={"type": "mcp", "server_label": "x", "require_approval": "always"})
helper = Agent(name="Helper", instructions="Help.", tools=[files, mcp])
"""


KEY = "1. Set OPENAI_API_KEY: the agents ask models of OpenAI."


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, and no key."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CHATKIT_LINK_OPENAI_API", "CHATKIT_LINK_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(text: str, place: Path) -> tuple[int, str]:
    (place / "workflow.py").write_text(text)
    result = CliRunner().invoke(cli, ["agents", "check", str(place / "workflow.py")])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ONE_AGENT,
            [
                "workflow.py runs here, once you have done the steps below.",
                KEY,
                "2. Line 5: the tool look_up is empty: have somebody write what it does.",
                "3. Line 8: an agent has no instructions",
                "Line 5: integer is taken as int",
                "Line 22: shopkeeper is asked: its text is the answer",
            ],
        ),
        (
            ROUTES,
            [
                "classify is asked: its result is a step",
                "draft is asked: its text is a step, because another agent always follows",
                "polish is asked: its text is the answer",
            ],
        ),
        (APPROVAL, ["Line 4: approval_request asks the user in the chat"]),
        (
            ONE_AGENT.replace("  pass", "  return 'The order is worth 30 euros.'"),
            ["Line 5: the tool look_up gives the same answer always"],
        ),
        (
            GUARDED,
            ["1. Line 6: guardrails need the package openai-guardrails: run `pip install 'chatkit-link[guardrails]'`."],
        ),
        (
            file(HOSTED),
            ["Line 6: file search is run by OpenAI", "Line 7: calls of the connector are to be approved"],
        ),
        ("```python\n" + ROUTES + "```\n", ["the marks of Markdown around the code are left out"]),
        (START + RUN + ASK, ["this starts the file by itself, and is left out here"]),
    ],
)
def test_the_verdict_comes_first_and_then_what_to_do(place: Path, text: str, expected: list[str]) -> None:
    status, output = check(text, place)
    assert status == 0
    assert output.startswith("workflow.py runs here")
    at = 0
    for line in expected:
        assert line in output[at:], output
    for name in ("Shim", "chatkit_link", "__"):
        assert name not in output


def test_a_file_that_needs_nothing_says_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    status, output = check(ROUTES, place)
    assert (status, output.splitlines()[0]) == (0, "workflow.py runs here. There is nothing to do.")
    assert "chatkit-link agents add" in output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import nowhere_at_all\n" + ROUTES, "1. Line 1: the package nowhere-at-all is not installed"),
        ("def f(:\n", "1. Line 1: this is not Python"),
        ("x = 1\n", "it is no export of Agent Builder. Copy all of the exported code"),
        (START + "sys.exit(1)\n" + RUN, "the file ends itself here"),
        (UNFILLED["fields"][0], "WorkflowInput asks for `tenant`"),
        (
            START + "async def run_workflow(workflow_input: WorkflowInput):\n  return await x\n" + "print(y)\n",
            "y is def",
        ),
    ],
)
def test_what_cannot_load_is_an_error_of_the_command(place: Path, text: str, expected: str) -> None:
    status, output = check(text, place)
    assert status == 1
    assert output.startswith("workflow.py does not run here yet.")
    assert expected in output
    assert "agents add" not in output


def test_a_hosted_tool_on_the_other_api_is_the_first_thing_to_mend(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATKIT_LINK_OPENAI_API", "chat_completions")
    status, output = check(file(HOSTED), place)
    assert status == 1
    assert "1. Line 6: file search is run by OpenAI's Responses API only: unset CHATKIT_LINK_OPENAI_API." in output


def test_what_the_file_prints_is_no_part_of_the_json(place: Path) -> None:
    (place / "workflow.py").write_text("print('noise')\n" + ROUTES)
    result = CliRunner().invoke(cli, ["agents", "check", "workflow.py", "--json"])
    report = json.loads(result.stdout)
    assert (report["runs"], report["verdict"]) == (True, "workflow.py runs here, once you have done the steps below.")


async def test_a_vector_store_that_the_key_does_not_reach_is_found_before_anybody_asks(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted() as model:
        model.files = {"vs_1": []}
        monkeypatch.setenv("OPENAI_BASE_URL", model.address)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
        status, there = await asyncio.to_thread(check, file(HOSTED), place)
        lost, gone = await asyncio.to_thread(check, file(HOSTED.replace("vs_1", "vs_2")), place)
        (place / "documents").mkdir()
        (place / "chatkit-link.toml").write_text('[vector_stores]\nvs_2 = "."\n')
        _, served = await asyncio.to_thread(check, file(HOSTED.replace("vs_1", "vs_2")), place)
    assert status == 0
    assert "not there" not in there
    assert (lost, gone.splitlines()[0]) == (1, "workflow.py does not run here yet.")
    assert "Line 6: the vector store vs_2 is not there for your key" in gone
    assert "Line 6: vs_2 is searched in the documents of this server" in served


FILES = {
    **{f"flawed-{name}": text for name, text in FLAWED.items()},
    **{f"edited-{name}": text for name, text in RUNS.items()},
    **{f"refused-{name}": START + lines + RUN for name, (lines, _) in REFUSED.items()},
    **{f"unfilled-{name}": text for name, (text, _) in UNFILLED.items()},
    **{f"export-{path.stem}": path.read_text(encoding="utf-8") for path in EXPORTS},
    "guarded": GUARDED,
    "approval": APPROVAL,
    "routes": ROUTES,
}


async def test_the_check_says_what_the_server_does(make_settings: Callable[..., Settings], place: Path) -> None:
    """For every file of this suite: it runs if and only if it is served, and then a message gets an answer."""
    agents = ""
    said: dict[str, bool] = {}
    for number, (name, text) in enumerate(FILES.items()):
        path = place / f"file{number}.py"
        path.write_text(text, newline="")
        agents += f'[agents.a{number}]\ntarget = "{path.name}"\nname = "{name}"\n'
        said[name] = verdict_of(path.name, await asyncio.to_thread(check_workflow, path)).runs
    (place / "chatkit-link.toml").write_text(agents)
    served: dict[str, bool] = {}
    failed: dict[str, list[str | None]] = {}
    async with model_server() as model:
        model.__class__ = Fitting
        model.files = {"vs_books": [("file_1", "atlas.pdf", 0.9)]}
        settings = make_settings(
            config=place / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address, model=MODEL
        )
        async with running(settings) as address:
            async with httpx2.AsyncClient(base_url=address) as http:
                listed = (await http.get("/api/agents")).json()["agents"]
            served = {each["name"]: each["available"] for each in listed if each["name"] in FILES}
            for number, name in enumerate(FILES):
                if served[name]:
                    async with ChatKitClient(f"{address}/chatkit/a{number}") as client:
                        made = await told(client.create_thread("Hello"))
                    if errors := [event.message for event in made.events if event.type == "error"]:
                        failed[name] = errors
    assert served == said
    # These have a step to do first, and the check names it.
    assert set(failed) == {"guarded", "export-guarded_desk", "export-relay"}


class Fitting(ModelServer):
    """Answers what was asked for: words, or an object of the schema."""

    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        schema = (body.get("text") or {}).get("format", {}).get("schema")
        return Say(json.dumps(_fitting(schema, schema))) if schema else Say("Gladly.")


def _fitting(schema: dict[str, Any], whole: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _fitting(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    match schema.get("type"):
        case "object":
            return {name: _fitting(each, whole) for name, each in schema.get("properties", {}).items()}
        case "array":
            return []
        case "number" | "integer":
            return 1
        case "boolean":
            return True
        case _:
            return schema.get("enum", ["word"])[0]


def test_an_added_workflow_is_in_the_catalog_and_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = tmp_path / "chatkit-link.toml"
    catalog.write_text('default = "research"')
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "My Workflow.py").write_text(ROUTES)
    monkeypatch.setenv("CHATKIT_LINK_CONFIG", str(catalog))
    command = ["agents", "add", str(tmp_path / "flows" / "My Workflow.py")]

    assert CliRunner().invoke(cli, command, catch_exceptions=False).exit_code == 0
    entry = read_catalog(catalog, {}).agents["my-workflow"]
    assert entry.target == "flows/My Workflow.py"
    load_target(entry.target, beside=tmp_path)
    assert isinstance(CliRunner().invoke(cli, command).exception, ConfigurationError)


TWO = START + RUN.replace("run_workflow", "run_sales") + RUN.replace("run_workflow", "run_support")


def test_one_of_two_workflows_is_checked_and_added_by_its_name(place: Path) -> None:
    (place / "flows").mkdir()
    (place / "flows" / "two.py").write_text(TWO)
    run = partial(CliRunner().invoke, cli)
    unnamed = run(["agents", "check", "flows/two.py"])
    assert (unnamed.exit_code, "1. two.py has several workflows." in unnamed.output) == (1, True)
    checked = run(["agents", "check", "flows/two.py:run_support"])
    assert checked.exit_code == 0
    assert "agents add flows/two.py:run_support" in checked.output
    assert checked.output.count("is asked: its text") == 1, "the calls of the other one are not described"
    assert run(["agents", "add", "flows/two.py:run_sales"], catch_exceptions=False).exit_code == 0
    entry = read_catalog(place / "chatkit-link.toml", {}).agents["two-run_sales"]
    assert entry.target == "flows/two.py:run_sales"
    load_target(entry.target, beside=place)
    refused = run(["agents", "add", "flows/none.py:run_sales"])
    assert (refused.exit_code, "there is no file flows/none.py." in refused.output) == (2, True)


@pytest.mark.parametrize(
    ("written", "advised"),
    [
        ("customer_number: int", "`customer_number: int = 0`"),
        ("share: float", "`share: float = 0`"),
        ("agreed: bool", "`agreed: bool = False`"),
        ("tags: list[str]", "`tags: list[str] | None = None`"),
        ("size: Literal['S', 'M']", "`size: Literal['S', 'M'] | None = None`"),
        ("place: str | None", "`place: str | None = None`"),
    ],
)
def test_the_default_that_is_advised_has_the_type_of_the_file(place: Path, written: str, advised: str) -> None:
    start = START.replace(FIELD, f"{FIELD}  {written}\n")
    status, output = check("from typing import Literal\n" + start + RUN, place)
    assert status == 1
    assert advised in output
    mended = start.replace(written, advised.strip("`"))
    assert "does not run" not in check("from typing import Literal\n" + mended + RUN, place)[1]


@pytest.mark.parametrize(
    "line",
    [
        "files = FileSearchTool(vector_store_ids=[])",
        'files = FileSearchTool(vector_store_ids=[""])',
        'client = AsyncOpenAI()\nfind = lambda text: client.vector_stores.search(vector_store_id="", query=text)',
    ],
)
def test_a_search_without_a_vector_store_does_not_run_yet(place: Path, line: str) -> None:
    status, output = check(
        "from agents import FileSearchTool\nfrom openai import AsyncOpenAI\n" + line + "\n" + ROUTES, place
    )
    assert (status, output.splitlines()[0]) == (1, "workflow.py does not run here yet.")
    assert "the search names no vector store" in output
