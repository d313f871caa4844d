"""The cookies of a request by their exact names.

Browsers protect the name ``__Host-x``, and not one with a white space of latin-1 before it, which ``str.strip`` takes
away: a reader that does so, as Starlette's, believes a neighbouring subdomain. So names are compared byte by byte here,
with nothing but spaces and tabs taken off (RFC 6265 section 5.2), and values are taken as they stand.

Each value costs its reader a signature, so only the last few of a name are given. How long the header is, and how many
cookies are in it, is bounded before (``http/header_bounds.py``).
"""

from starlette.requests import HTTPConnection

_BLANK = b" \t"
#: Values of one name: a browser sends one for each path and domain, and the last is the one with the shortest path.
_VALUES = 4


def cookies_named(request: HTTPConnection, name: str) -> list[str]:
    """The last values of the cookies of that name, in the order of the request."""
    wanted = name.encode("ascii")
    values: list[str] = []
    for header, line in request.scope["headers"]:
        if header != b"cookie" or wanted not in line:
            continue
        for pair in line.split(b";"):
            given, equals, value = pair.partition(b"=")
            if equals and given.strip(_BLANK) == wanted:
                values.append(value.strip(_BLANK).decode("latin-1"))
    return values[-_VALUES:]
