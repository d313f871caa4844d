"""The current time, and times as users read them, in the time zone that their page has sent."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

#: Returns the time, with its zone. Passed explicitly, so that tests can set it.
Clock = Callable[[], datetime]


def now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


def at(moment: datetime, zone: str) -> str:
    """With its day: "Wed 25 Nov, 18:05 EST"."""
    local = moment.astimezone(_zone(zone))
    return f"{local:%a} {local.day} {local:%b, %H:%M} {local.tzname()}"


def clock(moment: datetime, zone: str) -> str:
    """The time alone: "18:05 EST"."""
    local = moment.astimezone(_zone(zone))
    return f"{local:%H:%M} {local.tzname()}"


def hour(moment: datetime, zone: str) -> str:
    """On an axis that names the zone once: "18:05"."""
    return f"{moment.astimezone(_zone(zone)):%H:%M}"


def zone_name(moment: datetime, zone: str) -> str:
    """As it is called at that moment: "EST"."""
    return moment.astimezone(_zone(zone)).tzname() or "UTC"


def day_and_time(moment: datetime, zone: str) -> str:
    """In a table: "25 Nov 2026 18:05", which breaks between day and time only."""
    local = moment.astimezone(_zone(zone))
    return f"{local.day}\u00a0{local:%b}\u00a0{local.year} {local:%H:%M}"


def _zone(name: str) -> tzinfo:
    # The server has checked the name; UTC is there even on a machine that has no list of zones.
    return UTC if name == "UTC" else ZoneInfo(name)
