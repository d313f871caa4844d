"""``pytest -p chatkit_link.conformance.plugin --conformance-examples 5000``: look longer."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("conformance")
    group.addoption(
        "--conformance-seed",
        type=int,
        default=None,
        metavar="N",
        help="repeat histories that failed",
    )
    group.addoption(
        "--conformance-seconds",
        type=float,
        default=None,
        metavar="S",
        help="how long histories are made up at most (default: 60)",
    )
    group.addoption(
        "--conformance-examples",
        type=int,
        default=None,
        metavar="N",
        help="how many histories Hypothesis makes up for a store (default: the suite's, 500)",
    )
