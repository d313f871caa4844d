"""A length of time on the command line: a number and a unit, such as ``24h`` or ``90d``."""

import re
from datetime import timedelta

from chatkit_link.errors import ConfigurationError

_DURATION = re.compile(r"(?P<number>0|[1-9]\d{0,6})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=3660)


def read_duration(text: str, option: str, *, least: timedelta = timedelta(seconds=1)) -> timedelta:
    """Raises ConfigurationError, which names the option."""
    match = _DURATION.fullmatch(text.strip())
    found = timedelta(**{_UNITS[match["unit"]]: int(match["number"])}) if match else None
    if found is None or not least <= found <= _LONGEST:
        at_least = f"at least {least.days}d and " if least.days else ""
        raise ConfigurationError(f"{option} is a number with s, m, h or d, {at_least}at most 3660d: {option} 90d.")
    return found
