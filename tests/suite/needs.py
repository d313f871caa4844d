"""A pytest plugin of `make test`: each test's last report says what the test needed (``Tally.needs``).

It is loaded in every worker, and a report is what a worker sends. A test is "over HTTP" when it opened a TCP
connection to this machine.
"""

import sys
from collections.abc import Generator
from typing import Any

import pytest

from tests.suite.tally import HTTP, NEEDS, POSTGRES

MARKED = {"browser": "in Chromium", "wheel": "with the installed wheel"}


class Needs:
    def __init__(self) -> None:
        self._connected = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] in {"127.0.0.1", "::1"}:
            self._connected = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.when == "teardown":
            report.user_properties = [*report.user_properties, (NEEDS, self._needs(item))]
            self._connected = False
        return report

    def _needs(self, item: pytest.Item) -> list[str]:
        found = [POSTGRES] if "postgres_url" in getattr(item, "fixturenames", ()) else []
        if self._connected:
            found.append(HTTP)
        return found + [need for marker, need in MARKED.items() if item.get_closest_marker(marker)]


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Needs())
