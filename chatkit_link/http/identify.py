"""The caller of a route, and what the caller's session allows. A route without one of these is public."""

from contextlib import suppress
from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated, Unavailable
from chatkit_link.http.cross_site import refuse_cross_site
from chatkit_link.http.middleware import request_id
from chatkit_link.http.services import ServicesDep
from chatkit_link.identity.server_key import TENANT_HEADER
from chatkit_link.identity.user_names import name_in_header
from chatkit_link.identity.zone import known_zone
from chatkit_link.net.client_ip import UNKNOWN, client_address
from chatkit_link.net.ip import rate_limit_key
from chatkit_link.net.origin import is_host
from chatkit_link.sessions.policy import CHECKS, require_allowed
from chatkit_link.settings import Settings


async def identify_caller(request: Request, services: ServicesDep) -> Caller:
    """The caller, for what sessions do not limit. The response carries a new cookie and the session's lifetime."""
    identified = await services.identity.identify(request, request_id(request))
    if identified.ambient:
        refuse_cross_site(request, services.origins)
    if identified.cookie is not None:
        request.state.cookie = identified.cookie
    request.state.by_back_end = identified.by_back_end
    if identified.left is not None:
        request.state.session_left = identified.left
    return replace(
        identified.caller,
        zone=known_zone(request.headers.get("x-time-zone")),
        address=_address(request, services.settings),
        network=None if identified.by_back_end else network_of(request, services.settings),
    )


def network_of(request: Request, settings: Settings) -> str | None:
    """``Caller.network`` of a request that comes from the caller."""
    address = client_address(request, settings.trusted_networks)
    return None if address == UNKNOWN else rate_limit_key(address)


def _address(request: Request, settings: Settings) -> str | None:
    """Where links for the caller lead: the public address, else where the request was sent, prefix and all."""
    if settings.public_url:
        return settings.address
    host = request.headers.get("host", "")
    if not is_host(host):
        return None
    return f"{request.url.scheme}://{host}{quote(request.scope.get('root_path', ''), safe='/-._~')}"


async def get_caller(request: Request, services: ServicesDep) -> Caller:
    """The caller, whose session allows all that the route's path and query name (``sessions/policy.py``).

    Raises as ``require_allowed``, too.
    """
    caller = await identify_caller(request, services)
    # The query may hold what the route does not read; what it reads is in the table, as a test over all routes sees to.
    queried = [(name, value) for name, value in request.query_params.multi_items() if name in CHECKS]
    await require_allowed(services.store, caller, [*_in_path(request), *queried])
    return caller


def _in_path(request: Request) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in request.path_params.items()]


async def get_server_call(request: Request, services: ServicesDep) -> Caller | None:
    """The caller for whom a back end acts that has the server key; ``None`` if it names none.

    Raises ``Unauthenticated`` without the key, also when this server has none.
    """
    if not services.server_key.is_sent_with(request):
        raise Unauthenticated("This address is for servers: send CHATKIT_LINK_SERVER_KEY as bearer token.")
    return services.server_key.acts_for(request, request_id(request))


async def get_server_tenant(request: Request, services: ServicesDep) -> str:
    """The tenant that a back end acts for, which it names in ``X-ChatKit-Tenant``. Raises as ``get_server_call``."""
    await get_server_call(request, services)
    return name_in_header(request, TENANT_HEADER) or "default"


def is_by_back_end(request: Request) -> bool:
    """Whether the caller that a route was given came with a server key."""
    return getattr(request.state, "by_back_end", False)


async def greet(request: Request, services: ServicesDep) -> None:
    """Give a page's visitor the cookie of an anonymous caller; the page itself is public.

    Its requests, made side by side, would each be given another one. Where callers bring tokens, a page
    cannot, and its requests will.
    """
    with suppress(Unauthenticated, Unavailable):
        await identify_caller(request, services)


#: For a route that serves a user.
CallerDep = Annotated[Caller, Depends(get_caller)]
#: For a route that serves back ends only; the caller is the user that it acts for, if it names one.
ServerDep = Annotated[Caller | None, Depends(get_server_call)]
#: The same, for what belongs to a tenant.
TenantDep = Annotated[str, Depends(get_server_tenant)]
