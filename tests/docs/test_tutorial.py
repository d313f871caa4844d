"""The tutorials and the README: what they say to save is saved, what they say to run is run, and the pages chat."""

import json
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chatkit_link.agents.catalog import load_target, read_catalog
from chatkit_link.search.blocks import markdown_tokens
from tests.docs.test_leaving import run
from tests.sdk_server import serve
from tests.suite.postgres import SHARED_SECRET

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "docs" / "tutorial" / "quickstart.md"
TUTORIAL = ROOT / "docs" / "tutorial" / "first-agent.md"
#: Started by a command of the page, and not ended by itself.
SERVERS = ("chatkit-link serve", "uvicorn shop:app")


def fences(page: Path, language: str) -> list[str]:
    tokens = markdown_tokens(page.read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info.strip() == language]


@pytest.fixture
def shop(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, a database, and nothing set."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CHATKIT_LINK_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)  # this process's log is pytest's
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("CHATKIT_LINK_SECRET", SHARED_SECRET)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("support", None)


async def test_every_step_of_the_tutorial_does_what_it_says(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, ask, card, ask_again, serve_it, embed = fences(TUTORIAL, "sh")
    first, second, page = fences(TUTORIAL, "python")
    [catalog] = fences(TUTORIAL, "toml")

    (shop / "support.py").write_text(first)
    printed = await run(ask, monkeypatch)
    assert "ready" in printed.partition("support ")[2].splitlines()[0]
    assert "On Sunday: closed." in printed

    assert "1 widget checked, 0 problems." in await run(card, monkeypatch)
    (shop / "support.py").write_text(second)
    drawn = (await run(ask_again, monkeypatch)).splitlines()
    assert any("│" in line and "closed" in line for line in drawn), drawn
    assert "On Sunday: closed." in drawn

    (shop / "chatkit-link.toml").write_text(catalog)
    assert [command for command in serve_it.splitlines() if command.startswith(SERVERS)] == ["chatkit-link serve"]
    listed = await run(serve_it.replace("chatkit-link serve\n", ""), monkeypatch)
    assert "ready" in listed.partition("support ")[2].splitlines()[0]
    assert read_catalog(shop / "chatkit-link.toml", {}).default == "support"

    [dockerfile] = fences(TUTORIAL, "dockerfile")
    copied = [
        name
        for line in re.findall(r"^COPY --chown=chatkit (.+) /shop", dockerfile, re.MULTILINE)
        for name in line.split()
    ]
    assert {"chatkit-link.toml", "support.py", "widgets"} == set(copied)
    assert all((shop / name).exists() for name in copied)

    (shop / "shop.py").write_text(page)
    assert embed.startswith("uvicorn shop:app")
    answers = await two_answers(shop / "shop.py")
    assert ["On Sunday: closed." in answer for answer in answers] == [True, True]


async def test_the_page_of_the_readme_answers_a_second_question(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent, page = fences(ROOT / "README.md", "python")
    (shop / "support.py").write_text(agent)
    load_target("support.py", beside=shop)
    (shop / "shop.py").write_text(page)
    first, second = await two_answers(shop / "shop.py", ask="What survives a reload?")
    assert '"assistant_message"' in first
    assert '"assistant_message"' in second


def test_the_image_of_the_tutorial_builds_on_that_of_the_project() -> None:
    [dockerfile] = fences(TUTORIAL, "dockerfile")
    [commands] = fences(TUTORIAL, "bash")
    project = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "docker build -t chatkit-link .." in commands
    assert dockerfile.startswith("FROM chatkit-link\n")
    assert "ENV CHATKIT_LINK_CONFIG=/shop/chatkit-link.toml" in dockerfile
    # What the derived image takes over: the user that it names, and the command that serves on every address.
    assert "USER chatkit" in project
    assert 'CMD ["chatkit-link", "serve", "--host", "0.0.0.0"]' in project


async def test_the_commands_of_the_quickstart_answer_without_a_key(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask, examine = (block.replace(".venv/bin/", "") for block in fences(QUICKSTART, "sh"))
    answer = await run(ask, monkeypatch)
    assert re.search(r"\[\d+\]|【\d+】|Sources", answer), answer
    assert "database: schema" in await run(examine, monkeypatch)


async def two_answers(file: Path, ask: str = "Are you open on Sunday?") -> list[str]:
    """What the chat on the file's page answers to a question, and to a second one in the same thread."""
    app: Any = runpy.run_path(str(file))["app"]
    async with (
        app.router.lifespan_context(app),
        serve(app) as address,
        httpx2.AsyncClient(base_url=address, timeout=30) as browser,
    ):
        page = (await browser.get("/")).text
        assert 'src="/assistant/chatkit.js"' in page
        assert "url: '/assistant/chatkit'" in page
        await browser.get("/assistant/frame.html")  # brings the anonymous cookie
        message = {"content": [{"type": "input_text", "text": ask}], "attachments": [], "inference_options": {}}
        created = await browser.post(
            "/assistant/chatkit", json={"type": "threads.create", "params": {"input": message}}
        )
        thread = next(event["thread"]["id"] for event in events(created.text) if event["type"] == "thread.created")
        added = await browser.post(
            "/assistant/chatkit",
            json={"type": "threads.add_user_message", "params": {"thread_id": thread, "input": message}},
        )
        assert created.status_code == added.status_code == 200
        return [created.text, added.text]


def events(stream: str) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")]


def test_the_figures_of_the_readme_are_measured() -> None:
    """A figure of the README stands in the tables of the performance page, too."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tables = (ROOT / "docs" / "explanation" / "performance.md").read_text(encoding="utf-8")
    [(slowest, fastest)] = re.findall(r"(\d\.\d\d) to (\d\.\d\d) times the requests per second", readme)
    rows = re.findall(r"Requests/s, (?:plain|agents) path, 50 deltas, 32 clients: .* \| (\d\.\d\d) x \|", tables)
    assert sorted(rows) == [slowest, fastest]
    [dearest] = re.findall(r"1\.\d\d to (\d\.\d\d) times the SDK's CPU", readme)
    assert max(re.findall(r"CPU per event, .* / SDK in memory \| (\d\.\d\d) x \|", tables)) == dearest
    [most] = re.findall(r"a stream takes at most (\d\.\d\d) MiB", readme)
    assert max(re.findall(r"Memory of a stream, .* \| (\d\.\d\d) MiB \|", tables)) == most
