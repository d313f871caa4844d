"""Origins of pages (RFC 6454), beside the host that a request was sent to."""

import re
from urllib.parse import SplitResult, urlsplit

from chatkit_link.net.ip import read_address

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?")
_USUAL_PORTS = {"http": 80, "https": 443}


def is_host(text: str) -> bool:
    """Whether a Host header holds what a browser can have asked for: a name or an address, and a port perhaps."""
    return _HOST.fullmatch(text) is not None


def same_host(origin: str, host: str) -> bool:
    """Whether a page of ``origin`` stands on ``host``, a Host header.

    Letter case and the usual port make no difference. The scheme is not compared: a proxy that ends TLS may not say so.
    """
    page = _split(origin)
    if page is None or not page.hostname:
        return False
    asked = _split(f"{page.scheme}://{host}")
    return asked is not None and _place(asked) == _place(page)


def loops_back(origin: str, host: str) -> bool:
    """Whether the page and the server are both on the browser's own machine."""
    page = _split(origin)
    return page is not None and page.scheme in _USUAL_PORTS and is_loopback(page.netloc) and is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether a Host header names the machine that the browser runs on, by a name which only that has there.

    Names such as ``a.localhost`` are left out: developers take them for sites of their own.
    """
    parts = _split(f"http://{host}")
    if parts is None or "@" in host:
        return False
    address = read_address(parts.hostname or "")
    return parts.hostname == "localhost" if address is None else address.is_loopback


def origin_of(address: str) -> str:
    """The origin of a page at this address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _place(parts: SplitResult) -> tuple[str, int | None]:
    return (parts.hostname or "").rstrip("."), parts.port or _USUAL_PORTS.get(parts.scheme)


def _split(address: str) -> SplitResult | None:
    """``None`` for what is no address: the port is read, too."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts
