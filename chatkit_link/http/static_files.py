"""One file of the build as an HTTP response: compressed where the browser takes it, and not sent again when it has it.

The build leaves ``name.br`` and ``name.gz`` beside each file that gets smaller by it (frontend/vite.precompress.ts).
Which of the three is sent is negotiated (RFC 9110 section 12.5.3). The entity tag is a hash of the bytes that are
sent: it differs by encoding and is the same on every replica. Times of modification are neither sent nor compared;
packaging tools make them up.
"""

import hashlib
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chatkit_link.http.ranges import asked_range

#: Of what the build writes. The table of the system is not asked: on Windows, it may call scripts plain text.
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
#: Content codings and the suffix of their files, the best one first.
_CODINGS = {"br": ".br", "gzip": ".gz"}
_IDENTITY = "identity"
#: RFC 9110 section 12.4.2.
_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class StaticFile(Response):
    """The response with this file. It is chosen and read when it is sent: only then is the request known.

    Raises ``HTTPException`` 406 when sent, if the request takes no encoding that there is, and
    ``RangeNotSatisfiable``.

    Args:
        path: a file that exists.
        headers: also part of a 304, so that a changed policy reaches a page that has not changed.
        meta: names and contents of ``meta`` elements for the head of a page, which is sent uncompressed then.
    """

    def __init__(self, path: Path, headers: Mapping[str, str], meta: Mapping[str, str] | None = None) -> None:
        super().__init__(headers={**headers, "Vary": "Accept-Encoding"})
        self._path = path
        self._meta = meta or {}
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await run_in_threadpool(self._answer, Request(scope))
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        asked = request.headers
        coding = self._coding(asked.get("accept-encoding"))
        content = _with_meta(_encoded(self._path, coding).read_bytes(), self._meta)
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {**self.headers, "ETag": tag, "Accept-Ranges": "bytes"}
        if coding != _IDENTITY:
            headers["Content-Encoding"] = coding
        if _matches(asked.getlist("if-none-match"), tag):
            headers.pop("Content-Encoding", None)
            return Response(status_code=304, headers=headers)
        headers["Content-Type"] = _MEDIA_TYPES.get(self._path.suffix, "application/octet-stream")
        if request.method == "HEAD":
            return Response(headers={**headers, "Content-Length": str(len(content))})
        # Part of another version would not fit what the browser has.
        may_be_part = asked.get("if-range", tag) == tag
        part = asked_range(asked.get("range"), len(content)) if may_be_part else None
        if part is None:
            return Response(content, headers=headers)
        start, end = part
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
        return Response(content[start:end], status_code=206, headers=headers)

    def _coding(self, accepted: str | None) -> str:
        available = [] if self._meta else [coding for coding in _CODINGS if _encoded(self._path, coding).is_file()]
        coding = best_coding(accepted, available)
        if coding is None:
            raise HTTPException(406, headers={"Vary": "Accept-Encoding"})
        return coding


def _encoded(path: Path, coding: str) -> Path:
    return path if coding == _IDENTITY else path.with_name(path.name + _CODINGS[coding])


def _with_meta(page: bytes, meta: Mapping[str, str]) -> bytes:
    tags = "".join(f'<meta name="{escape(name)}" content="{escape(content)}" />' for name, content in meta.items())
    return page.replace(b"</head>", tags.encode() + b"</head>", 1)


def best_coding(accepted: str | None, available: list[str]) -> str | None:
    """The content coding to send, ``identity`` for none; None if nothing is acceptable.

    Args:
        accepted: the header Accept-Encoding. What cannot be read in it counts as not mentioned.
        available: content codings that there are, the preferred one first.
    """
    if accepted is None:
        return _IDENTITY
    weights = dict(_weighted(entry) for entry in accepted.lower().split(","))
    # An old name of gzip.
    weights.setdefault("gzip", weights.get("x-gzip"))
    others = weights.get("*")
    ranked: list[tuple[float, str]] = []
    for coding in available:
        weight = weights.get(coding)
        ranked.append(((others or 0) if weight is None else weight, coding))
    plain = weights.get(_IDENTITY)
    if plain is None and others != 0:
        # Always acceptable, but what is asked for by name is wanted more.
        plain = 0.0001
    ranked.append((plain or 0, _IDENTITY))
    weight, coding = max(ranked, key=lambda pair: pair[0])
    return coding if weight > 0 else None


def _weighted(entry: str) -> tuple[str, float | None]:
    coding, _, weight = (part.strip() for part in entry.partition(";"))
    if not weight:
        return coding, 1
    found = _WEIGHT.fullmatch(weight)
    return coding, float(found[1]) if found else None


def _matches(conditions: list[str], tag: str) -> bool:
    """``If-None-Match``, compared weakly: a proxy that compresses makes strong tags weak."""
    tags = [one.strip().removeprefix("W/") for condition in conditions for one in condition.split(",")]
    return "*" in tags or tag in tags
