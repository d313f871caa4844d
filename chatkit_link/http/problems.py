"""Every error that happens before a stream, as RFC 9457 problem+json. The only place that does so."""

import logging
from http import HTTPStatus
from typing import Any

from chatkit.store import NotFoundError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chatkit_link.errors import BadRequest, LinkError, NotFound, Unprocessable
from chatkit_link.http.middleware import request_id
from chatkit_link.http.openai_errors import InvalidInput, as_openai, invalid_input, is_for_openai, no_route
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.store.outages import DatabaseUnavailable
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)

#: What the framework raises by itself.
_CODES = {404: NotFound.code, 405: "method_not_allowed"}


def problem(
    request: Request,
    status: int,
    title: str,
    detail: str,
    headers: dict[str, str] | None = None,
    code: str | None = None,
    **members: str | tuple[str, ...] | None,
) -> JSONResponse:
    """Type is always about:blank: the status identifies the problem (RFC 9457 section 4.2.1).

    members: more of the document (section 3.2), where they are not None.
    """
    if is_for_openai(request):
        return as_openai(request, status, detail, headers, code, None)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id(request),
    }
    members["code"] = code
    body |= {name: value for name, value in members.items() if value is not None}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LinkError)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # Then there is nothing in a traceback that the line does not say.
        known = bool(error.cause) or isinstance(error, DatabaseUnavailable)
        logger.warning("request %s: %s", request_id(request), error.for_log(), exc_info=not known and error.__cause__)
    return _render(request, error)


def _render(request: Request, error: LinkError) -> JSONResponse:
    """In the language of the request; for OpenAI's packages, which programs read, in English."""
    locale = preferred_locale(request.headers.getlist("accept-language"))
    if isinstance(error, InvalidInput):
        return as_openai(request, error.status, error.message, error.headers, error.openai_code, error.param)
    if is_for_openai(request):
        return as_openai(request, error.status, error.message, error.headers, error.code, None)
    detail = error.in_language(locale)
    headers = error.headers | {"Content-Language": error.language(locale)}
    return problem(request, error.status, error.title, detail, headers, error.code, help=error.help, types=error.types)


def _missing(request: Request, error: Exception) -> JSONResponse:
    """Raised by a user's own ``ChatKitServer``; its text is theirs and stays inside."""
    return _render(request, NotFound(Localized("not_found")))


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if is_for_openai(request) and (message := no_route(request, error.status_code)):
        return as_openai(request, error.status_code, message, error.headers, None, None)
    title = HTTPStatus(error.status_code).phrase.capitalize()
    detail = {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
    }.get(error.status_code, f"{title}.")
    code = _CODES.get(error.status_code, BadRequest.code)
    return problem(request, error.status_code, title, detail, dict(error.headers or {}), code=code)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Names the parameter, without its value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    kind, *name = (str(part) for part in first["loc"])
    if is_for_openai(request):
        return _render(request, invalid_input({**first, "loc": tuple(name)}))
    if kind not in {"query", "path"}:
        return problem(request, 422, "Not acceptable", "The body is not acceptable.", code=Unprocessable.code)
    message = first["msg"]
    detail = f"{'.'.join(name)}: {message[0].lower()}{message[1:]}."
    return problem(request, 422, "Not acceptable", detail, code=Unprocessable.code)


def unexpected(request: Request) -> JSONResponse:
    """The answer to an error that was not expected; the log, which has it already, has the rest."""
    return _render(request, LinkError(Localized("internal_error", request_id=request_id(request))))


def bad_address(request: Request) -> JSONResponse:
    """The answer to a path that has a NUL in it, where nothing can be, or to a query that has one."""
    if "\x00" in request.scope["path"]:
        return _http(request, HTTPException(404))
    return _render(request, BadRequest("The query of the address has a NUL (%00) in it, which no value here has."))


def install_problems(app: FastAPI) -> None:
    """Render every error of this app here."""
    app.add_exception_handler(LinkError, _known)
    app.add_exception_handler(NotFoundError, _missing)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
