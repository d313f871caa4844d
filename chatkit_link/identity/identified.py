"""What every way of identifying gives back."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller


@dataclass(frozen=True, slots=True)
class Identified:
    """A caller, and what the response must carry so that the next request finds the same one.

    cookie: the value of one ``Set-Cookie`` header, or ``None`` when there is nothing to send.
    """

    caller: Caller
    cookie: str | None = None


class Identity(Protocol):
    """A way to tell who sent a request."""

    async def identify(self, request: HTTPConnection, request_id: str) -> Identified:
        """The caller of ``request``, carrying ``request_id`` and the request's locale.

        Raises ``Unauthenticated`` when nobody we know is asking and ``Unavailable`` when that cannot
        be found out at the moment. Reads headers only, never the body.
        """
        ...
