"""Counting a request before anything is done for it, for a route that costs something."""

from fastapi import Depends, Request

from chatkit_link.caller import Caller
from chatkit_link.errors import Forbidden, TooLarge
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.limits.rates import Kind
from chatkit_link.net.client_ip import client_address
from chatkit_link.translations import Localized


async def admit(kind: Kind, request: Request, services: Services, caller: Caller) -> None:
    """Raises TooManyRequests, with ``Retry-After``, where a rate or a budget is used up."""
    await services.limits.admit(kind, caller, client_address(request, services.settings.trusted_networks))


def require_uploads(caller: Caller, size: int | None = None) -> None:
    """Raises where the caller's session takes no files, or none of ``size`` bytes."""
    session = caller.session
    if session is None:
        return
    if not session.uploads:
        raise Forbidden(Localized("files_not_taken"))
    if size is not None and size > session.max_file_size:
        raise TooLarge(Localized("file_too_large", most=session.max_file_size))


async def _count_upload(request: Request, services: ServicesDep, caller: CallerDep) -> None:
    require_uploads(caller)
    await admit("uploads", request, services, caller)


#: For a door that takes files: ``dependencies=[UploadRate]``.
UploadRate = Depends(_count_upload)


async def _count_session(request: Request, services: ServicesDep, caller: CallerDep) -> None:
    await admit("sessions", request, services, caller)


#: For a door that makes sessions.
SessionRate = Depends(_count_session)
