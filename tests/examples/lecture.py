"""Professor Lock in an hour of its own: the time stands still until a test moves it, and the data are the bundled ones.

So no test hangs on the hour of the day, or on what this machine has set.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from examples.professor_lock.professor import build
from examples.professor_lock.settings import LockSettings

FOLDER = Path(__file__).parents[2] / "examples" / "professor_lock"
BEGINS = datetime(2026, 11, 25, 18, 40, tzinfo=UTC)


class LectureClock:
    """Shows the time that it was set to."""

    def __init__(self) -> None:
        self.time = BEGINS

    def __call__(self) -> datetime:
        return self.time

    def go_on(self, hours: int) -> None:
        self.time += timedelta(hours=hours)


clock = LectureClock()
settings = LockSettings(
    _env_file=None,  # pyright: ignore[reportCallIssue]
    odds_api_key=None,
    statmuse_url=None,
    backend_url=None,
    supabase_url=None,
    supabase_anon_key=None,
    supabase_tables="",
)
assistant = build(settings, clock)
