"""Says at the end of a run how many tests needed what."""

import pytest

_NEEDS = {
    "postgres_url": "a PostgreSQL",
    "server": "a running server",
    "browser": "a Chromium",
    "wheel": "a built wheel",
}
_counts: pytest.StashKey[dict[str, int]] = pytest.StashKey()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    counts = dict.fromkeys(_NEEDS, 0)
    for item in items:
        names = {*getattr(item, "fixturenames", ()), *(mark.name for mark in item.iter_markers())}
        for need in counts:
            counts[need] += need in names
    config.stash[_counts] = counts


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counts = config.stash.get(_counts, {})
    told = [f"{count} {_NEEDS[need]}" for need, count in counts.items() if count]
    if told:
        terminalreporter.write_line(f"Of these tests, needed: {', '.join(told)}.")
