"""The caller of a route, and what the caller's session allows. A route without one of these is public."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from chatkit_link.caller import Caller, KeyGrant
from chatkit_link.errors import Forbidden, Unauthenticated, Unavailable
from chatkit_link.http.cross_site import refuse_cross_site
from chatkit_link.http.middleware import request_id
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.identity.scopes import require_request_scope, require_scope
from chatkit_link.identity.server_key import USER_HEADER, OtherTenant
from chatkit_link.identity.user_names import name_in_header
from chatkit_link.identity.zone import known_zone
from chatkit_link.limits.requests import somebody_at
from chatkit_link.net.client_ip import UNKNOWN, client_address
from chatkit_link.net.ip import rate_limit_key
from chatkit_link.net.origin import is_host
from chatkit_link.sessions.policy import CHECKS, require_allowed
from chatkit_link.settings import Settings
from chatkit_link.store.audit import Actor

_CHATKIT = frozenset({("POST", "/chatkit"), ("POST", "/chatkit/{agent}")})


async def identify_caller(request: Request, services: ServicesDep) -> Caller:
    """The caller, for what sessions do not limit. The response carries a new cookie and the session's lifetime."""
    network = network_of(request, services.settings)
    async with services.identifying.turn(somebody_at(network)):
        with _refusal_counted(request, services):
            identified = await services.identity.identify(request, request_id(request))
    if identified.ambient:
        refuse_cross_site(request, services.origins)
    if identified.cookie is not None:
        request.state.cookie = identified.cookie
    request.state.by_back_end = identified.by_back_end
    if identified.left is not None:
        request.state.session_left = identified.left
    caller = identified.caller
    if caller.key is not None:
        caller = replace(caller, key=_opened(request, services, caller.key, caller.tenant, caller.user))
    return replace(
        caller,
        zone=known_zone(request.headers.get("x-time-zone")),
        address=_address(request, services.settings),
        network=None if identified.by_back_end else network,
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


def _opened(request: Request, services: Services, grant: KeyGrant, tenant: str, user: str | None) -> KeyGrant:
    """The grant with the address of who used it, once it was seen to open the route; the use is counted."""
    grant = _sent_from(request, services, grant)
    path = _template(request)
    what = f"{request.method} {path}"
    # An agent may have a ChatKit route at an address of its own.
    path = "/chatkit/{agent}" if path in {entry.path for entry in services.entries.values()} else path
    try:
        require_scope(grant, request.method, path)
    except Forbidden:
        services.key_use.count(grant, tenant, user, what, refused=True)
        raise
    if (request.method, path) not in _CHATKIT:  # where the use has its name from the body
        services.key_use.count(grant, tenant, user, what)
    return grant


@contextmanager
def _refusal_counted(request: Request, services: Services) -> Generator[None]:
    """Count a key that tries another tenant than its own, under the tenant that it tried."""
    try:
        yield
    except OtherTenant as refused:
        grant = _sent_from(request, services, refused.grant)
        services.key_use.count(grant, refused.named, None, f"{request.method} {_template(request)}", refused=True)
        raise


def _sent_from(request: Request, services: Services, grant: KeyGrant) -> KeyGrant:
    return replace(grant, address=client_address(request, services.settings.trusted_networks))


def _template(request: Request) -> str:
    """The path of the route, as it is declared."""
    return getattr(request.scope.get("route"), "path", "")


def open_request(services: Services, caller: Caller, request_type: str) -> None:
    """Count the use of a server key for a ChatKit request of this type.

    Raises Forbidden where the key does not open it.
    """
    if caller.key is None:
        return
    try:
        require_request_scope(caller.key, request_type)
    except Forbidden:
        services.key_use.count(caller.key, caller.tenant, caller.user, request_type, refused=True)
        raise
    services.key_use.count(caller.key, caller.tenant, caller.user, request_type)


@dataclass(frozen=True, slots=True)
class ServerCall:
    """A request of a back end: the key that it sent, and the tenant and the user that it names, if it names one."""

    key: KeyGrant
    tenant: str
    user: str | None
    request_id: str

    @property
    def actor(self) -> Actor:
        return Actor("server_key", self.key.name, self.request_id, self.key.address)

    def acting_for(self, owner: Caller) -> Caller:
        """A user whose data this request is about."""
        return replace(owner, key=self.key, request_id=self.request_id)


async def get_server_call(request: Request, services: ServicesDep) -> ServerCall:
    """Raises:
    Unauthenticated: without a server key, also when this server has none.
    Forbidden: the key does not open this route, or is for another tenant.
    """
    grant = await services.server_key.grant(request)
    if grant is None:
        raise Unauthenticated("This address is for servers: send CHATKIT_LINK_SERVER_KEY as bearer token.")
    with _refusal_counted(request, services):
        tenant = services.server_key.tenant(grant, request)
    user = name_in_header(request, USER_HEADER)
    return ServerCall(_opened(request, services, grant, tenant, user), tenant, user, request_id(request))


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
#: For a route that serves back ends only.
ServerDep = Annotated[ServerCall, Depends(get_server_call)]
