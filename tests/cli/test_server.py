"""The program as it is started and stopped: real processes, real signals."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

PROGRAM = Path(sys.executable).with_name("chatkit-link")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chatkit-link-serve-", ignore_cleanup_errors=True) as name:
        yield Path(name)


Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    """Starts the program in the folder, without this machine's settings; stops it at the end."""
    private = ("CHATKIT_LINK_", "OPENAI_", "DATABASE_URL", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    kept["CHATKIT_LINK_GRACE"] = "0"  # no load balancer has to notice that it stops
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, start_new_session: bool = False, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [PROGRAM, *arguments],
            cwd=folder,
            env=kept | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=start_new_session,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def databases(folder: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and str(folder) in " ".join(process.info["cmdline"] or [])
    ]


def wait_for(process: "subprocess.Popen[str]", text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"the program ended without saying {text!r}")


@pytest.mark.parametrize("moment", ["starting", "ready"])
def test_sigterm_stops_the_server_and_its_database_at_any_moment(run: Run, folder: Path, moment: str) -> None:
    process = run("serve", "--port", "0")
    wait_for(process, moment)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "Traceback" not in out
    assert databases(folder) == []


def test_a_port_in_use_is_a_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = run("serve", "--port", str(taken.getsockname()[1]))
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "another program may have it" in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"DATABASE_URL": "mysql://u:hunter2@h/db"}, "PostgreSQL only"),
        ({"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/db"}, "cannot be reached"),
        ({"CHATKIT_LINK_SECRET": "hunter2"}, "too short"),
        ({"CHATKIT_LINK_SECRET_PREVIOUS": "hunter2"}, "too short"),
        ({"CHATKIT_LINK_MAX_TURNS": "hunter2"}, "CHATKIT_LINK_MAX_TURNS"),
        ({"CHATKIT_LINK_SEARCH": "tavily"}, "TAVILY_API_KEY"),
        ({"CHATKIT_LINK_CONFIG": "broken.toml"}, "not valid TOML"),
    ],
)
def test_settings_that_cannot_work_are_told_without_their_values(
    run: Run, folder: Path, environment: dict[str, str], told: str
) -> None:
    (folder / "broken.toml").write_text("agents = [")
    process = run("serve", "--port", "0", **environment)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert told in out
    assert "hunter2" not in out
    assert "Traceback" not in out


def test_an_agent_given_with_its_path_is_found_from_where_the_command_is_run(run: Run, folder: Path) -> None:
    (folder / "away").mkdir()
    (folder / "away" / "agents.toml").write_text("")
    (folder / "mine").mkdir()
    for place in ("said.py", "mine/__init__.py"):
        (folder / place).write_text("async def respond(ctx):\n    yield")
    process = run(
        "agents", "--agent", "said=./said.py", "--agent", "mine=mine/", CHATKIT_LINK_CONFIG="away/agents.toml"
    )
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    assert [line.split() for line in out.splitlines()[-2:]] == [
        ["said", "../said.py", "ready"], ["mine", "../mine/", "ready"]
    ]  # fmt: skip


def test_a_server_for_one_question_leaves_no_dead_links_and_its_offline_model_is_not_counted(run: Run) -> None:
    out, _ = run("chat", "What does Retry do?", CHATKIT_LINK_PORT="1").communicate(timeout=120)
    assert "docs/explanation/runs.md" in out.partition("\nSources\n")[2]
    assert "http://127.0.0.1" not in out
    out, _ = run("usage").communicate(timeout=120)
    assert out == "Nothing was used in that time. The offline model is not counted.\n"


def test_a_server_with_a_server_key_says_who_gets_in_and_the_terminal_chats_with_it(run: Run) -> None:
    key = {"CHATKIT_LINK_SERVER_KEY": "the-server-key-of-these-tests-is-long-enough"}
    process = run("serve", "--port", "0", **key)
    wait_for(process, "access    Back ends with the server key, and users with its sessions")
    wait_for(process, "ready")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    out, _ = run("chat", "What does Retry do?", CHATKIT_LINK_PORT="1", **key).communicate(timeout=120)
    assert "docs/explanation/runs.md" in out.partition("\nSources\n")[2]
    thread = out.partition("--thread ")[2].split()[0]
    out, _ = run("chat", "And Stop?", "--thread", thread, CHATKIT_LINK_PORT="1", **key).communicate(timeout=120)
    assert f"--thread {thread}" in out


def test_agents_that_do_not_load_are_listed_with_the_reason(run: Run, folder: Path) -> None:
    (folder / "bad.py").write_text("import nothing_of_that_name")
    (folder / "number.py").write_text("agent = 7")
    process = run("agents", "--agent", "bad=bad.py", "--agent", "gone=gone.py", "--agent", "number=number.py")
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "nothing_of_that_name" in " ".join(out.split())
    assert "there is no file" in " ".join(out.split())
    assert "Agent target 'number.py' is of type int." in " ".join(out.split())


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("203.0.113.7", "The address 203.0.113.7 is not one of this machine's. Choose another with --host."),
        ("256.1.1.1", "The host 256.1.1.1 cannot be resolved. Choose another with --host."),
        ("nowhere.invalid", "The host nowhere.invalid cannot be resolved. Choose another with --host."),
    ],
)
def test_a_host_that_cannot_be_listened_on_is_named_and_not_the_port(run: Run, host: str, words: str) -> None:
    process = run("serve", "--host", host, "--port", "0")
    out, _ = process.communicate(timeout=120)
    assert (process.returncode, out.splitlines()[-1]) == (2, f"chatkit-link: {words}")


OWN_APP = """
import os
from fastapi import FastAPI, Request
from chatkit_link import server_of
from .server import notes

app = FastAPI()

@app.get("/notes")
async def read(request: Request):
    return {"notes": notes, "agent": type(server_of(request)).__name__, "key": os.environ["SHOP_KEY"]}
"""
OWN_SERVER = """
from chatkit.server import ChatKitServer
from chatkit.types import ProgressUpdateEvent

notes = []

class Shop(ChatKitServer):
    async def respond(self, thread, input_user_message, context):
        notes.append(input_user_message.content[0].text)
        yield ProgressUpdateEvent(text="noted")
"""


@pytest.mark.parametrize("target", ["app.main:app", "app/main.py"])
def test_a_persons_own_app_is_served_in_the_same_process(run: Run, folder: Path, target: str) -> None:
    """Also with the catalog in another folder than the one that the command is run in."""
    project = folder / "project" if target == "app.main:app" else folder
    (project / "app").mkdir(parents=True)
    (project / "app" / "__init__.py").touch()
    (project / "app" / "main.py").write_text(OWN_APP)
    (project / "app" / "server.py").write_text(OWN_SERVER)
    (project / ".env").write_text("SHOP_KEY=from .env\n")
    (project / "chatkit-link.toml").write_text('[agents.shop]\ntarget = "app.server:Shop"\n')
    process = run("serve", "--port", "0", "--app", target, CHATKIT_LINK_CONFIG=str(project / "chatkit-link.toml"))
    assert process.stdout is not None
    lines = iter(process.stdout)
    address = next(line.split()[1] for line in lines if line.split()[:1] == ["ready"])
    message = {"content": [{"type": "input_text", "text": "Milk"}], "attachments": [], "inference_options": {}}
    with httpx2.Client(base_url=address, timeout=60) as http:
        answer = http.post("/chatkit", json={"type": "threads.create", "params": {"input": message}})
        assert "noted" in answer.text
        assert http.get("/notes").json() == {"notes": ["Milk"], "agent": "Shop", "key": "from .env"}
        assert http.get("/nowhere").json() == {"detail": "Not Found"}
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=120)
    assert (process.returncode, "Traceback" in out) == (0, False)


@pytest.mark.parametrize(
    ("target", "words"),
    [("nowhere.main:app", "No module named 'nowhere'"), ("main.py:app", "there is no file"), ("own:main", "no main")],
)
def test_an_app_that_cannot_be_served_is_a_sentence(run: Run, folder: Path, target: str, words: str) -> None:
    (folder / "own.py").write_text("app = 1\n")
    out, _ = (process := run("serve", "--port", "0", "--app", target)).communicate(timeout=120)
    assert process.returncode == 2
    assert words in " ".join(out.split())
    assert "Traceback" not in out
