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
    # The chat frame says which page is around it; a page that uses link.js asks by itself.
    is_ours = _is_ours(request, services)
    around = asked.page or request.headers.get("origin", "")
    by_cookie = is_ours and services.origins.trusts(around, request.headers.get("host", ""))
    page = asked.page if is_ours and asked.page != "null" else None
    token = services.visitors.token_for(request, asked.former, page=page, by_cookie=by_cookie)
    if page and (cookie := services.visitors.cookie(request, page, token)):
        answer["Set-Cookie"] = cookie
    return JSONResponse({"token": token}, headers=answer)


def _is_ours(request: Request, services: Services) -> bool:
    """Whether this server's own frame asks, or a page of a trusted origin."""
    try:
        refuse_cross_site(request, services.origins)
    except Forbidden:
        return False
    return True
