"""Slow streams are held, counted and ended, so that none of them is left beside the next measurement."""

import time
from argparse import ArgumentTypeError

import pytest

from bench.process import server
from bench.slow_streams import Slow, measure_slow_streams, open_streams


@pytest.mark.parametrize("path", ["plain", "agents"])
def test_slow_streams_are_counted_and_leave_nothing_running(path: str):
    slow = Slow(8, 20)
    with server("sdk") as sdk:
        measured = measure_slow_streams(sdk, path, slow, 1.0)
        assert 0.5 * 160 < measured.events < 1.5 * 160  # of eight streams, twenty a second each
        assert measured.cpu > 0 and measured.late_most >= 0
        with open_streams(sdk, path, slow) as held:
            assert held.opening > 0
            first = held.events()
            sdk.get("/end")
            until = time.monotonic() + 20
            while (now := held.events()) > first:  # until no more words come
                assert time.monotonic() < until
                first = now
                sdk.get("/lag?seconds=0.2")
                sdk.get("/end")  # those, too, that had not asked their model before


def test_a_number_of_streams_and_their_rate_are_read():
    assert Slow.parse("200x5") == Slow(200, 5.0)
    assert Slow.parse("1000x0.5") == Slow(1000, 0.5)
    for wrong in ("200", "0x5", "10x0", "fivex2", ""):
        with pytest.raises(ArgumentTypeError, match="such as 200x5"):
            Slow.parse(wrong)
