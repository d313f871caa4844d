"""Read-only links to threads: made, listed and withdrawn by their owner, and read by whoever has one."""

import secrets
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chatkit_link.caller import Caller
from chatkit_link.errors import Forbidden, NotFound
from chatkit_link.http.files import serve_file
from chatkit_link.http.identify import CallerDep, network_of
from chatkit_link.http.middleware import request_id
from chatkit_link.http.pages import page
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.limits.rates import Kind
from chatkit_link.limits.requests import somebody_at
from chatkit_link.net.client_ip import client_address
from chatkit_link.protocol.shared_threads import SharedThread
from chatkit_link.sessions.policy import chosen_agent
from chatkit_link.store import shares
from chatkit_link.store.shares import Share
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import encode

router = APIRouter()

After = Annotated[int, Query(ge=0, le=2**62)]
_YEAR = 366 * 86_400
#: Seconds that a browser may keep a file of a link: it may be withdrawn.
_FILE = 60
#: The address is the permission: it is told to no other site, and no robot lists what is behind it.
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


class NewShare(BaseModel):
    """until: id of the last item that is displayed; the newest one without it. expires_in: seconds; for ever without.
    attachments: whether files, and pictures that a model has made, are displayed, too.
    """

    model_config = ConfigDict(extra="forbid")

    until: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    expires_in: Annotated[int, Field(ge=60, le=10 * _YEAR)] | None = None
    attachments: bool = False


@router.post("/chatkit/threads/{thread_id}/shares", summary="Share a thread", status_code=201)
async def create_share(
    thread_id: str, wanted: NewShare, request: Request, services: ServicesDep, caller: CallerDep
) -> dict[str, Any]:
    """``{"id", "url", "created_at", "expires_at", "until", "attachments"}``: this once, for only a hash is stored.

    The link displays the thread as it is now; what is added later is not read by who has it.
    """
    if not services.settings.sharing:
        raise Forbidden(Localized("sharing_off"))
    await _count("messages", request, services, caller)
    token = secrets.token_urlsafe(32)
    async with services.database.session(caller, atomic=True) as session:
        share = await shares.add(
            session,
            f"shr_{uuid.uuid4().hex}",
            token,
            thread_id,
            until=wanted.until,
            attachments=wanted.attachments,
            lifetime=None if wanted.expires_in is None else timedelta(seconds=wanted.expires_in),
        )
    address = caller.address or services.settings.address
    return {**_listed(share), "url": f"{address}/shared/{token}"}


@router.get("/chatkit/threads/{thread_id}/shares", summary="The links to a thread")
async def list_shares(thread_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """``{"shares": [...], "enabled": true}``: those that are still good, without their addresses.

    ``enabled`` is false where this server shares nothing: no link is made, and none leads anywhere.
    """
    await services.store.load_thread(thread_id, caller)
    async with services.database.session(caller) as session:
        listed = [_listed(share) for share in await shares.list_shares(session, thread_id)]
    return {"shares": listed, "enabled": services.settings.sharing}


@router.delete("/chatkit/threads/{thread_id}/shares/{share_id}", summary="Withdraw a link", status_code=204)
async def revoke_share(thread_id: str, share_id: str, services: ServicesDep, caller: CallerDep) -> None:
    """What it displayed, and its files, cannot be read with it any more."""
    async with services.database.session(caller) as session:
        await shares.revoke(session, thread_id, share_id)


@router.api_route("/shared/{token}", methods=["GET", "HEAD"], include_in_schema=False)
async def shared_page(services: ServicesDep) -> Response:
    """The same page for every link: it reads the rest by itself, and no robot learns which links are good."""
    return page("shared.html", services, "'none'", {}, PRIVATE)


@router.get("/api/shared/{token}", summary="A shared thread", response_class=Response)
async def read_share(token: str, request: Request, services: ServicesDep, after: After = 0) -> Response:
    """``{"title", "created_at", "expires_at", "attachments", "items": {"data", "has_more", "after"}}``."""
    share = await _share(token, request, services)
    address = f"{_address(request, services)}/api/shared/{token}/files"
    items = await services.shared.page(share, _reader(share, request, services), after, address)
    shown = SharedThread(
        title=share.title,
        created_at=share.created_at,
        expires_at=share.expires_at,
        attachments=share.attachments,
        items=items,
    )
    return Response(encode(shown), media_type="application/json", headers=PRIVATE)


@router.post("/api/shared/{token}/continue", summary="Continue a shared thread")
async def continue_share(token: str, request: Request, services: ServicesDep, caller: CallerDep) -> dict[str, str]:
    """``{"thread_id", "agent"}`` of a new thread of the caller's with what the link displays, without its files.

    ``agent``: the caller's own, which ``POST /chatkit`` leads to.
    """
    await _count("messages", request, services, caller)
    share = await _share(token, request, services)
    reader = replace(_reader(share, request, services), network=caller.network)
    agent = chosen_agent(caller, None, services.default)
    thread_id = await services.shared.copy(share, reader, replace(caller, agent=agent))
    return {"thread_id": thread_id, "agent": agent}


@router.get("/api/shared/{token}/files/{file_id}", summary="A file of a shared thread", response_class=Response)
async def shared_file(token: str, file_id: str, request: Request, services: ServicesDep) -> Response:
    """Inert in a browser, as every file; only those of what the link displays, if it was made with files."""
    return await _file(token, file_id, request, services, preview=False)


@router.get(
    "/api/shared/{token}/files/{file_id}/preview",
    summary="A small picture of an image of a shared thread",
    response_class=Response,
)
async def shared_preview(token: str, file_id: str, request: Request, services: ServicesDep) -> Response:
    return await _file(token, file_id, request, services, preview=True)


async def _file(token: str, file_id: str, request: Request, services: Services, *, preview: bool) -> Response:
    share = await _share(token, request, services)
    reader = _reader(share, request, services)
    if not share.attachments:
        raise _not_found()
    async with services.database.session(reader) as session:
        if not await shares.has_file(session, share.id, file_id):
            raise _not_found()
    response = await serve_file(services.files, request, file_id, reader, _FILE, preview=preview)
    response.headers["X-Robots-Tag"] = PRIVATE["X-Robots-Tag"]
    return response


async def _share(token: str, request: Request, services: Services) -> Share:
    """Raises NotFound for a link that is none, or none any more, and TooManyRequests."""
    await _count("shares", request, services, somebody_at(network_of(request, services.settings)))
    share = await shares.find(services.database, token) if services.settings.sharing else None
    if share is None:
        raise _not_found()
    return share


def _not_found() -> NotFound:
    return NotFound(Localized("share_not_found"), headers=PRIVATE)


async def _count(kind: Kind, request: Request, services: Services, caller: Caller) -> None:
    """As ``admit``, but for budgets: nothing of it asks a model."""
    by_back_end = caller.key is not None
    address = None if by_back_end else client_address(request, services.settings.trusted_networks)
    await services.limits.rates.take(kind, caller, address)


def _reader(share: Share, request: Request, services: Services) -> Caller:
    """The owner, whose rows are read, counted under the address of who reads them."""
    return Caller(
        tenant=share.tenant,
        user=share.user,
        request_id=request_id(request),
        locale=preferred_locale(request.headers.getlist("accept-language")),
        network=network_of(request, services.settings),
    )


def _address(request: Request, services: Services) -> str:
    """Of this server, as whoever reads has reached it; a prefix alone where that is not known."""
    if services.settings.public_url:
        return services.settings.address
    return str(request.base_url).rstrip("/")


def _listed(share: Share) -> dict[str, Any]:
    return {
        "id": share.id,
        "created_at": share.created_at,
        "expires_at": share.expires_at,
        "until": share.until,
        "attachments": share.attachments,
    }
