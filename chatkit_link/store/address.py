"""A database address as users paste it, turned into what asyncpg understands.

Accepts ``postgres://`` and ``postgresql://`` (also with a ``+driver``), several hosts, and the query parameters that
Supabase, Railway, Neon, Prisma and libpq put there. Sources: libpq's "Connection Strings" chapter and
``asyncpg.connect``. asyncpg would take an unknown parameter for a server setting and fail to connect.
"""

import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from chatkit_link.errors import ConfigurationError
from chatkit_link.store.poolers import Pooler, known_pooler

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
#: What other drivers write there.
_OTHER_SSL_MODES = {"true": "require", "1": "require", "false": "disable", "0": "disable", "no-verify": "require"}
#: Which of several hosts to use; asyncpg knows no others.
_TARGETS = ("any", "read-write", "read-only", "primary", "standby", "prefer-standby")
#: The beginning of an address up to its host, read as SQLAlchemy reads it.
_USER = re.compile(r"[\w+]+://(?:[^:/]*(?::[^@]*)?@)?")
_PORT = 5432
_ESCAPES = "In a user or a password write special characters as %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #."


@dataclass(frozen=True, slots=True)
class Address:
    """connect_args: for asyncpg. url: the same for SQLAlchemy. pooled: behind a transaction-mode pooler.

    pooler: what a hosting service has there. direct: where sessions last, as far as that follows from the address.
    tls_mode, tls_root: sslmode and sslrootcert as libpq has them.
    """

    url: URL
    connect_args: dict[str, Any]
    pooled: bool
    pooler: Pooler | None = None
    direct: "Address | None" = None
    tls_mode: str | None = None
    tls_root: str | None = None

    @property
    def engine_args(self) -> dict[str, Any]:
        """connect_args for SQLAlchemy, which would prepare statements by name even where a pooler loses them."""
        return self.connect_args | ({"prepared_statement_name_func": lambda: ""} if self.pooled else {})

    @property
    def text(self) -> str:
        """The host and the port, without the password."""
        hosts: str | list[str] | None = self.connect_args["host"]
        ports: Any = self.connect_args["port"]
        if isinstance(hosts, list):
            return ", ".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=True))
        return f"{hosts or 'localhost'}:{ports or _PORT}"

    def as_pooled(self) -> "Address":
        """The same, prepared for a pooler in transaction mode."""
        if self.pooled:
            return self
        url = self.url.set(query={"prepared_statement_cache_size": "0"})  # SQLAlchemy's own cache would prepare by name
        return replace(self, url=url, connect_args=self.connect_args | {"statement_cache_size": 0}, pooled=True)


def parse_address(text: str, *, name: str = "DATABASE_URL") -> Address:
    """Read a database address. name: of the setting that it is from.

    Raises:
        ConfigurationError: it is not a PostgreSQL address. The address, which holds a password, is not repeated.
    """
    text, hosts = _first_host(text.strip())
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(
            f"{name} is not a database address: it should look like postgresql://user:password@host:5432/name.\n"
            f"  {_ESCAPES}"
        ) from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigurationError(
            f"{name} names {url.get_backend_name()!r}, but ChatKit Link stores in PostgreSQL only: "
            "use postgresql://user:password@host:5432/name, or unset it for the embedded database."
        )
    if _has_stray_at(text):
        raise ConfigurationError(
            f"{name} has more than one @, so that its password and its host are not told apart.\n  {_ESCAPES}"
        )
    query = {key: value if isinstance(value, str) else ",".join(value) for key, value in url.query.items()}
    url = url.set(
        drivername="postgresql+asyncpg",
        username=url.username or query.get("user"),
        password=url.password or query.get("password"),
        database=url.database or query.get("dbname"),
        query={},
    )
    host, port = _place(hosts, url, query, name)
    arguments = {"host": host, "port": port, **_connect_args(url, query, name)}
    address = Address(url, arguments, pooled=False, tls_mode=_tls_mode(query), tls_root=query.get("sslrootcert"))
    pooler = None if isinstance(host, list) else known_pooler(host or "", port)
    direct = pooler.direct if pooler is not None else None
    address = replace(address, pooler=pooler, direct=None if direct is None else _elsewhere(address, *direct))
    named = query.get("pgbouncer", "").lower() in ("true", "1")
    return address.as_pooled() if named or (pooler is not None and pooler.transaction) else address


def _connect_args(url: URL, query: dict[str, str], name: str) -> dict[str, Any]:
    settings = {"application_name": query.get("application_name", "chatkit-link")}
    if "options" in query:  # settings of the session; for Neon also the endpoint, where TLS cannot name it
        settings["options"] = query["options"]
    arguments: dict[str, Any] = {
        "user": url.username,
        "password": url.password,
        "database": url.database,
        "server_settings": settings,
    }
    if (seconds := _seconds(query.get("connect_timeout", ""), name)) > 0:  # libpq: zero and less is no bound
        arguments["timeout"] = seconds
    if encryption := _encryption(query, name):
        arguments["ssl"] = encryption
    if target := query.get("target_session_attrs"):
        if target not in _TARGETS:
            raise ConfigurationError(f"{name} has an unknown target_session_attrs: use one of {', '.join(_TARGETS)}.")
        arguments["target_session_attrs"] = target
    return arguments


def _elsewhere(address: Address, host: str, port: int | None) -> Address:
    arguments: dict[str, Any] = address.connect_args | {"host": host, "port": port}
    settings: dict[str, str] = dict(arguments["server_settings"])
    if "options" in settings:  # endpoint=ep-name-pooler
        settings["options"] = re.sub(r"(endpoint(?:=|%3D)[\w-]+?)-pooler\b", r"\1", settings["options"])
    given = arguments | {"server_settings": settings}
    return replace(address, url=address.url.set(host=host, port=port), connect_args=given)


def _first_host(text: str) -> tuple[str, Sequence[str]]:
    """The address with the first of its hosts only, which is what SQLAlchemy reads, and all of them."""
    begin = _USER.match(text)
    if begin is None:
        return text, ()
    place = re.split(r"[/?]", text[begin.end() :], maxsplit=1)[0]
    if "," not in place:
        return text, ()
    first, *_ = hosts = place.split(",")
    return text[: begin.end()] + first + text[begin.end() + len(place) :], hosts


def _place(hosts: Sequence[str], url: URL, query: dict[str, str], name: str) -> tuple[Any, Any]:
    """Host and port for asyncpg: lists where there are several. Also a socket's folder: ?host=/run/postgresql."""
    if hosts:
        pairs = [re.fullmatch(r"(\[[^]]*\]|[^:]*)(?::(.*))?", host) for host in hosts]
        named = [pair[1].strip("[]") if pair else "" for pair in pairs]
        ports = [(pair[2] if pair else None) or "" for pair in pairs]
    else:
        named = [url.host or ""]
        ports = [str(url.port or "")]
    if "host" in query:
        named = query["host"].split(",")
    if "port" in query:
        ports = query["port"].split(",")
    if len(ports) == 1:
        ports *= len(named)
    if len(ports) != len(named) or not all(port.isdigit() or not port for port in ports):
        raise ConfigurationError(f"{name} has hosts and ports that do not fit together: write host:port,host:port.")
    if len(named) == 1:
        return named[0] or None, int(ports[0]) if ports[0] else None
    if not all(named):
        raise ConfigurationError(f"{name} has a host without a name: write host:port,host:port.")
    return named, [int(port or _PORT) for port in ports]


def _has_stray_at(text: str) -> bool:
    """Whether an @ follows the one that ends the password, outside the values of parameters.

    SQLAlchemy ends a password at its first @: the rest of it would be looked up as a host, and displayed as one.
    """
    place, _, query = _USER.sub("", text, count=1).partition("?")
    parameter = query.partition("&")[0]
    return "@" in place or ("@" in parameter and "=" not in parameter)


def _seconds(text: str, name: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        raise ConfigurationError(f"{name} has a connect_timeout that is not a number of seconds.") from None


def _tls_mode(query: dict[str, str]) -> str | None:
    mode = query.get("sslmode") or query.get("ssl")
    return None if mode is None else _OTHER_SSL_MODES.get(mode.lower(), mode.lower())


def _encryption(query: dict[str, str], name: str) -> str | ssl.SSLContext | None:
    mode = _tls_mode(query)
    if mode is None:
        return None
    if mode not in SSL_MODES:
        raise ConfigurationError(f"{name} has an unknown sslmode: use one of {', '.join(SSL_MODES)}.")
    root = query.get("sslrootcert")
    if root and mode in ("verify-ca", "verify-full"):
        try:
            context = ssl.create_default_context(cafile=None if root == "system" else root)
        except OSError:
            raise ConfigurationError(f"{name} names an sslrootcert file that cannot be read.") from None
        context.check_hostname = mode == "verify-full"
        return context
    return mode
