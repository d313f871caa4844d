"""`make audit`: what cannot be looked up is never called safe."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.audit import Answer, read_npm_audit, read_pip_audit

ROOT = Path(__file__).parents[2]
CLEAN: dict[str, Any] = {"name": "alembic", "version": "1.20.1", "vulns": []}
#: As pip-audit 2.10 writes them.
SKIPPED = {"name": "anyio", "skip_reason": "Dependency not found on PyPI and could not be audited: anyio (4.16.0)"}
WRONG = {**CLEAN, "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.21"], "aliases": [], "description": ""}]}


def pip_audit(*packages: dict[str, Any]) -> Answer:
    return read_pip_audit(json.dumps({"dependencies": packages, "fixes": []}), "")


def npm_audit(vulnerabilities: dict[str, Any], total: int = 5) -> Answer:
    report = {"vulnerabilities": vulnerabilities, "metadata": {"dependencies": {"total": total}}}
    return read_npm_audit("npm packages", json.dumps(report), "")


def test_only_packages_that_were_looked_up_have_no_vulnerabilities() -> None:
    assert pip_audit(CLEAN) == Answer("Python packages")
    assert npm_audit({}) == Answer("npm packages")
    for answer in (pip_audit(CLEAN, SKIPPED), pip_audit(), npm_audit({}, total=0)):
        assert answer.unknown
    assert "anyio" in pip_audit(CLEAN, SKIPPED).unknown


def test_a_vulnerability_is_named_with_the_version_that_mends_it() -> None:
    assert pip_audit(CLEAN, WRONG).found == ["alembic 1.20.1: PYSEC-1, fixed in 1.21"]
    assert npm_audit({"lodash": {"range": "<4", "severity": "high"}}).found == ["lodash <4: high"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "requests.exceptions.ConnectionError: Max retries exceeded"),
        ("{}", ""),
        ("[]", "x"),
        ('{"message": "405 Method Not Allowed", "statusCode": 405}', ""),
        ('{"vulnerabilities": null}', ""),
        ("<html>", ""),
    ],
)
def test_an_answer_that_is_none_says_that_nothing_was_audited(text: str, error: str) -> None:
    for answer in (read_pip_audit(text, error), read_npm_audit("npm packages", text, error)):
        assert "could not be asked" in answer.unknown
        assert not answer.found


def test_without_a_database_the_command_says_so_and_has_a_status_of_its_own(tmp_path: Path) -> None:
    for name in ("pip-audit", "npm"):  # as both do where nothing is reached
        (tmp_path / name).write_text("#!/bin/sh\necho 'getaddrinfo ENOTFOUND' >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "audit.py"), "--tools", str(tmp_path)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stdout.count("NOT AUDITED") == 3
    assert "no known vulnerabilities" not in done.stdout
