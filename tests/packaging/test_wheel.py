"""The wheel alone, in an empty environment, from an empty folder: what `pip install` gives a person."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import venv
import zipfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import empty_database, postgres
from tests.faults.processes import Postgres

assert postgres and empty_database  # fixtures
ROOT = Path(__file__).parents[2]
DRAIN = 10  # the default of CHATKIT_LINK_DRAIN
STARTS_WITHIN = 60

pytestmark = [pytest.mark.wheel, pytest.mark.slow("wheel"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """An empty folder outside the checkout that the user PostgreSQL runs as may enter, too."""
    with tempfile.TemporaryDirectory(prefix="chatkit-link-wheel-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def wheel(folder: Path) -> Path:
    if not (ROOT / "chatkit_link" / "static" / "chatkit.js").is_file():
        pytest.fail("The page is not built, and the wheel carries it: run `make build`.")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist"), cwd=ROOT)
    [built] = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, folder: Path) -> Path:
    """The folder with the programs of an environment that has the wheel and what the wheel itself asks for."""
    pins = re.findall(r"^[\w.-]+==[^\\]+", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins))
    environment = folder / "venv"
    venv.create(environment, with_pip=True)
    programs = environment / "bin"
    _run(str(programs / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check",
         "-c", str(constraints), f"{wheel}[embedded]", cwd=folder)  # fmt: skip
    return programs


def test_the_wheel_carries_the_page_the_migrations_the_widgets_and_the_documents(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    built = ("chatkit_link/static", "static")
    brought = (("migrations", "_migrations"), ("widgets", "_widgets"), ("docs", "_docs"), ("templates", "_templates"))
    lock = ("examples/professor_lock", "_examples/professor_lock")
    for folder, packed in (*brought, lock, built):
        expected = {
            f"chatkit_link/{packed}/{file.relative_to(ROOT / folder).as_posix()}"
            for file in (ROOT / folder).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert expected
        assert expected <= names
    for name in ("static/index.html", "static/frame.html.br", "static/chatkit.js.gz", "_docs/README.md", "py.typed"):
        assert f"chatkit_link/{name}" in names


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"chatkit_link", f"{wheel.name.split('-py3')[0]}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".map", ".env"))]


def test_an_installed_wheel_serves_answers_and_stops_without_leaving_anything(installed: Path, folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    with _serving(installed, home) as (process, address), httpx2.Client(base_url=address, timeout=60) as http:
        assert "<html" in http.get("/").text  # the anonymous user's cookie comes with the page
        assert http.get("/chatkit.js").status_code == 200
        assert [agent["id"] for agent in http.get("/api/agents").json()["agents"]] == ["research"]

        message = {
            "content": [{"type": "input_text", "text": "How does an answer survive a reload?"}],
            "attachments": [],
            "inference_options": {},
        }
        answer = http.post("/chatkit", json={"type": "threads.create", "params": {"input": message}})
        assert answer.status_code == 200
        assert '"thread.created"' in answer.text
        assert '"assistant_message"' in answer.text
        assert '"type":"error"' not in answer.text

        postmaster = int((home / ".chatkit-link/postgres/postmaster.pid").read_text().splitlines()[0])
        assert _runs(postmaster)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=DRAIN + 5) == 0
    assert not _runs(postmaster)


def test_the_page_about_leaving_agent_builder_starts_on_a_machine_that_has_nothing(
    wheel: Path, installed: Path, folder: Path
) -> None:
    """Its first commands as they stand there, in a shell, with the wheel in the place of the package index's."""
    assert installed.is_dir()  # has filled pip's cache, and the constraints
    home = folder / "leaving"
    home.mkdir()
    page = (ROOT / "docs" / "how-to" / "leaving-agent-builder.md").read_text(encoding="utf-8")
    install, check, add = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)[:3]
    export = ROOT / "examples" / "exported_workflow" / "router.py"
    script = f"set -e\n{install}\ncp {export} workflow.py\n{check}\n{add}"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PIP_FIND_LINKS": str(wheel.parent),
        "PIP_CONSTRAINT": str(folder / "constraints.txt"),
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip")),
        **{
            name: value
            for name, value in os.environ.items()
            if name in ("PIP_INDEX_URL", "PIP_CONFIG_FILE", "SSL_CERT_FILE")
        },
    }
    done = subprocess.run(
        ["bash", "-c", script], cwd=home, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "workflow.py runs here" in done.stdout
    assert "ready" in done.stdout.rpartition("workflow.py")[2]
    assert (home / "my-chat" / "chatkit-link.toml").read_text() == '[agents.workflow]\ntarget = "workflow.py"\n'


def test_the_image_of_a_new_folder_migrates_serves_and_answers_at_its_public_address(
    wheel: Path, installed: Path, folder: Path, postgres: Postgres, empty_database: str
) -> None:
    """The steps of its Dockerfile and of railway.json by hand, with the wheel in the folder as its requirements say."""
    _run(str(installed / "chatkit-link"), "new", "tea-shop", cwd=folder)
    project, image = folder / "tea-shop", folder / "image"
    (project / ".env").write_text("OPENAI_API_KEY=sk-not-for-the-image\n")
    shutil.copy(wheel, project)
    image.mkdir()
    steps = re.findall(r"^(COPY|RUN|ENV|CMD|WORKDIR|USER) (.+)$", (project / "Dockerfile").read_text(), re.MULTILINE)
    environment = {"PATH": f"{installed}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    command: list[str] = []
    for step, text in steps:
        match step:
            case "ENV":
                environment |= dict(part.split("=", 1) for part in text.split())
            case "COPY" if text == ". .":
                kept_out = [line.removeprefix("**/") for line in (project / ".dockerignore").read_text().split()]
                shutil.copytree(project, image, ignore=shutil.ignore_patterns(*kept_out), dirs_exist_ok=True)
            case "COPY":
                for pattern in text.split()[:-1]:
                    for file in project.glob(pattern):
                        shutil.copy(file, image)
            case "RUN" if text.startswith("pip "):
                # What the wheel asks for is installed already; the requirement must be one that this wheel meets.
                _run(*f"{installed}/python -m {text} --no-index".split(), cwd=image)
            case "CMD":
                command = json.loads(text)
            case _:
                pass
    assert (image / "widgets" / "opening-hours.widget").is_file() and (image / "agent.py").is_file()
    assert not (image / ".env").exists()

    railway = json.loads((project / "railway.json").read_text())["deploy"]
    environment |= {
        "DATABASE_URL": postgres.url(empty_database),
        "RAILWAY_PUBLIC_DOMAIN": "tea-shop.example.com",
        "CHATKIT_LINK_SECRET": "0123456789abcdef0123456789abcdef",
        "CHATKIT_LINK_DATA": str(folder / "data"),
    }
    for line in railway["preDeployCommand"]:
        done = subprocess.run(
            line.split(), cwd=image, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert "The database is at schema" in done.stdout, done.stderr
    assert command[-2:] == ["--host", "0.0.0.0"]
    served = [str(installed / command[0]), *command[1:-1], "127.0.0.1"]  # this machine is not on the internet
    public = {"Host": "tea-shop.example.com", "X-Forwarded-Proto": "https"}
    with (
        _serving(installed, image, served, environment) as (_, address),
        httpx2.Client(base_url=address, timeout=60, headers=public) as http,
    ):
        assert http.get(railway["healthcheckPath"]).json() == {"status": "ok"}
        assert "Secure" in http.get("/").headers["set-cookie"]
        message = {
            "content": [{"type": "input_text", "text": "Are you open on Sunday?"}],
            "attachments": [],
            "inference_options": {},
        }
        answer = http.post("/chatkit", json={"type": "threads.create", "params": {"input": message}})
        assert '"type":"widget"' in answer.text and "Our hours that day: closed." in answer.text, answer.text


@contextmanager
def _serving(
    programs: Path, home: Path, command: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Generator[tuple["subprocess.Popen[str]", str]]:
    """`chatkit-link serve` with nothing but a PATH, until the block ends; gives the process and its address.

    No load balancer has to notice that it stops.

    command, environment: in place of these; the port is in the variable PORT then.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        command or [programs / "chatkit-link", "serve", "--port", str(port)],
        cwd=home,
        env={
            "PORT": str(port),
            "CHATKIT_LINK_GRACE": "0",
            **(environment or {"PATH": os.environ["PATH"], "HOME": str(home)}),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    output: list[str] = []
    ready = threading.Event()

    def read(lines: Iterator[str]) -> None:
        for line in lines:
            output.append(line)
            if line.split()[:1] == ["ready"]:
                ready.set()
        ready.set()

    reader = threading.Thread(target=read, args=[iter(process.stderr)])
    reader.start()
    try:
        assert ready.wait(STARTS_WITHIN), "".join(output)
        assert process.poll() is None, "".join(output)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(timeout=DRAIN + 5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        process.stderr.close()


def _runs(pid: int) -> bool:
    """Whether this process is there, and not just waiting for somebody to ask how it ended."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
