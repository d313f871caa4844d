"""How much of it: small numbers by default, those of issue 3 with ``CHATKIT_LINK_FAULTS=full``."""

import os

import pytest

FULL = os.environ.get("CHATKIT_LINK_FAULTS") == "full"

full_only = pytest.mark.skipif(not FULL, reason="CHATKIT_LINK_FAULTS=full runs it")

#: Above the deadlines that the tests set themselves.
deadline = pytest.mark.timeout(210 if FULL else 90)


def count(full: int, small: int) -> int:
    """How many, in this run of the tests."""
    return full if FULL else small
