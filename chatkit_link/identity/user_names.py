"""What may name a user or a tenant: the names are stored, logged and compared."""

from typing import TypeGuard

from starlette.requests import HTTPConnection

from chatkit_link.errors import Unauthenticated

# OpenID Connect Core section 2: sub is at most 255 characters.
LONGEST_NAME = 255


def is_name(value: object) -> TypeGuard[str]:
    """Text of 1 to 255 characters that can all be seen, with no space at its ends."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable() and value == value.strip()


def name_in_header(request: HTTPConnection, header: str) -> str | None:
    """The name in a header, as UTF-8; ``None`` where there is none or an empty one.

    Raises ``Unauthenticated`` for anything else: two of them, too long, or with characters that are not visible.
    """
    lines = request.headers.getlist(header)
    if not any(line.strip() for line in lines):
        return None
    try:
        name = lines[0].strip().encode("latin-1").decode("utf-8")
    except UnicodeError:
        name = ""
    if len(lines) > 1 or not is_name(name):
        raise Unauthenticated(f"The header {header} must name one, in at most {LONGEST_NAME} characters of UTF-8.")
    return name
