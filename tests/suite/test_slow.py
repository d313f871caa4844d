"""Which slow tests `make test` leaves out, by what git says of real repositories."""

import ast
import subprocess
from pathlib import Path

import pytest

from tests.suite.postgres import ROOT
from tests.suite.slow import ALWAYS, GROUPS, changed_files, unchanged_groups

EVERY = set(GROUPS)


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True, stdin=subprocess.DEVNULL)


def commit(folder: Path, *paths: str) -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as writing:
            writing.write("x\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Change something")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """On its main branch, with two commits, of which the last one changed a README."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "chatkit_link/files/links.py", "README.md", "pyproject.toml")
    commit(folder, "README.md")
    return folder


def test_on_the_main_branch_the_last_commit_counts(repository: Path) -> None:
    assert changed_files(repository) == {"README.md"}
    assert unchanged_groups(repository) == EVERY
    commit(repository, "chatkit_link/files/links.py")
    assert unchanged_groups(repository) == EVERY - {"memory"}


def test_on_a_branch_every_commit_of_it_counts(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "work")
    commit(repository, "chatkit_link/workshop/screenshot.py")
    commit(repository, "README.md")
    assert changed_files(repository) == {"chatkit_link/workshop/screenshot.py", "README.md"}
    assert unchanged_groups(repository) == EVERY - {"pytest", "pyright"}


def test_what_is_not_committed_counts(repository: Path) -> None:
    (repository / "chatkit_link" / "files" / "links.py").write_text("y\n")
    (repository / "migrations").mkdir()
    (repository / "migrations" / "new one.py").write_text("x\n")
    assert changed_files(repository) == {"README.md", "chatkit_link/files/links.py", "migrations/new one.py"}
    assert unchanged_groups(repository) == EVERY - {"memory", "wheel"}


def test_a_file_that_is_gone_or_was_moved_counts(repository: Path) -> None:
    git(repository, "mv", "chatkit_link/files/links.py", "signed.py")
    assert unchanged_groups(repository) == EVERY - {"memory"}


def test_a_new_version_of_a_package_concerns_every_group(repository: Path) -> None:
    commit(repository, "pyproject.toml")
    assert unchanged_groups(repository) == set()


def test_where_git_cannot_tell_every_group_runs(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert unchanged_groups(outside) == set()
    git(tmp_path, "clone", "--quiet", "--depth=1", repository.as_uri(), "shallow")
    assert unchanged_groups(tmp_path / "shallow") == set()
    monkeypatch.setenv("PATH", str(outside))
    assert unchanged_groups(repository) == set()


def test_the_table_names_files_that_are_there() -> None:
    for pattern in ALWAYS + tuple(pattern for patterns in GROUPS.values() for pattern in patterns):
        assert any(ROOT.glob(pattern)), f"{pattern} of tests/suite/slow.py matches no file"


def test_each_group_has_a_test_and_depends_on_the_file_of_it() -> None:
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for group in marked(file):
            found.add(group)
            assert file.relative_to(ROOT).as_posix() in GROUPS[group]
    assert found == EVERY


def marked(file: Path) -> list[str]:
    """The groups that ``pytest.mark.slow`` names in this file."""
    calls = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
    return [
        str(argument.value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "pytest.mark.slow"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]
