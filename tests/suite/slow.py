"""The slow tests, and the files that each group of them is about.

`make test` runs a group when one of its files has changed since the main branch, or in the last commit of the main
branch itself; `make test-all` runs every group. Where git cannot tell what has changed, every group runs.
A test belongs to a group by its marker: ``@pytest.mark.slow("wheel")``.
"""

import subprocess
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

#: What every group depends on: the versions of what is installed, and this table.
ALWAYS = ("pyproject.toml", "requirements*.lock", "tests/conftest.py", "tests/suite/slow.py")
#: Group -> patterns of the files that it depends on; `*` crosses folders.
GROUPS: dict[str, tuple[str, ...]] = {
    # The wheel, in an environment of its own.
    "wheel": (
        "tests/packaging/test_wheel.py", "chatkit_link/resources.py", "chatkit_link/store/embedded*.py",
        "chatkit_link/cli/*", "migrations/*", "templates/*", "frontend/vite*.ts", "Makefile",
    ),
    # The tools of `make sbom`, in an environment of their own.
    "sbom": (
        "tests/packaging/test_sbom.py", "scripts/make_sbom.py", "frontend/package*.json", "Makefile",
        "chatkit_link/agents/sidecar/node/package*.json",
    ),
    # A pytest inside a test, with the fixture for other projects' widgets.
    "pytest": ("tests/workshop/test_pytest_plugin.py", "chatkit_link/workshop/*", "chatkit_link/widgets/*"),
    # A pyright inside a test, on the types that are generated for widgets.
    "pyright": ("tests/workshop/test_type_stubs.py", "chatkit_link/workshop/*", "chatkit_link/widgets/*"),
    # Servers of several processes, and servers that stop.
    "workers": (
        "tests/cli/test_workers.py", "tests/cli/test_stopping.py", "chatkit_link/cli/*", "chatkit_link/app.py",
        "chatkit_link/composition/*",
        "chatkit_link/runs/coordinator.py", "chatkit_link/http/health.py",
    ),
    # 50 MB through a server of its own.
    "memory": (
        "tests/files/test_memory.py", "chatkit_link/files/*", "chatkit_link/http/*", "chatkit_link/cli/server.py",
    ),
}  # fmt: skip


def unchanged_groups(root: Path) -> set[str]:
    """The groups that `make test` leaves out: git says that none of their files has changed."""
    changed = changed_files(root)
    if changed is None:
        return set()
    return {group for group, patterns in GROUPS.items() if not _touched(changed, ALWAYS + patterns)}


def changed_files(root: Path) -> set[str] | None:
    """Paths in ``root`` that differ from where this work began, also those that git does not know yet.

    That is where the branch left the main branch, or the commit before the last one on the main branch itself.
    None when git cannot say: no checkout, no git, or a shallow clone that does not go back so far.
    """
    start = _start(root)
    if start is None:
        return None
    tracked = _git(root, "diff", "--name-only", "--no-renames", "-z", start, "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    if tracked is None or new is None:
        return None
    return {path for path in (tracked + new).split("\0") if path}


def _start(root: Path) -> str | None:
    here = _git(root, "rev-parse", "HEAD")
    for main in ("origin/HEAD", "origin/main", "main"):
        base = _git(root, "merge-base", "HEAD", main)
        if base is not None and base != here:
            return base.strip()
    before = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^")
    return before.strip() if before is not None else None


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _touched(changed: Iterable[str], patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for path in changed for pattern in patterns)
