"""``X-Time-Zone`` -> an IANA time zone; there is no standard header of it, so our own page sends this one."""

from zoneinfo import ZoneInfo

UNKNOWN = "UTC"
# The longest name there is has 32 characters.
LONGEST_NAME = 64


def known_zone(name: str | None) -> str:
    """The zone of that name, such as ``"America/New_York"``; ``"UTC"`` for none, and for an unknown one."""
    if not name or len(name) > LONGEST_NAME:
        return UNKNOWN
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):  # no zone of that name, no name at all, a folder of zones
        return UNKNOWN
