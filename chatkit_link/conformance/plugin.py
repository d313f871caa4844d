"""``pytest -p chatkit_link.conformance.plugin --conformance-examples 5000``: look longer."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the one option."""
    parser.getgroup("conformance").addoption(
        "--conformance-examples",
        type=int,
        default=None,
        metavar="N",
        help="how many histories Hypothesis makes up for a store (default: the suite's, 500)",
    )
