"""Professor Lock for walk.spec.ts: sharp, with the services of the environment, and once with none that answers."""

from pydantic import SecretStr

from examples.professor_lock.professor import build
from examples.professor_lock.settings import LockSettings
from tests.examples.lecture import LectureClock

#: Where nobody listens.
_NOWHERE = "http://127.0.0.1:9"

# tests/suite/browser_server.py starts the services, and names them.
_alive = LockSettings(
    _env_file=None,  # pyright: ignore[reportCallIssue]
    odds_api_key=None,
)
_dead = LockSettings(
    _env_file=None,  # pyright: ignore[reportCallIssue]
    odds_api_key=SecretStr("key"),
    odds_api_url=_NOWHERE,
    statmuse_url=_NOWHERE,
    backend_url=_NOWHERE,
    supabase_url=_NOWHERE,
    supabase_anon_key=SecretStr("key"),
    supabase_tables="picks",
)
alive = build(_alive, LectureClock(), voice="sharp")
dead = build(_dead, voice="sharp")
