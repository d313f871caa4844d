"""``chatkit-link new``: the folder that it makes, and the test of that folder."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import Result

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.settings import Settings
from tests.cli.conftest import files, sentence
from tests.own_route.conftest import ROOT

Command = Callable[..., Awaitable[Result]]
WRITTEN = [
    ".dockerignore", ".env.example", ".gitignore", "Dockerfile", "README.md", "agent.py", "chatkit-link.toml",
    "compose.yaml", "railway.json", "render.yaml", "requirements.txt", "test_agent.py", "widgets",
]  # fmt: skip
#: render.com/docs/blueprint-spec, "Service fields" of a web service and "Database fields".
RENDER_SERVICE = {
    "type", "name", "runtime", "plan", "region", "branch", "rootDir", "buildCommand", "startCommand",
    "preDeployCommand", "healthCheckPath", "envVars", "dockerfilePath", "dockerContext", "dockerCommand", "autoDeploy",
    "autoDeployTrigger", "maxShutdownDelaySeconds", "numInstances", "staticPublishPath", "headers", "routes", "domains",
    "disk", "repo", "buildFilter", "scaling",
}  # fmt: skip
RENDER_DATABASE = {
    "name",
    "plan",
    "region",
    "databaseName",
    "user",
    "postgresMajorVersion",
    "diskSizeGB",
    "ipAllowList",
}
RENDER_VARIABLE = {"key", "value", "sync", "generateValue", "fromDatabase", "fromService", "fromGroup"}
#: docs.railway.com/config-as-code/reference; numbers of seconds are numbers.
RAILWAY = {
    "build": {"builder", "dockerfilePath", "buildCommand", "watchPatterns"},
    "deploy": {
        "startCommand", "preDeployCommand", "healthcheckPath", "healthcheckTimeout", "restartPolicyType",
        "restartPolicyMaxRetries", "overlapSeconds", "drainingSeconds", "numReplicas", "cronSchedule",
    },
}  # fmt: skip


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder outside of pytest's, which the user PostgreSQL runs as may enter."""
    with tempfile.TemporaryDirectory(prefix="chatkit-link-new-", ignore_cleanup_errors=True) as name:
        yield Path(name)


async def test_a_new_folder_has_few_files_that_name_it(command: Command, tmp_path: Path) -> None:
    made = await command("new", "tea-shop")
    assert made.exit_code == 0, made.output
    folder = tmp_path / "tea-shop"
    assert files(folder) == WRITTEN
    assert "cd tea-shop" in made.stdout and "chatkit-link serve" in made.stdout
    catalog = read_catalog(folder / "chatkit-link.toml", {})
    assert catalog.default == "tea-shop" and catalog.agents["tea-shop"].name == "Tea shop"
    assert (folder / "requirements.txt").read_text() == f"chatkit-link=={version('chatkit-link')}\n"
    everything = "".join(file.read_text() for file in folder.rglob("*") if file.is_file())
    assert not re.search(r"my-agent|My agent|0\.0\.0[^.]|own variables", everything.replace("0.0.0.0", ""))
    assert len((folder / "README.md").read_text().splitlines()) < 45


async def test_the_output_for_scripts_names_the_files(command: Command, tmp_path: Path) -> None:
    made = await command("new", "deep/er/tea-shop", "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["agent"] == "tea-shop" and told["folder"] == "deep/er/tea-shop"
    assert {"agent.py", ".env.example", "widgets/opening-hours.widget"} <= set(told["files"])
    assert all((tmp_path / told["folder"] / file).is_file() for file in told["files"])


@pytest.mark.parametrize(
    ("name", "advice"),
    [("My_Shop", "such as my-shop"), ("2fast", "such as fast"), ("a--b", "such as a-b"), ("tea-", "such as tea"),
     ("Tee stube", "such as tee-stube"), ("käse", "such as kase"), ("Überagent", "such as uberagent"),
     ("research", "another name"), ("runs", "another name"), ("a" * 60, "such as aaa")],
)  # fmt: skip
async def test_a_name_that_cannot_be_an_agents_is_refused(
    command: Command, tmp_path: Path, name: str, advice: str
) -> None:
    refused = await command("new", name)
    assert advice in sentence(refused)
    assert files(tmp_path) == []


async def test_a_folder_with_something_in_it_stays_as_it_is(command: Command, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine.txt").write_text("mine")
    assert "is not empty (it has mine.txt)" in sentence(await command("new", "shop"))
    assert files(tmp_path / "shop") == ["mine.txt"]
    (tmp_path / "file").write_text("")
    assert "is a file" in sentence(await command("new", "file"))
    assert "choose agent or professor-lock" in sentence(await command("new", "other", "--from", "nothing"))
    assert not (tmp_path / "other").exists()


async def test_a_repository_and_an_environment_are_not_in_the_way(command: Command, tmp_path: Path) -> None:
    (tmp_path / "shop" / ".git").mkdir(parents=True)
    (tmp_path / "shop" / ".venv").mkdir()
    assert (await command("new", "shop")).exit_code == 0
    assert files(tmp_path / "shop") == sorted([*WRITTEN, ".git", ".venv"])


@pytest.mark.parametrize("source", ["agent", "professor-lock"])
async def test_each_file_passes_on_what_the_agent_reads(command: Command, tmp_path: Path, source: str) -> None:
    assert (await command("new", "my-lock", "--from", source)).exit_code == 0
    folder = tmp_path / "my-lock"
    compose = yaml.safe_load((folder / "compose.yaml").read_text())["services"]["app"]["environment"]
    listed = set(re.findall(r"^# ([A-Z_]+)=", (folder / ".env.example").read_text(), re.MULTILINE))
    assert listed - {"POSTGRES_PASSWORD"} == set(compose) - {"PORT", "CHATKIT_LINK_GRACE"}  # which it sets itself
    known = {"PORT"}
    for name, field in Settings.model_fields.items():
        known.add(f"CHATKIT_LINK_{name.upper()}")
        known.update(map(str, getattr(field.validation_alias, "choices", ())))
    own = set(compose) - known
    if source == "agent":
        assert own == set()
    else:
        used = (ROOT / "examples" / "professor_lock" / "settings.py").read_text()
        assert {"ODDS_API_KEY", "BACKEND_URL", "STATMUSE_URL"} <= own
        assert all(re.search(rf"\b{name.lower()}\b", used) for name in own)
    [service] = yaml.safe_load((folder / "render.yaml").read_text())["services"]
    asked = {variable["key"] for variable in service["envVars"]}
    assert own | {"OPENAI_BASE_URL", "CHATKIT_LINK_MODEL", "CHATKIT_LINK_ORIGINS"} <= asked
    assert {"CHATKIT_LINK_JWT_ISSUER", "CHATKIT_LINK_JWT_AUDIENCE", "CHATKIT_LINK_FILES_URL"} <= set(compose)
    readme = (folder / "README.md").read_text()
    # `railway up` uploads to the linked service, and `add --database` links none (railwayapp/cli, commands/add.rs).
    assert readme.index("railway add --service my-lock") < readme.index("railway domain") < readme.index("railway up\n")


async def test_the_files_for_render_and_railway_have_keys_that_these_read(command: Command, tmp_path: Path) -> None:
    assert (await command("new", "my-lock", "--from", "professor_lock")).exit_code == 0
    render: dict[str, Any] = yaml.safe_load((tmp_path / "my-lock" / "render.yaml").read_text())
    assert set(render) == {"services", "databases"}
    [service], [database] = render["services"], render["databases"]
    assert set(service) <= RENDER_SERVICE and set(database) <= RENDER_DATABASE
    assert service["runtime"] == "docker" and service["healthCheckPath"] == "/health"
    for variable in service["envVars"]:
        assert set(variable) <= RENDER_VARIABLE and len(variable) == 2, variable
    named = {variable["key"]: variable for variable in service["envVars"]}
    assert named["DATABASE_URL"]["fromDatabase"] == {"name": database["name"], "property": "connectionString"}
    assert named["CHATKIT_LINK_SECRET"]["generateValue"] is True
    assert named["OPENAI_API_KEY"]["sync"] is False  # asked for, and in no file
    # There is no volume, so a file that is stored is lost with the next deployment, which then stores none.
    assert named["CHATKIT_LINK_UPLOADS"]["value"] == "false" and "disk" not in service
    added = re.search(r"railway add --service my-lock[^`]*", (tmp_path / "my-lock" / "README.md").read_text())
    assert added and "-v CHATKIT_LINK_UPLOADS=false" in added[0]
    railway: dict[str, Any] = json.loads((tmp_path / "my-lock" / "railway.json").read_text())
    for part, keys in RAILWAY.items():
        assert set(railway[part]) <= keys
    stopping = Settings.model_fields["grace"].default + Settings.model_fields["drain"].default
    assert railway["deploy"]["drainingSeconds"] > stopping
    assert railway == json.loads((ROOT / "railway.json").read_text())


async def test_a_copy_of_professor_lock_is_whole(command: Command, tmp_path: Path) -> None:
    assert (await command("new", "my-lock", "--from", "professor-lock")).exit_code == 0
    folder, example = tmp_path / "my-lock", ROOT / "examples" / "professor_lock"
    copied = {file.relative_to(folder / "professor_lock") for file in (folder / "professor_lock").rglob("*.*")}
    theirs = {file.relative_to(example) for file in example.rglob("*.*") if "__pycache__" not in file.parts}
    assert copied == theirs - {Path("chatkit-link.toml")}
    catalog, before = (
        tomllib.loads((place / "chatkit-link.toml").read_text(encoding="utf-8")) for place in (folder, example)
    )
    assert catalog["default"] == next(iter(before["agents"]))
    assert catalog["agents"].keys() == before["agents"].keys()
    for agent, entry in catalog["agents"].items():
        assert entry["target"] == before["agents"][agent]["target"].replace("./", "professor_lock/", 1)
        assert entry["prompts"] == before["agents"][agent]["prompts"]


@pytest.mark.parametrize("source", ["agent", "professor-lock"])
async def test_its_own_test_passes_without_a_key(command: Command, home: Path, source: str) -> None:
    """As ``pytest`` in the folder; it asks a server that it starts for that."""
    assert (await command("new", str(home / "my-lock"), "--from", source)).exit_code == 0
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=home / "my-lock",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b[23] passed", done.stdout), done.stdout
