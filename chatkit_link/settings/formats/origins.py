"""Origins of web pages (RFC 6454), as browsers write them: scheme, host, and a port unless it is the usual one."""

from urllib.parse import urlsplit

_USUAL = {"http": 80, "https": 443}


def read_origins(text: str) -> tuple[str, ...]:
    """Origins divided by commas or spaces, each once; ``*`` stays itself. Raises ValueError for what is none."""
    return tuple(dict.fromkeys(_origin(part) for part in text.replace(",", " ").split()))


def _origin(text: str) -> str:
    if text == "*":
        return text
    parts = urlsplit(text.lower())
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    if parts.scheme not in _USUAL or not host or set(host) & set("*;'\"\\"):
        raise ValueError("this is not an origin")
    port = "" if parts.port in (None, _USUAL[parts.scheme]) else f":{parts.port}"
    origin = f"{parts.scheme}://{host}{port}"
    # Whatever else stands there - a path, a user, a query - is no part of an origin.
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("this is more than an origin")
    return origin
