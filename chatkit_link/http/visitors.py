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
async def token(request: Request, services: ServicesDep) -> JSONResponse:
    """Body: ``{"former"?, "page"?}``. ``token`` is for ``X-ChatKit-Visitor``; null where every user signs in.

    A visitor whose former token is good stays the same. Else a browser that sends its cookie stays the user of
    that, if the page may act for its visitors here.
    """
    asked = await read_model(request, AskedToken, _LARGEST)
    made = None
    if services.visitors is not None:
        by_cookie = _may_have_the_cookies_user(request, services, asked.page)
        made = services.visitors.token_for(request, asked.former, by_cookie=by_cookie)
    return JSONResponse({"token": made}, headers={"Cache-Control": "no-store"})


def _may_have_the_cookies_user(request: Request, services: Services, page: str | None) -> bool:
    """The chat frame says which page is around it; a page that uses ``link.js`` asks by itself."""
    try:
        refuse_cross_site(request, services.origins)
    except Forbidden:
        return False
    around = page or request.headers.get("origin", "")
    return services.origins.trusts(around, request.headers.get("host", ""))
