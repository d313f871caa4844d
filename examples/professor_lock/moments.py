"""Times as people read them: in their own time zone, which the page told the server."""

from datetime import datetime
from zoneinfo import ZoneInfo


def at(moment: datetime, zone: str) -> str:
    """With its day: "Wed 25 Nov, 18:05 EST"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b, %H:%M} {local.tzname()}"


def clock(moment: datetime, zone: str) -> str:
    """The time alone: "18:05 EST"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} {local.tzname()}"
