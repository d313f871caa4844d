"""What many people need grows with them, and each part is asked for where its measure is used up."""

from dataclasses import replace

from bench.scale.extrapolate import most_people, need_of
from bench.scale.units import Units

_UNITS = Units(
    message_cpu=0.004,
    message_database_cpu=0.001,
    event_cpu=0.0001,
    event_database_cpu=0.00005,
    page_cpu=0.001,
    page_database_cpu=0.0002,
    rows=6,
    bytes=3000,
    wal=8000,
    commits=7,
    event_wal=500,
    busy_commits=40,
    idle_commits=1,
    connections=11,
    memory=50_000,
    empty=100_000_000,
    notified=500,
    silent=2000,
)


def test_ten_times_as_many_people_are_ten_times_the_work():
    few, many = need_of(10_000, _UNITS), need_of(100_000, _UNITS)
    for name in ("messages", "answers", "events", "cores", "database_cores", "wal", "bytes_kept"):
        assert round(getattr(many, name) / getattr(few, name), 6) == 10
    assert many.replicas > few.replicas >= 2


def test_the_largest_number_of_people_needs_nothing_more_and_a_few_more_do():
    for limit in ("pooler", "redis", "instances"):
        most = most_people(_UNITS, limit)

        def asks(people: int, limit: str = limit) -> bool:
            need = need_of(people, _UNITS)
            return need.instances > 1 if limit == "instances" else getattr(need, limit)

        assert not asks(most)
        assert asks(int(most * 1.2) + 2000)


def test_a_slow_notify_asks_for_redis_earlier():
    slower = replace(_UNITS, notified=_UNITS.notified / 5)
    assert most_people(slower, "redis") < most_people(_UNITS, "redis")
