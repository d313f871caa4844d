"""What an authenticator returns, and the order in which authenticators are asked.

An authenticator that finds no credentials of its type in a request returns ``None``, and the next one is asked. One
that finds credentials which are not valid raises: a caller with a bad token is refused, and never becomes another
user, such as an anonymous visitor.
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
    """A caller, and what the response must carry so that the next request has the same one.

    cookie: the value of one ``Set-Cookie`` header, or ``None`` when there is nothing to send.
    ambient: a browser may have sent the credentials by itself, as it does with cookies; so another site's
        page could have caused the request (``http/cross_site.py``).
    left: seconds until the credentials expire, where the page cannot know that.
    by_back_end: the request comes from a back end of the operator, which asks for many users from one address.
    """

    caller: Caller
    cookie: str | None = None
    ambient: bool = True
    left: int | None = None
    by_back_end: bool = False


class Authenticator(Protocol):
    """Identifies the caller of a request by one type of credentials."""

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        """The caller of ``request``, carrying ``request_id`` and the request's locale; ``None`` without credentials of
        this type.

        Raises ``Unauthenticated`` when the credentials are not valid and ``Unavailable`` when that cannot be
        checked at the moment. Reads headers only, never the body.
        """
        ...


class Identity:
    """The authenticators of this server, asked in turn.

    refusal: the message for a caller without credentials.
    """

    def __init__(self, authenticators: Sequence[Authenticator], *, refusal: str | Localized) -> None:
        self._authenticators = tuple(authenticators)
        self._refusal = refusal

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication:
        """Raises ``Unauthenticated`` without any credentials, and what an ``Authenticator`` raises."""
        for authenticator in self._authenticators:
            if (authentication := await authenticator.identify(request, request_id)) is not None:
                return authentication
        raise Unauthenticated(self._refusal)
