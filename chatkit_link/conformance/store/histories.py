"""Runs the histories that Hypothesis generates: in small groups, so that a long check shows how far it is.

A failed history is not made shorter: it has few steps, and to look for the shortest took minutes.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, cast

import hypothesis
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

_GROUP: Final = 20
#: Seconds between two lines of progress.
_PAUSE: Final = 5.0
SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class HistoryRun:
    """examples: how many histories. seconds: how long at most. seed: makes the same ones again."""

    examples: int
    seconds: float = SECONDS
    seed: int = field(default_factory=lambda: secrets.randbelow(2**32))
    report: Callable[[str], None] = lambda _: None
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, config: pytest.Config, examples: int) -> "HistoryRun":
        """As the options of the plugin say; reports to the terminal."""
        given: dict[str, Any] = {
            name: config.getoption(f"--conformance-{name}", default=None) for name in ("examples", "seconds", "seed")
        }
        chosen = {"examples": examples} | {name: value for name, value in given.items() if value is not None}
        return cls(**chosen, report=_terminal(config))  # pyright: ignore[reportArgumentType] - options of pytest have no types

    def run(self, machine: Callable[[], Any], how: settings) -> None:
        """Raises what the first history that goes wrong raises, with the seed."""
        began = told = self.clock()
        done = 0
        while done < self.examples:
            group = min(_GROUP, self.examples - done)
            try:
                run_state_machine_as_test(
                    # A function of its own, since the seed is set on it.
                    cast("Any", hypothesis.seed(self.seed + done)(lambda: machine())),  # noqa: PLW0108
                    settings=settings(how, max_examples=group, phases=[Phase.generate], database=None),
                )
            except Exception as error:
                error.add_note(f"Repeat it: pytest -p chatkit_link.conformance.plugin --conformance-seed {self.seed}")
                raise
            done += group
            now = self.clock()
            if now - began > self.seconds and done < self.examples:
                self.report(f"stopped after {now - began:.0f} s: {done} of {self.examples} histories, none went wrong")
                return
            if now - told > _PAUSE:
                self.report(f"{done} of {self.examples} histories in {now - began:.0f} s, seed {self.seed}")
                told = now


def _terminal(config: pytest.Config) -> Callable[[str], None]:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    capture: Any = config.pluginmanager.get_plugin("capturemanager")

    def report(line: str) -> None:
        if reporter is None:
            return
        with capture.global_and_fixture_disabled():
            reporter.ensure_newline()
            reporter.write_line(f"conformance: {line}")

    return report
