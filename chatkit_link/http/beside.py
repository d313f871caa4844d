"""Another application in the same process, and which of the two answers a request.

ChatKit Link answers ``/chatkit`` and all below it, and the other addresses of its own that a chat needs: files,
documents, sessions, the frame. The other application answers everything else. A few addresses are of use to both: a
start page, ``/health``. There it is asked first, and ChatKit Link answers what it does not have.

Each request passes the middleware of the one that answers it, and no other.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from chatkit.server import ChatKitServer
from fastapi import FastAPI
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, Mount, NoMatchFound, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatkit_link.agents.sdk_methods import written
from chatkit_link.errors import ConfigurationError
from chatkit_link.http.pages import STATIC
from chatkit_link.http.services import Services

#: What both may have.
SHARED = frozenset(
    {"/", "/health", "/ready", "/favicon.svg", "/openapi.json", "/api/create-session", "/api/cancel-session"}
)
#: The chat, whatever stands behind it.
CHATKIT = "/chatkit"
_ASSETS = "/assets/"
_NOWHERE = f"/{'0' * 16}/chatkit-link"
#: Under this name, an application's state has the ChatKit Link that runs with it.
STATE = "chatkit_link"


class NamedRoutes:
    """The addresses of both applications by the names of their routes, for ``request.url_for``."""

    def __init__(self, link: FastAPI, other: ASGIApp) -> None:
        """other: also inside layers that keep it as ``app``, as Starlette's middleware does."""
        inner: Any = other
        while inner is not None and not hasattr(inner, "url_path_for"):
            inner = getattr(inner, "app", None)
        self._sources = [link.router] if inner is None else [inner, link.router]

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Raises NoMatchFound where neither has a route of this name and these parameters."""
        for source in self._sources:
            with suppress(NoMatchFound):
                return source.url_path_for(name, **path_params)
        raise NoMatchFound(name, path_params)


class Beside:
    """Both applications as one.

    link: of ``create_app``. The lifespans of both are the caller's to enter.
    state: what that of the other one has yielded, for its requests.
    routes: of both, for servers that ChatKit Link calls.
    """

    def __init__(self, link: FastAPI, other: ASGIApp, state: Mapping[str, Any], routes: NamedRoutes) -> None:
        self._link = link
        self._other = other
        self._state = state
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._other(self._theirs(scope), receive, send)
        elif self._is_shared(scope["path"]):
            await self._first_theirs(scope, receive, send)
        elif is_ours(self._link, scope):
            await self._link(self._ours(scope), receive, send)
        else:
            await self._other(self._theirs(scope), receive, send)

    def _is_shared(self, path: str) -> bool:
        # Names of built files carry a hash: what we have is ours.
        built = path.startswith(_ASSETS) and not (STATIC / "assets" / path.rpartition("/")[2]).is_file()
        return path in SHARED or built

    def _ours(self, scope: Scope) -> Scope:
        return {**scope, "router": self._routes}

    def _theirs(self, scope: Scope) -> Scope:
        return {**scope, "state": {**scope.get("state", {}), **self._state, STATE: self._link}}

    async def _first_theirs(self, scope: Scope, receive: Receive, send: Send) -> None:
        missing, read = False, False

        async def watched_receive() -> Message:
            nonlocal read
            read = read or scope["method"] not in {"GET", "HEAD"}
            return await receive()

        async def send_unless_missing(message: Message) -> None:
            nonlocal missing
            if message["type"] == "http.response.start":
                missing = message["status"] in {404, 405} and not read
            if not missing:
                await send(message)

        await self._other(self._theirs(scope), watched_receive, send_unless_missing)
        if missing:
            await self._link(self._ours(scope), receive, send)


def is_ours(link: FastAPI, scope: Mapping[str, Any]) -> bool:
    """Whether ChatKit Link answers an address, whatever the method."""
    path = scope["path"]
    if path == CHATKIT or path.startswith(f"{CHATKIT}/"):
        return True
    return path not in SHARED and any(route.matches(dict(scope))[0] is not Match.NONE for route in link.router.routes)


def hidden_routes(other: ASGIApp, ours: Sequence[BaseRoute]) -> list[str]:
    """The addresses at which both applications have a route, and ours answers; without those of ``/chatkit``."""
    theirs = [route for route in getattr(other, "routes", ()) if not (isinstance(route, Mount) and not route.path)]
    theirs = [route for route in theirs if not _has(route, "GET", _NOWHERE)]  # a page for every address
    hidden: dict[str, None] = {}
    for route in ours:
        path = _path(route)
        if path in SHARED or path.startswith((f"{CHATKIT}/", _ASSETS)) or path == CHATKIT:
            continue
        sample = re.sub(r"\{\w+(:\w+)?\}", "x", path)
        if any(_has(one, method, sample) for one in theirs for method in getattr(route, "methods", None) or ()):
            hidden[path] = None
    return list(hidden)


def _path(route: BaseRoute) -> str:
    return route.path if isinstance(route, Route) else ""


def _has(route: BaseRoute, method: str, path: str) -> bool:
    scope: Scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    return route.matches(scope)[0] is Match.FULL


def server_of(source: Any, agent: str | None = None) -> ChatKitServer[Any]:
    """The server that answers for an agent: the very object of the catalog's target.

    For routes of an application that ChatKit Link is mounted in or that ``serve --app`` serves, to reach what the
    agent's tools have changed.

    Args:
        source: the request, or the application.
        agent: its id in the catalog; None for the one that answers ``POST /chatkit``.

    Raises:
        ConfigurationError: there is no such agent, or no ChatKit Link that has started.
    """
    services = _services_of(source)
    chosen = services.default if agent is None else agent
    if chosen not in services.agents:
        raise ConfigurationError(f"There is no agent {chosen!r}; the agents are {sorted(services.agents)}.")
    return written(services.agents[chosen].server)


def _services_of(source: Any) -> Services:
    scope: Mapping[str, Any] = getattr(source, "scope", {})
    app = scope.get("app", source)
    link = scope.get("state", {}).get(STATE) or getattr(getattr(app, "state", None), STATE, None) or app
    services = getattr(getattr(link, "state", None), "services", None)
    if not isinstance(services, Services):
        raise ConfigurationError(
            "ChatKit Link has not been started with this application: use `chatkit-link serve --app`, or "
            "chatkit_link.mount(app, path, link), and ask for a server once requests are taken."
        )
    return services


@asynccontextmanager
async def lifespan_of(app: ASGIApp, name: str) -> AsyncGenerator[dict[str, Any]]:
    """Start an application, and stop it at the end of the block; gives the state that it has made.

    name: begins the message of an error.

    Raises:
        ConfigurationError: it does not start.
    """
    state: dict[str, Any] = {}
    requests, answers = asyncio.Queue[Message](), asyncio.Queue[Message | None]()

    async def run() -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": state}
        try:
            await app(scope, requests.get, answers.put)
        finally:
            answers.put_nowait(None)

    running = asyncio.create_task(run())
    requests.put_nowait({"type": "lifespan.startup"})
    try:
        answer = await answers.get()
    except asyncio.CancelledError:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        raise
    if answer is not None and answer["type"] == "lifespan.startup.failed":
        [error] = await asyncio.gather(running, return_exceptions=True)
        why = f"{type(error).__name__}: {error}" if isinstance(error, Exception) else answer.get("message", "")
        raise ConfigurationError(f"{name} does not start: {why}.") from error
    try:
        yield state
    finally:
        if answer is not None:
            requests.put_nowait({"type": "lifespan.shutdown"})
        # None: it has no lifespan, which an application says by an error (section "Lifespan Protocol" of ASGI).
        [error] = await asyncio.gather(running, return_exceptions=True)
        if answer is not None and isinstance(error, Exception):
            raise error
