"""Why a database cannot be used, for a terminal: the server's error, where it is, and what to do about it.

A driver, a pool, SQLAlchemy and Alembic each raise errors of their own. The first in the chain of causes that comes
from the network or from the server has the reason; its SQLSTATE or its type has the advice. Three lines, and never
a password.
"""

import re
import socket
import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy.exc import DBAPIError

from chatkit_link.errors import ConfigurationError, Unavailable
from chatkit_link.store.address import Address

_DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_REASONS = (*_DRIVER, OSError)  # the base of TimeoutError and of the errors of TLS and of name look-ups
#: Maximum characters of a server's message.
_LONGEST = 240
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

_UNRESOLVED = "Correct the host in DATABASE_URL."
_AWAY = "Start PostgreSQL there, or correct the host and the port in DATABASE_URL."
_SLOW = "Check that PostgreSQL listens there and that no firewall is in between, or correct DATABASE_URL."
_TLS = "Correct sslmode in DATABASE_URL, or name its certificate authority with sslrootcert=FILE (or =system)."
#: SQLSTATE -> what to do. Its first two characters are a class, for those that are not listed.
_ADVICE = {
    "28P01": "Correct the user or the password in DATABASE_URL: write special characters as %40 for @, %2F for /.",
    "28000": "Correct the user in DATABASE_URL, or let the server admit it (pg_hba.conf; sslmode=require for TLS).",
    "3D000": "Create it with `createdb`, or correct the database's name in DATABASE_URL.",
    "42501": "Connect as the owner of the tables, or as the owner: GRANT USAGE, CREATE ON SCHEMA public TO the user.",
    "25006": "This is a replica or a read-only database: name the primary in DATABASE_URL.",
    "53100": "Free space on the disk of the database server, then run the command again.",
    "53300": "Close other connections, raise max_connections there, or lower CHATKIT_LINK_DATABASE_POOL.",
    "57P03": "The server is starting or stopping: try again in a moment.",
    "08": "The connection was lost: try again, and look into the server's log if that does not help.",
    "53": "The server has run out of a resource: see its log.",
    "57": "The server ended the connection or the statement: try again in a moment.",
}
_UNKNOWN = "See the log of the database server."
#: The states in which there is no connection at all.
_REFUSED = ("08", "28", "3D", "53300", "57P03")


class DatabaseUnusable(ConfigurationError):
    """The database cannot be reached, or does not do what it is asked for; the message has three lines."""


@contextmanager
def database_errors(address: Address, *, embedded_in: str | None = None) -> Generator[None]:
    """Raise what the database, or the way to it, refuses inside the block as a ``DatabaseUnusable``.

    Args:
        embedded_in: the folder of an embedded PostgreSQL, which has no host that a reader would know.
    """
    try:
        yield
    except (Unavailable, DBAPIError, *_DRIVER) as error:
        reason = next((cause for cause in _chain(error) if isinstance(cause, _REASONS)), None)
        if reason is None and isinstance(error, Unavailable):  # something else is away
            raise
        place = f"the embedded PostgreSQL in {embedded_in}" if embedded_in else place_of(address)
        raise DatabaseUnusable(_describe(reason or error, place, address)) from error


def place_of(address: Address) -> str:
    """Host, port, database and user, as far as the address names them."""
    given = address.connect_args
    host, port, user = given["host"] or "localhost", given["port"] or 5432, given["user"]
    if isinstance(host, list):
        host, port = address.text, None
    database = given["database"] or user
    named = {"host": host, "port": port, "database": database, "user": user}
    # "ada@secret@host", with an @ where the colon should be, has a user that ends in a password.
    return ", ".join(
        f"{name} {'(unreadable)' if '@' in str(value) else value}" for name, value in named.items() if value
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:  # an exception may be its own cause
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__


def _describe(error: BaseException, place: str, address: Address) -> str:
    state = getattr(error, "sqlstate", None) or ""
    connected = isinstance(error, asyncpg.PostgresError) and not state.startswith(_REFUSED)
    verb = "used" if connected else "reached"
    password = address.connect_args["password"]
    reason = reason_of(error).replace(password, "[password]") if password else reason_of(error)
    return f"The database cannot be {verb}: {reason}.\n  {place}\n  {_advice(error, state)}"


def reason_of(error: BaseException) -> str:
    """The server's or the network's reason, in one line."""
    match error:
        case TimeoutError() if not str(error):
            return "it does not answer in time"
        case socket.gaierror():
            return "the name of the host cannot be resolved"
        case ssl.SSLCertVerificationError():
            return f"its TLS certificate is not accepted ({error.verify_message})"
        case ConnectionRefusedError():
            return "connection refused"
        case FileNotFoundError():
            return "there is no socket of a PostgreSQL server"
        case OSError() if error.strerror:
            text = error.strerror
        case _:
            text = getattr(error, "message", None) or str(error) or type(error).__name__
    first = next((line for line in str(text).splitlines() if line.strip()), "")
    return _CONTROLS.sub(" ", first).strip()[:_LONGEST].rstrip(".")


def _advice(error: BaseException, state: str) -> str:
    match error:
        case ssl.SSLError():
            return _TLS
        case socket.gaierror():
            return _UNRESOLVED
        case ConnectionRefusedError() | FileNotFoundError():
            return _AWAY
        case TimeoutError():
            return _SLOW
        case OSError():
            return _TLS if "SSL" in str(error) else _SLOW
        case asyncpg.InterfaceError() if "certificate" in str(error):  # of ours, which verify-full needs
            return _TLS
        case _:
            return _ADVICE.get(state) or _ADVICE.get(state[:2]) or _UNKNOWN
