"""What fails beside other suites runs once more by itself, and only what fails again fails the run."""

import io
from functools import partial
from pathlib import Path

from scripts.run_tests import FRONTEND, Suite, failed_files, failed_in, python_tests, repeat_failed, run_group
from tests.suite.tally import MAX_REPEATED, Tally

TESTS = """
from pathlib import Path
import pytest

def test_good(): pass
def test_bad(): assert False

@pytest.mark.parametrize("name", ["a b", "c"])
def test_slow_machine(name):
    tried = Path({folder!r}) / name
    if not tried.exists():
        tried.touch()
        pytest.fail("the first time")
"""


def test_a_test_that_passes_alone_is_named_and_one_that_fails_again_fails(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS.format(folder=str(tmp_path)))
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = session\n")
    suite = Suite("Python", partial(python_tests, results=tmp_path, arguments=[], folder=tmp_path))

    run_group([suite])
    assert (suite.tally.passed, suite.tally.failed, suite.tally.can_be_repeated) == (1, 3, True)

    passed_alone = repeat_failed(suite)
    assert sorted(name.rpartition("::")[2] for name in passed_alone) == [
        "test_slow_machine[a b]",
        "test_slow_machine[c]",
    ]
    assert (suite.tally.passed, suite.tally.failed) == (3, 1)
    assert suite.tally.failures == ["test_some.py::test_bad"]


def test_what_broke_down_or_fails_in_many_places_is_not_repeated() -> None:
    broke_down = Tally(passed=5)
    broke_down.broke_down(2)
    assert not broke_down.can_be_repeated
    many = [f"test_{number}" for number in range(MAX_REPEATED + 1)]
    assert not Tally(failed=len(many), failures=many).can_be_repeated
    assert not Tally(passed=5).can_be_repeated


def test_failed_browser_tests_are_named_as_playwright_takes_them() -> None:
    def spec(line: int, status: str) -> dict[str, object]:
        return {"file": "chat.spec.ts", "line": line, "tests": [{"status": status}]}

    report = [{"specs": [spec(3, "expected")], "suites": [{"specs": [spec(12, "unexpected"), spec(20, "flaky")]}]}]
    assert list(failed_in(report)) == ["chat.spec.ts:12"]


def test_failed_typescript_tests_are_named_by_their_file() -> None:
    tests = [{"status": "passed"}, {"status": "failed"}, {"status": "failed"}]
    report = [{"name": str(FRONTEND / "src" / "ui" / "keys.test.ts"), "assertionResults": tests}]
    assert list(failed_files(report)) == ["src/ui/keys.test.ts"] * 2


def test_only_the_named_tests_run_again(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def run(output: io.TextIOBase, only: list[str]) -> Tally:
        seen.append(list(only))
        return Tally(passed=9, failed=0 if only else 1, failures=[] if only else ["test_x"])

    suite = Suite("Python", run)  # pyright: ignore[reportArgumentType]
    run_group([suite])
    assert repeat_failed(suite) == ["test_x"]
    assert seen == [[], ["test_x"]]
