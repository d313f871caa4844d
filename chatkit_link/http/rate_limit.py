"""Counting a request before anything is done for it, for a route that costs something."""

from fastapi import Depends, Request

from chatkit_link.caller import Caller
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.limits.rates import Kind
from chatkit_link.net.client_ip import client_address
from chatkit_link.sessions.policy import require_no_session, require_uploads


async def admit(kind: Kind, request: Request, services: Services, caller: Caller) -> None:
    """Raises TooManyRequests, with ``Retry-After``, where a rate or a budget is used up."""
    # A back end asks for many users, whom it vouches for: its address says nothing of any of them.
    by_back_end = caller.key is not None
    address = None if by_back_end else client_address(request, services.settings.trusted_networks)
    await services.limits.admit(kind, caller, address)


async def _count_upload(request: Request, services: ServicesDep, caller: CallerDep) -> None:
    require_uploads(caller)
    await admit("uploads", request, services, caller)


#: For a route that takes files: ``dependencies=[UploadRate]``.
UploadRate = Depends(_count_upload)


async def _count_session(request: Request, services: ServicesDep, caller: CallerDep) -> None:
    require_no_session(caller)
    await admit("sessions", request, services, caller)


#: For a route that makes sessions, which is closed to sessions themselves.
SessionRate = Depends(_count_session)
