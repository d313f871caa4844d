"""The built pages: the demo page, the chat frame, the scripts for other pages, and their assets."""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from chatkit_link.errors import NotFound
from chatkit_link.http.identify import greet
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.http.static_files import StaticFile
from chatkit_link.net.origin import is_loopback, origin_of
from chatkit_link.resources import PACKAGE

router = APIRouter()

STATIC = PACKAGE / "static"
# Other sites' pages load the element and its frame, also those that let nothing in by default (COEP: require-corp).
_FOR_ALL = {"Cross-Origin-Resource-Policy": "cross-origin"}
_REVALIDATE = {"Cache-Control": "no-cache", **_FOR_ALL}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", **_FOR_ALL}  # their names carry a hash
# What such a page wants of its frames. Under "require-corp" no picture of another server would load in the chat.
# Nor is a host looked up before a link to it is clicked: a name can carry words as an address can.
_FRAME = {"Cross-Origin-Embedder-Policy": "credentialless", "X-DNS-Prefetch-Control": "off"}
# Pages on the machine of a developer, which frame the chat while it is on the same machine.
_LOOPBACK = " ".join(f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1"))
# Pictures are the one thing that a page loads by itself from addresses in a conversation. Without a list of domains,
# img-src has every https address: widgets of the server's code may use any, and a user may ask for a picture of an
# answer, which the frame alone holds back until then. With a list it has that list, and no click can widen it.
_CSP: dict[str, str] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "font-src": "'self' data: https:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
# What OpenAI's element loads into the page around it, where it is chosen in the demo app.
_OFFICIAL_ELEMENT = {
    "script-src": "https://cdn.platform.openai.com https://chatgpt.com https://cdn.openai.com",
    "connect-src": (
        "https://chatgpt.com https://sentinel.openai.com https://*.oaiusercontent.com https://api.openai.com "
        "https://api-js.mixpanel.com"
    ),
    "style-src": "https://cdn.openai.com",
    "font-src": "https://cdn.openai.com",
    "frame-src": "https://cdn.platform.openai.com",
}


@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False, dependencies=[Depends(greet)])
async def demo(services: ServicesDep) -> Response:
    return page("index.html", services, "'self'", _OFFICIAL_ELEMENT)


@router.api_route("/frame.html", methods=["GET", "HEAD"], include_in_schema=False, dependencies=[Depends(greet)])
async def frame(request: Request, services: ServicesDep) -> Response:
    framed_by = services.settings.framed_by
    also: dict[str, str] = {}
    if is_loopback(request.headers.get("host", "")):
        if not services.settings.allowed_image_domains:
            # The back end of the page is on this machine, too, and with it the pictures that it names.
            also["img-src"] = _LOOPBACK
        if services.settings.frame_ancestors is None:
            framed_by = f"{framed_by} {_LOOPBACK}"
    return page("frame.html", services, framed_by, also, _FRAME, meta=_known_to_frame(services))


def _known_to_frame(services: Services) -> dict[str, str]:
    """What the frame decides by which pictures of an answer it loads (frontend/src/ui/image-sources.ts).

    The storage is none of them: where buckets share a host, anybody may have one there.
    """
    settings = services.settings
    known = {
        "allowed-image-domains": " ".join(settings.listed_image_domains),
        "public-origin": origin_of(settings.address) if settings.public_url else "",
    }
    return {name: content for name, content in known.items() if content}


@router.api_route("/chatkit.js", methods=["GET", "HEAD"], include_in_schema=False)
async def element() -> Response:
    # Loaded by pages of other origins too, as OpenAI's is.
    return _file("chatkit.js", _REVALIDATE | {"Access-Control-Allow-Origin": "*"})


@router.api_route("/link.js", methods=["GET", "HEAD"], include_in_schema=False)
async def link() -> Response:
    return _file("link.js", _REVALIDATE | {"Access-Control-Allow-Origin": "*"})


@router.api_route("/favicon.svg", methods=["GET", "HEAD"], include_in_schema=False)
async def icon() -> Response:
    return _file("favicon.svg", _REVALIDATE)


# Pages below name them relative to themselves, as all do: the server may be mounted under a prefix.
@router.api_route("/shared/assets/{name}", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/assets/{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def asset(name: str) -> Response:
    return _file(f"assets/{name}", _FOR_EVER)


def page(
    name: str,
    services: Services,
    framed_by: str,
    also: Mapping[str, str],
    headers: Mapping[str, str] = MappingProxyType({}),
    meta: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """A built page with its content policy."""
    # Where the storage signs links, the page meets it, too.
    storage = services.storage_origin or ""
    # Links to files lead to the public address, by whatever name the browser has reached this page.
    if services.settings.public_url:
        storage = f"{storage} {origin_of(services.settings.address)}"
    images = " ".join(services.settings.image_sources)
    parts = [_CSP, also, {"img-src": f"{images} {storage}", "connect-src": storage}, {"frame-ancestors": framed_by}]
    sources: dict[str, str] = {}
    for part in parts:
        for directive, allowed in part.items():
            sources[directive] = f"{sources.get(directive, '')} {allowed.strip()}".strip()
    policy = "; ".join(f"{directive} {allowed}" for directive, allowed in sources.items())
    return _file(name, {**_REVALIDATE, "Content-Security-Policy": policy, **headers}, meta)


def _file(name: str, headers: dict[str, str], meta: Mapping[str, str] = MappingProxyType({})) -> Response:
    if not STATIC.is_dir():
        raise NotFound("The page has not been built. Run `make build`, or use the API at /chatkit.")
    try:
        file = (STATIC / name).resolve()
        found = file.is_relative_to(STATIC) and file.is_file()
    except (ValueError, OSError):  # a NUL, or a name longer than any file's
        raise HTTPException(404) from None
    if not found:
        raise HTTPException(404)
    return StaticFile(file, headers, meta)
