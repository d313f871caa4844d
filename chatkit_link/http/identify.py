"""Who is asking, for a route that needs to know."""

from contextlib import suppress
from typing import Annotated

from fastapi import Depends, Request

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated
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


CallerDep = Annotated[Caller, Depends(get_caller)]
