"""The wheel alone, in an empty environment, from an empty folder: what `pip install` gives a person."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import venv
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

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
    for folder, packed in (("migrations", "_migrations"), ("widgets", "_widgets"), ("docs", "_docs"), built):
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


@contextmanager
def _serving(programs: Path, home: Path) -> Generator[tuple["subprocess.Popen[str]", str]]:
    """`chatkit-link serve` with nothing but a PATH, until the block ends; gives the process and its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [programs / "chatkit-link", "serve", "--port", str(port)],
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
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
