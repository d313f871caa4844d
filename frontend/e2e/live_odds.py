"""Professor Lock on an evening that passes quickly: each look at his clock is a minute later."""

from datetime import datetime, timedelta

from examples.professor_lock.professor import build
from examples.professor_lock.settings import LockSettings
from tests.examples.lecture import BEGINS

#: The first game begins then, and the sample board is tomorrow's.
_ENDS = BEGINS + timedelta(hours=4)


class HurryingClock:
    def __init__(self) -> None:
        self._time = BEGINS

    def __call__(self) -> datetime:
        self._time = min(self._time + timedelta(minutes=1), _ENDS)
        return self._time


settings = LockSettings(
    _env_file=None,  # pyright: ignore[reportCallIssue]
    odds_api_key=None,
    statmuse_url=None,
    backend_url=None,
    lock_refresh=1,
)
assistant = build(settings, HurryingClock(), voice="sharp")
