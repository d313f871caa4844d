"""Files: bytes in, by a form or by an upload link; bytes out, by a link.

A link is signed (``files/signed_urls.py``), because an ``<img>`` carries no token; the two routes without one ask
for the caller, as everywhere. What is served is inert in a browser, whatever it holds: it has the type
that its bytes were found to be, sniffing is off, only images are displayed inline, and a policy
forbids scripts and all else.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from starlette.requests import ClientDisconnect

from chatkit_link.caller import Caller
from chatkit_link.errors import BadRequest, Forbidden, TooLarge
from chatkit_link.files.filename import content_disposition
from chatkit_link.files.files import Files, Served
from chatkit_link.files.media_type import inert_type
from chatkit_link.files.signed_urls import Purpose
from chatkit_link.http.body import declared_length
from chatkit_link.http.identify import CallerDep, network_of
from chatkit_link.http.multipart import FilePart
from chatkit_link.http.ranges import asked_range
from chatkit_link.http.rate_limit import UploadRate
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.sessions.policy import require_allowed, upload_limit
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import encode

router = APIRouter()

Link = Annotated[str, Query(max_length=4000, description="The signature of the link.")]
#: Bytes that a form may add to its file.
_FORM = 64 * 1024
#: Seconds that a link into the storage is good for: it is followed at once.
_REDIRECT = 120
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_FORM_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_RAW_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/files", summary="Attach a file", openapi_extra=_FORM_BODY, dependencies=[UploadRate])
async def upload(request: Request, services: ServicesDep, caller: CallerDep) -> Response:
    """One file, in the field ``file``; the answer is its Attachment, to be named in a message."""
    files = _open(services)
    most = upload_limit(caller, _announced(request, files, spare=_FORM))
    part = FilePart(request.headers.get("content-type", ""), _body(request), spare=_FORM)
    await part.open()
    kept = await files.receive(part.name, part.mime_type, part.chunks(), caller, most=most)
    return Response(encode(kept), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.put("/files/{file_id}", summary="Upload the bytes of a file", status_code=204, openapi_extra=_RAW_BODY)
async def send(file_id: str, request: Request, services: ServicesDep, link: Link = "") -> Response:
    """Where the ``upload_descriptor`` of ``attachments.create`` leads. A link takes one upload."""
    files = _open(services)
    caller, _ = await _linked(services, "put", file_id, link, request)
    return await receive_file(files, request, file_id, caller)


@router.get("/files/{file_id}/link", summary="A fresh link to a file")
async def fresh_link(file_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, str]:
    """``url`` for one of the caller's files."""
    await services.files.find(file_id, caller)
    return {"url": services.files.links.signed(file_id, caller)}


@router.head("/files/{file_id}", include_in_schema=False)
@router.get("/files/{file_id}", summary="The bytes of a file", response_class=Response)
async def download(file_id: str, request: Request, services: ServicesDep, link: Link = "") -> Response:
    return await _give(services, request, file_id, link, preview=False)


@router.head("/files/{file_id}/preview", include_in_schema=False)
@router.get("/files/{file_id}/preview", summary="A small picture of an image", response_class=Response)
async def preview(file_id: str, request: Request, services: ServicesDep, link: Link = "") -> Response:
    return await _give(services, request, file_id, link, preview=True)


async def _linked(
    services: Services, purpose: Purpose, file_id: str, link: str, request: Request
) -> tuple[Caller, int]:
    """Whose file a link is for, and the seconds that it is still good for.

    Raises NotFound for a link that is not good, and for a file that the link's session does not reach any more.
    """
    caller, left = services.files.links.read(purpose, file_id, link)
    await require_allowed(services.store, caller, [("file_id", file_id)])
    return replace(caller, network=network_of(request, services.settings)), left


async def _give(services: Services, request: Request, file_id: str, link: str, *, preview: bool) -> Response:
    caller, left = await _linked(services, "get", file_id, link, request)
    return await serve_file(services.files, request, file_id, caller, left, preview=preview)


async def receive_file(files: Files, request: Request, file_id: str, caller: Caller) -> Response:
    """The body of a request as the bytes of a file whose upload has begun."""
    _announced(request, files, spare=0)
    await files.receive_started(file_id, _body(request), caller)
    return Response(status_code=204)


async def serve_file(
    files: Files, request: Request, file_id: str, caller: Caller, left: int, *, preview: bool
) -> Response:
    """A file of this caller, or the part of it that is asked for. left: seconds that its link is still good for."""
    served = await files.find(file_id, caller, preview=preview)
    if files.storage.signs and request.method == "GET":
        url = await files.storage.sign("GET", served.key, _REDIRECT)
        return RedirectResponse(url, 302, headers={"Cache-Control": f"private, max-age={_REDIRECT // 2}"})
    headers = _headers(served, left)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    # RFC 9110 section 13.1.5: a part of what it was before is of no use.
    same = request.headers.get("if-range") in (None, headers["ETag"])
    part = asked_range(request.headers.get("range"), served.size) if same else None
    start, end = part or (0, served.size)
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{served.size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    chunks = files.storage.read(served.key, *(part or ()))
    return StreamingResponse(await _begun(chunks), status, headers)


def _headers(served: Served, left: int) -> dict[str, str]:
    return {
        "Content-Type": inert_type(served.mime_type),
        "Content-Disposition": content_disposition(served.name, inline=served.inline),
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-site",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": f"private, max-age={left}, immutable",
        "Accept-Ranges": "bytes",
        "ETag": f'"{served.key.rpartition("/")[2]}"',
    }


async def _begun(chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The same chunks, once the first is there: bytes that are gone are an error, and not half an answer."""
    first = await anext(chunks, b"")

    async def whole() -> AsyncGenerator[bytes]:
        async with aclosing(chunks):
            yield first
            async for chunk in chunks:
                yield chunk

    return whole()


def _open(services: Services) -> Files:
    if not services.settings.uploads:
        raise Forbidden(Localized("files_not_taken"))
    return services.files


def _announced(request: Request, files: Files, *, spare: int) -> int:
    """Bytes that are to come, at most. Raises TooLarge before any of them is read."""
    declared = declared_length(request)
    if declared is None:
        return files.limits.max_size
    if declared > files.limits.max_size + spare:
        raise TooLarge(Localized("file_too_large", most=files.limits.max_size))
    return min(declared, files.limits.max_size)


async def _body(request: Request) -> AsyncGenerator[bytes]:
    stream: AsyncIterator[bytes] = request.stream()
    try:
        async for chunk in stream:
            if chunk:
                yield chunk
    except ClientDisconnect:
        raise BadRequest(Localized("upload_broke_off")) from None
