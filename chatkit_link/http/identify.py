"""Who is asking, for a route that needs to know."""

import secrets
from contextlib import suppress
from typing import Annotated

from fastapi import Depends, Request

from chatkit_link.caller import Caller
from chatkit_link.errors import Forbidden, Unauthenticated
from chatkit_link.http.middleware import request_id
from chatkit_link.http.services import ServicesDep


async def get_caller(request: Request, services: ServicesDep) -> Caller:
    """The caller. A cookie that came with it is set on whatever response this request gets."""
    identified = await services.identity.identify(request, request_id(request))
    if identified.cookie is not None:
        request.state.cookie = identified.cookie
    return identified.caller


async def greet(request: Request, services: ServicesDep) -> None:
    """Give a page's visitor the cookie of an anonymous caller; a page itself is for everybody.

    Its requests, made side by side, would each be given another one. Where callers bring tokens, a page
    cannot, and its requests will.
    """
    with suppress(Unauthenticated):
        await get_caller(request, services)


async def require_server_key(request: Request, services: ServicesDep) -> None:
    """For doors of one's own back end.

    Raises:
        Forbidden: this server has no server key, so the door is closed.
        Unauthenticated: the request does not bring it.
    """
    key = services.settings.server_key
    if key is None:
        raise Forbidden("This needs the server key, and CHATKIT_LINK_SERVER_KEY is not set.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    known = key.get_secret_value().encode()
    if scheme.lower() != "bearer" or not secrets.compare_digest(given.strip().encode(), known):
        raise Unauthenticated("This needs the server key, as `Authorization: Bearer`.")


ServerDep = Depends(require_server_key)
CallerDep = Annotated[Caller, Depends(get_caller)]
