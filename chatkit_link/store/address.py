"""A database address as users paste it, turned into what asyncpg understands.

Accepts ``postgres://`` and ``postgresql://`` (also with a ``+driver``), and the query parameters that
Supabase, Railway, Neon and libpq put there. Sources: libpq's "Connection Strings" chapter and
``asyncpg.connect``. asyncpg would take an unknown parameter for a server setting and fail to connect.
"""

import re
import ssl
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from chatkit_link.errors import ConfigurationError

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
#: The port of Supabase's pooler in transaction mode, where prepared statements do not survive.
SUPABASE_TRANSACTION_PORT = 6543
#: The beginning of an address up to its host, read as SQLAlchemy reads it.
_USER = re.compile(r"[\w+]+://(?:[^:/]*(?::[^@]*)?@)?")
_ESCAPES = "In a user or a password write special characters as %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #."


@dataclass(frozen=True, slots=True)
class Address:
    """connect_args: for asyncpg. url: the same for SQLAlchemy. pooled: behind a transaction-mode pooler."""

    url: URL
    connect_args: dict[str, Any]
    pooled: bool

    @property
    def engine_args(self) -> dict[str, Any]:
        """connect_args for SQLAlchemy, which would prepare statements by name even where a pooler loses them."""
        return self.connect_args | ({"prepared_statement_name_func": lambda: ""} if self.pooled else {})


def parse_address(text: str) -> Address:
    """Read a database address.

    Raises:
        ConfigurationError: it is not a PostgreSQL address. The address, which holds a password, is not repeated.
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(
            "DATABASE_URL is not a database address: it should look like postgresql://user:password@host:5432/name.\n"
            f"  {_ESCAPES}"
        ) from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigurationError(
            f"DATABASE_URL names {url.get_backend_name()!r}, but ChatKit Link stores in PostgreSQL only: "
            "use postgresql://user:password@host:5432/name, or unset it for the embedded database."
        )
    if _has_stray_at(text.strip()):
        raise ConfigurationError(
            f"DATABASE_URL has more than one @, so that its password and its host are not told apart.\n  {_ESCAPES}"
        )
    query = {key: value if isinstance(value, str) else value[0] for key, value in url.query.items()}
    pooled = query.get("pgbouncer", "").lower() in ("true", "1") or url.port == SUPABASE_TRANSACTION_PORT
    settings = {"application_name": query.get("application_name", "chatkit-link")}
    connect_args: dict[str, Any] = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "database": url.database,
        "server_settings": settings,
    }
    if "connect_timeout" in query:
        connect_args["timeout"] = _seconds(query["connect_timeout"])
    if encryption := _encryption(query):
        connect_args["ssl"] = encryption
    if pooled:
        connect_args["statement_cache_size"] = 0
    if "host" in query:  # a socket folder, as libpq writes it: postgresql:///name?host=/run/postgresql
        connect_args["host"] = query["host"]
    # SQLAlchemy's own cache would prepare by name as well.
    query = {"prepared_statement_cache_size": "0"} if pooled else {}
    return Address(url.set(drivername="postgresql+asyncpg", query=query), connect_args, pooled)


def _has_stray_at(text: str) -> bool:
    """Whether an @ follows the one that ends the password, outside the values of parameters.

    SQLAlchemy ends a password at its first @: the rest of it would be looked up as a host, and displayed as one.
    """
    place, _, query = _USER.sub("", text, count=1).partition("?")
    parameter = query.partition("&")[0]
    return "@" in place or ("@" in parameter and "=" not in parameter)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigurationError("DATABASE_URL has a connect_timeout that is not a number of seconds.") from None


def _encryption(query: dict[str, str]) -> str | ssl.SSLContext | None:
    mode = query.get("sslmode") or query.get("ssl")
    if mode is None:
        return None
    mode = {"true": "require", "1": "require", "false": "disable", "0": "disable"}.get(mode.lower(), mode.lower())
    if mode not in SSL_MODES:
        raise ConfigurationError(f"DATABASE_URL has an unknown sslmode: use one of {', '.join(SSL_MODES)}.")
    root = query.get("sslrootcert")
    if root and mode in ("verify-ca", "verify-full"):
        try:
            context = ssl.create_default_context(cafile=None if root == "system" else root)
        except OSError:
            raise ConfigurationError("DATABASE_URL names an sslrootcert file that cannot be read.") from None
        context.check_hostname = mode == "verify-full"
        return context
    return mode
