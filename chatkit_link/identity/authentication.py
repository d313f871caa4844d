"""What every way of identifying gives back, and the order in which the ways are asked.

A way that finds nothing of its own in a request says ``None``, and the next one is asked. A way that finds
its own thing, but a wrong one, raises: whoever shows a bad token is refused, and never somebody else,
such as an anonymous visitor, instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated
from chatkit_link.translations import Localized


@dataclass(frozen=True, slots=True)
class Authentication:
    """A caller, and what the response must carry so that the next request finds the same one.

    cookie: the value of one ``Set-Cookie`` header, or ``None`` when there is nothing to send.
    ambient: a browser may have sent what identifies them without the page's doing, as it does with
        cookies; so another site's page could have caused the request (``http/cross_site.py``).
    left: seconds for which what was shown is still good, where the page cannot know that.
    """

    caller: Caller
    cookie: str | None = None
    ambient: bool = True
    left: int | None = None


class Authenticator(Protocol):
    """One way to tell who sent a request."""

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        """The caller of ``request``, carrying ``request_id`` and the request's locale; ``None``: not this way.

        Raises ``Unauthenticated`` when what is shown is not valid and ``Unavailable`` when that cannot
        be found out at the moment. Reads headers only, never the body.
        """
        ...


class Identity:
    """The ways of this server, asked in turn.

    wanted: what a caller is told whom no way knows.
    """

    def __init__(self, ways: Sequence[Authenticator], *, wanted: str | Localized) -> None:
        self._ways = tuple(ways)
        self._wanted = wanted

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication:
        """Raises ``Unauthenticated`` when nobody we know is asking, and what a ``Authenticator`` raises."""
        for way in self._ways:
            if (identified := await way.identify(request, request_id)) is not None:
                return identified
        raise Unauthenticated(self._wanted)
