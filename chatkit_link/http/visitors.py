"""The token that stands for an anonymous visitor where the chat is embedded in another site."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from chatkit_link.errors import Forbidden
from chatkit_link.http.body import read_model
from chatkit_link.http.cross_site import refuse_cross_site
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.identity.signed_user import LONGEST

router = APIRouter()

_LARGEST = 4096


class AskedToken(BaseModel):
    """former: the token so far. page: the origin of the page around the chat frame, as the browser gave it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    former: str = Field(default="", max_length=LONGEST)
    page: str | None = Field(default=None, max_length=300)


@router.post("/visitor", summary="A token for a visitor of an embedded chat")
async def give_token(request: Request, services: ServicesDep) -> JSONResponse:
    """Body: ``{"former"?, "page"?}``. ``token`` is for ``X-ChatKit-Visitor``; null where every user signs in.

    A visitor whose former token is good stays the same. Else a browser that sends its cookie stays the user of
    that, if the page may act for its visitors here.
    """
    asked = await read_model(request, AskedToken, _LARGEST)
    answer = {"Cache-Control": "no-store"}
    if services.visitors is None:
        return JSONResponse({"token": None}, headers=answer)
    page = _page(request, services, asked.page)
    by_cookie = page is not None and services.origins.trusts(page, request.headers.get("host", ""))
    token = services.visitors.token_for(request, asked.former, page=page, by_cookie=by_cookie)
    if page is not None and (cookie := services.visitors.cookie(request, page, token)):
        answer["Set-Cookie"] = cookie
    return JSONResponse({"token": token}, headers=answer)


def _page(request: Request, services: Services, named: str | None) -> str | None:
    """The origin of the page whose visitor it is: as the chat frame names it, or of a trusted page that asks by itself.

    ``None`` where another site asks, and for a page without an origin of its own.
    """
    try:
        refuse_cross_site(request, services.origins)
    except Forbidden:
        return None
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    by_frame = (
        origin is None
        or request.headers.get("sec-fetch-site") == "same-origin"
        or services.origins.is_own(origin, host)
    )
    page = named if by_frame else origin
    return None if page == "null" else page
