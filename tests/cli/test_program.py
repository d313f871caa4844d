"""The program as a whole: what it costs to ask for help, what help says, and what a terminal or a script sees."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main

from chatkit_link.cli import program
from chatkit_link.cli.program import cli
from chatkit_link.cli.usage import KEYS
from chatkit_link.store import usage
from chatkit_link.workshop.folder import WidgetFolder, new_widget
from tests.cli.conftest import Command
from tests.faults.processes import Postgres, free_port

PROGRAM = Path(sys.executable).with_name("chatkit-link")
#: What takes long to import, and what only a terminal that shows something needs.
HEAVY = frozenset(
    "agents alembic anyio asyncpg chatkit fastapi httpx2 mcp openai pydantic rich sqlalchemy starlette uvicorn".split()
)
#: For ``python -c``: run the program, and print afterwards which packages it has imported.
IMPORTED = """
import sys
from chatkit_link.cli import main
try:
    main()
except SystemExit as end:
    print("status", end.code or 0, file=sys.stderr)
print("imported", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
ESCAPE = "\x1b"


def environment(**given: str) -> dict[str, str]:
    private = ("CHATKIT_", "OPENAI_", "DATABASE_URL", "PORT", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
    return {name: value for name, value in os.environ.items() if not name.startswith(private)} | given


def started(folder: Path, *arguments: str, **given: str) -> "subprocess.CompletedProcess[str]":
    """The program in a process of its own, with pipes."""
    return subprocess.run(
        [PROGRAM, *arguments], cwd=folder, env=environment(**given), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip


class Ran(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs the program in this process, which has imported everything already, in an empty folder."""
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda level: None)  # the log is pytest's here
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["chatkit-link", *arguments])
        with pytest.raises(SystemExit) as end:
            program.run()
        status = end.value.code or 0
        assert isinstance(status, int)
        printed = capsys.readouterr()
        return Ran(status, printed.out, printed.err)

    return run


def imported(folder: Path, *arguments: str, **given: str) -> tuple[int, set[str]]:
    """The exit status, and the packages that the program has imported by then."""
    ran = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments], cwd=folder, env=environment(**given),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    lines = ran.stderr.splitlines()
    status = next(int(line.split()[1]) for line in lines if line.startswith("status "))
    return status, set(next(line for line in lines if line.startswith("imported ")).split()[1:])


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("usage", "--help"), ("agents", "check", "--help"), ("serv",)]
)
def test_help_imports_nothing_that_takes_long(arguments: tuple[str, ...], tmp_path: Path) -> None:
    status, names = imported(tmp_path, *arguments)
    assert status == (2 if arguments == ("serv",) else 0)
    # typer itself asks pydantic about the numbers and the dates among a command's options.
    assert names & HEAVY <= (set() if arguments[0].startswith("-") else {"pydantic"})


def test_help_costs_no_more_than_a_moment_of_the_processor(tmp_path: Path) -> None:
    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = spent()
    assert started(tmp_path, "--help").returncode == 0
    assert spent() - before < 0.4  # it is a quarter of that; another process's work is not counted


def test_usage_does_without_the_agents(tmp_path: Path, postgres: Postgres, empty_database: str) -> None:
    given = {"DATABASE_URL": postgres.url(empty_database)}
    assert started(tmp_path, "migrate", **given).returncode == 0
    ran = started(tmp_path, "usage", **given)
    assert ran.stdout == "Nothing was used in that time. The offline model is not counted.\n"
    status, names = imported(tmp_path, "usage", "--json", **given)
    assert status == 0
    assert names & {"agents", "openai", "mcp", "fastapi", "httpx2"} == set()


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    ran = started(tmp_path, "--version")
    assert (ran.returncode, ran.stdout) == (0, "chatkit-link 0.1.0\n")


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    group = group or typer.main.get_group(cli)
    for name, command in group.commands.items():
        if not (inner := getattr(command, "commands", None)) or command.invoke_without_command:
            yield (*path, name), command
        if inner:
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", [" ".join(path) for path, _ in commands()])
async def test_each_command_has_an_example_and_types_that_say_what_is_meant(path: str, command: Command) -> None:
    shown = (await command(*path.split(), "--help")).output
    assert f"  chatkit-link {path}" in shown.partition("Example")[2]
    assert max(len(line) for line in shown.splitlines()) <= 80
    for vague in (" TEXT", " INTEGER", " FLOAT", " PATH", "<str>", "<int>", "<path>", " DATETIME"):
        assert vague not in shown.partition("Options:")[2].replace("--reason TEXT", ""), vague


def test_every_example_is_a_command_with_its_options() -> None:
    known = dict(commands())
    for path, command in known.items():
        for line in (command.epilog or "").splitlines():
            words = line.split()
            if words[:1] != ["chatkit-link"]:
                continue
            assert tuple(words[1 : len(path) + 1]) == path
            options = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("group", ["agents", "threads", "widgets", "import", "models"])
async def test_each_group_has_an_example_of_its_commands(group: str, command: Command) -> None:
    examples = (await command(group, "--help")).output.partition("Example")[2].splitlines()[1:]
    known = {" ".join(path) for path, _ in commands()}
    assert examples
    for line in examples:
        program, *words = line.split()
        assert program == "chatkit-link"
        assert words[0] == group
        assert {" ".join(words[:1]), " ".join(words[:2])} & known


async def test_the_exit_status_is_explained(command: Command) -> None:
    shown = (await command("--help")).output
    assert [line.split()[0] for line in shown.partition("Exit status:")[2].splitlines()[1:5]] == ["0", "1", "2", "130"]


def test_the_keys_of_usage_are_those_of_the_store() -> None:
    assert set(KEYS) == set(usage.KEYS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing",), "No such command 'nothing'"),
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--port", "eighty"), "--port"),
        (("usage", "--days", "0"), "--days"),
        (("agents", "--on", "tomorrow"), "--on"),
        (("agents", "check", "missing.py"), "missing.py"),
        (("agents", "check", "."), "directory"),
        (("import", "threads", "--all-users-from", "missing.csv"), "missing.csv"),
        (("import", "threads"), "--user"),
        (("import", "threads", "--user", "ada", "--report", "nowhere/out.json"), "nowhere/out.json"),
        (("widgets", "check"), "There is no .widget file in widgets"),
        (("widgets", "check", "--folder", "file.txt"), "file.txt"),
        (("widgets", "render", "x"), "x.widget: there is no such file"),
        (("widgets", "render", "x", "--scheme", "blue"), "--scheme"),
        (("token", "--user", "ada"), "CHATKIT_LINK_JWT_SECRET"),
        (("models", "refresh"), "OPENAI_API_KEY"),
        (("models", "refresh", "--file", "."), "--file"),
        (("dev", "--folder", "file.txt"), "file.txt"),
        (("chat", "hello", "--url", "nonsense"), "nonsense"),
    ],
)
def test_what_a_user_gets_wrong_is_a_sentence_and_status_two(
    arguments: tuple[str, ...], words: str, run: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "file.txt").write_text("not a folder")
    ran = run(*arguments)
    assert (ran.status, words in ran.err, ran.out) == (2, True, ""), ran.err


@pytest.mark.parametrize("arguments", [("--help",), ("doctor",), ("agents",), ("usage",), ("nothing",)])
def test_a_pipe_gets_no_control_characters(
    arguments: tuple[str, ...], run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    ran = run(*arguments)
    assert ESCAPE not in ran.out + ran.err


@pytest.mark.parametrize(("variable", "coloured"), [("NO_COLOR", False), ("UNSET", True)])
def test_a_terminal_gets_colours_unless_no_color_is_set(tmp_path: Path, variable: str, coloured: bool) -> None:
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "doctor"], cwd=tmp_path, env=environment(**{variable: "1", "TERM": "xterm-256color"}),
        stdin=child, stdout=child, stderr=child,
    )  # fmt: skip
    os.close(child)
    shown = b""
    try:
        while piece := os.read(parent, 4096):
            shown += piece
    except OSError:  # on Linux, the end of it
        pass
    os.close(parent)
    assert process.wait(timeout=50) == 0
    assert (b"\x1b[32m" in shown) == coloured, shown


@pytest.mark.parametrize("arguments", [("agents", "--json"), ("doctor", "--json"), ("widgets", "list", "--json")])
def test_json_is_all_that_a_script_reads(arguments: tuple[str, ...], run: Callable[..., Ran]) -> None:
    ran = run(*arguments)
    assert ran.status == 0
    json.loads(ran.out)


def test_a_widget_that_does_not_load_is_listed_with_status_one(run: Callable[..., Ran], tmp_path: Path) -> None:
    assert run("widgets", "new", "good").status == 0
    (tmp_path / "widgets" / "torn.widget").write_text("{")
    assert (run("widgets", "list").status, run("widgets", "list", "--json").status) == (1, 1)
    ran = run("widgets", "new", "good")
    assert (ran.status, ran.err) == (2, "chatkit-link: good.widget exists already: choose another name.\n")


def test_one_widget_is_counted_in_the_singular(run: Callable[..., Ran], tmp_path: Path) -> None:
    run("widgets", "new", "good")
    assert run("widgets", "check").out == "1 widget checked, 0 problems.\n"
    (tmp_path / "widgets" / "good.widget").write_text("{")
    assert run("widgets", "check").out == "1 widget checked, 1 problem.\n"


def test_a_terminal_without_utf_8_shows_something_and_json_stays_whole(tmp_path: Path) -> None:
    WidgetFolder(tmp_path).write("door", new_widget("door").replace(b'"Door"', '"To →"'.encode()), over=None)
    given = ("widgets", "list", "--folder", ".")
    plain = {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    assert started(tmp_path, *given, **plain).stdout == "door\tTo ?\n"
    assert json.loads(started(tmp_path, *given, "--json", **plain).stdout)[0]["title"] == "To →"


def test_a_reader_who_goes_away_is_no_error_to_read_about(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [PROGRAM, "agents"], cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=50)
    assert said == ""


def test_a_chat_in_a_thread_that_does_not_exist_offers_no_way_to_continue_it(
    tmp_path: Path, postgres: Postgres, empty_database: str
) -> None:
    ran = started(tmp_path, "chat", "hi", "--thread", "thr_nope", DATABASE_URL=postgres.url(empty_database))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("There is no such thread")


def test_a_chat_without_a_server_fails_on_standard_error(run: Callable[..., Ran]) -> None:
    ran = run("chat", "hi", "--url", "http://127.0.0.1:1/chatkit")
    assert ran == (1, "", "No server answers at http://127.0.0.1:1: is it running?\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("doctor",), ("usage", "--help"), ("agents", "--json"), ("agents",)]
)
def test_output_that_cannot_be_written_is_a_sentence_and_status_two(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [PROGRAM, *arguments], cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL,
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=50, check=False,
        )  # fmt: skip
    words = "chatkit-link: The output cannot be written: No space left on device.\n"
    assert (ran.returncode, ran.stderr) == (2, words)


def test_ctrl_c_ends_the_program_quietly(tmp_path: Path) -> None:
    # A server that takes the connection and never answers: the command waits for it.
    script = f"""
import os, signal, socket, subprocess, sys
with socket.create_server(("127.0.0.1", 0)) as listener:
    url = f"postgresql://ada@127.0.0.1:{{listener.getsockname()[1]}}/chat?connect_timeout=40"
    process = subprocess.Popen([{str(PROGRAM)!r}, "usage"], env=os.environ | {{"DATABASE_URL": url}})
    connection, _ = listener.accept()
    process.send_signal({int(signal.SIGINT)})
    sys.exit(process.wait(timeout=40))
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True,
        timeout=50, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")


@pytest.mark.parametrize(("interrupts", "logs"), [(True, False), (False, True)])
def test_what_a_library_leaves_behind_is_logged_unless_ctrl_c_has_ended_the_command(
    tmp_path: Path, interrupts: bool, logs: bool
) -> None:
    """As asyncpg does, where a connection is broken off right after its socket is open."""
    script = f"""
import asyncio, signal
from chatkit_link.cli.event_loop import run

async def work():
    left = asyncio.get_running_loop().create_future()
    try:
        if {interrupts}:
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(30)
    finally:
        left.set_exception(ConnectionError("left behind"))
        del left

try:
    run(work())
except KeyboardInterrupt:
    print("interrupted")
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True,
        timeout=50, check=False,
    )  # fmt: skip
    assert (ran.stdout == "interrupted\n") == interrupts
    assert ("left behind" in ran.stderr) == logs, ran.stderr


def test_a_database_that_cannot_be_reached_takes_three_lines(tmp_path: Path) -> None:
    ran = started(tmp_path, "usage", DATABASE_URL=f"postgresql://ada:hunter2@127.0.0.1:{free_port()}/chat")
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[0] == "chatkit-link: The database cannot be reached: connection refused."
    assert len(ran.stderr.splitlines()) == 3
    assert "hunter2" not in ran.stderr
