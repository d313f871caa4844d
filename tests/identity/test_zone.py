"""The time zone that a page tells: a zone that there is, or UTC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatkit_link.identity.zone import known_zone


@pytest.mark.parametrize("name", ["Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC"])
def test_a_zone_that_there_is_is_taken(name: str) -> None:
    assert known_zone(name) == name


@pytest.mark.parametrize(
    "name", [None, "", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "America", "America/", "a\0b", "x" * 5000]
)
def test_everything_else_is_utc(name: str | None) -> None:
    assert known_zone(name) == "UTC"


@given(st.text())
def test_nothing_breaks_it(name: str) -> None:
    assert known_zone(name)
