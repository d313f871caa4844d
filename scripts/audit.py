"""`make audit`: whether advisory databases know of a vulnerability in a package that a release has.

pip-audit asks PyPI about `requirements.lock`, and npm its registry about the packages of the page and of the process
that runs TypeScript workflows. Where a database cannot be reached, or does not know a package, that is no good news: it
is said, and has an exit status of its own.

Exit status: 0, all packages were looked up and none has a known vulnerability; 1, at least one has; 3, none is known,
but not all could be looked up.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
NPM: Final = {
    "the page": ROOT / "frontend", "TypeScript workflows": ROOT / "chatkit_link" / "agents" / "sidecar" / "node",
}  # fmt: skip
VULNERABLE: Final = 1
NOT_LOOKED_UP: Final = 3
_PATIENCE: Final = 300


@dataclass
class Answer:
    """Of one database. found: a line for each vulnerability. unknown: why packages were not looked up."""

    about: str
    found: list[str] = field(default_factory=list[str])
    unknown: str = ""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Ask advisory databases about the packages of a release.")
    parser.add_argument("--tools", type=Path, required=True, help="bin folder of an environment with pip-audit")
    given = parser.parse_args(arguments)
    answers = [python_packages(given.tools), *(npm_packages(about, folder) for about, folder in NPM.items())]
    for answer in answers:
        print(f"{answer.about}: {_said(answer)}")
    if any(answer.found for answer in answers):
        return VULNERABLE
    return NOT_LOOKED_UP if any(answer.unknown for answer in answers) else 0


def _said(answer: Answer) -> str:
    lines = (
        [f"{len(answer.found)} known vulnerabilities", *(f"  {line}" for line in answer.found)] if answer.found else []
    )
    if answer.unknown:
        lines.append(f"NOT AUDITED: {answer.unknown} This says nothing about vulnerabilities.")
    return "\n".join(lines) or "no known vulnerabilities"


def python_packages(tools: Path) -> Answer:
    command = ["--requirement", "requirements.lock", "--require-hashes", "--disable-pip", "--format", "json"]
    text, error = _run([str(tools / "pip-audit"), *command, "--progress-spinner", "off"], ROOT)
    return read_pip_audit(text, error)


def npm_packages(about: str, folder: Path) -> Answer:
    text, error = _run(["npm", "audit", "--json", "--omit", "dev", "--package-lock-only"], folder)
    return read_npm_audit(f"npm packages of {about}", text, error)


def read_pip_audit(text: str, error: str) -> Answer:
    """What pip-audit wrote to its outputs. It ends with success where its database knows none of the packages."""
    answer = Answer("Python packages")
    try:
        packages: list[dict[str, Any]] = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        answer.unknown = f"the advisory database could not be asked ({_last_line(error)})."
        return answer
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if skipped or not packages:
        few = ", ".join(skipped[:3]) + (", ..." if len(skipped) > 3 else "")
        answer.unknown = f"the advisory database did not know {len(skipped)} of {len(packages)} packages ({few})."
    for package in packages:
        for one in package.get("vulns", []):
            fixed = ", ".join(one["fix_versions"]) or "no version"
            answer.found.append(f"{package['name']} {package['version']}: {one['id']}, fixed in {fixed}")
    return answer


def read_npm_audit(about: str, text: str, error: str) -> Answer:
    """What `npm audit --json` wrote to its outputs."""
    answer = Answer(about)
    try:
        report: dict[str, Any] = json.loads(text)
        packages: dict[str, dict[str, Any]] = report["vulnerabilities"]
        looked_up = int(report["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError, TypeError):
        answer.unknown = f"the advisory database could not be asked ({_last_line(error, text)})."
        return answer
    if not looked_up:
        answer.unknown = "npm found no packages to ask about."
    answer.found = [f"{name} {one['range']}: {one['severity']}" for name, one in packages.items()]
    return answer


def _last_line(error: str, text: str = "") -> str:
    try:
        return str(json.loads(text)["message"])[:200]
    except (ValueError, KeyError, TypeError):
        lines = [line for line in error.splitlines() if line.strip()]
        return lines[-1].strip()[:200] if lines else "no answer"


def _run(command: list[str], folder: Path) -> tuple[str, str]:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", f"{type(error).__name__}: {Path(command[0]).name}"
    return done.stdout, done.stderr


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
