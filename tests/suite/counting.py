"""A pytest plugin of the process that hands out the tests: what the workers report, as a ``Tally``."""

import pytest

from tests.suite.tally import HTTP, NEEDS, POSTGRES, Tally


class Counting:
    def __init__(self) -> None:
        self.tally = Tally(needs={POSTGRES: 0, HTTP: 0})
        self._running: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.tally.skipped += 1
        elif report.failed:
            self.tally.failed += 1
            self.tally.failures.append(report.nodeid)
            self._running.add(report.nodeid)
        elif report.when == "call":
            self.tally.passed += 1
            self._running.add(report.nodeid)
        if report.when == "teardown" and report.nodeid in self._running:
            self._running.remove(report.nodeid)
            for name, value in report.user_properties:
                if name == NEEDS and isinstance(value, list):
                    self.tally.need(*value)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.tally.failed += report.failed
