"""Settings in, a running application out: its routes and middleware. What they need is opened in ``composition/``."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.types import ASGIApp

from chatkit_link.agents.catalog import configured_catalog
from chatkit_link.agents.contained import contain_tasks
from chatkit_link.agents.traces import direct_traces, send_rest
from chatkit_link.composition.services import open_services, trusted_origins
from chatkit_link.composition.startup import OnProgress, Startup
from chatkit_link.errors import ConfigurationError
from chatkit_link.http import (
    agents,
    branches,
    chatkit,
    documents,
    entities,
    files,
    health,
    history,
    hosted,
    openai,
    pages,
    queue,
    runs,
    sessions,
    shares,
    threads,
    visitors,
)
from chatkit_link.http import workshop as workshop_routes
from chatkit_link.http.allowed_hosts import AllowedHosts
from chatkit_link.http.beside import STATE, Beside, NamedRoutes, hidden_routes, lifespan_of
from chatkit_link.http.cross_site import CrossOrigin
from chatkit_link.http.header_bounds import HeaderBounds
from chatkit_link.http.middleware import ResponseHeaders
from chatkit_link.http.problems import bad_address, install_problems, unexpected
from chatkit_link.http.streams import StreamsDirectly
from chatkit_link.identity import Hook, admission, load_hook
from chatkit_link.net.client_ip import Forwarded
from chatkit_link.settings import Settings, read_settings
from chatkit_link.workshop.drafts import Workshop
from chatkit_link.workshop.known_actions import known_actions

logger = logging.getLogger(__name__)

#: The modules of our routes; the first that matches answers.
_ROUTES = (
    chatkit, runs, branches, queue, shares, history, threads, agents, entities, files, hosted, sessions, openai,
    documents, visitors, health, pages,
)  # fmt: skip


def create_app(
    settings: Settings | None = None,
    *,
    agents_given: Mapping[str, str] | None = None,
    identify: Hook | None = None,
    workshop: Path | None = None,
    default: str | None = None,
    temporary: bool = False,
    joins: bool = False,
    on_progress: OnProgress | None = None,
) -> FastAPI:
    """The application. Nothing is opened before its lifespan begins.

    Args:
        settings: read from the environment if None.
        agents_given: agent id -> target, beside those of ``settings.config``.
        identify: returns the caller of a request, ``None`` for none; in place of ``settings.identify``.
        workshop: the folder of .widget files that the workshop edits, for a server on a developer's own machine.
        default: id of the agent of ``POST /chatkit``, where the catalog names none.
        temporary: a server for one conversation, which settles nothing for the others of its database.
        joins: one of several processes on one socket, of which another has already done what is to be done once.
        on_progress: called while the start takes its time, from any thread.

    Raises:
        ConfigurationError: the settings or the catalog cannot work; also from the lifespan.
    """
    settings = settings or read_settings()
    catalog = configured_catalog(settings, agents_given or {})
    if default is not None and "default" not in catalog.model_fields_set:
        catalog.default = default
    traces = direct_traces(settings)
    startup = Startup(
        settings,
        catalog,
        _hook(settings, identify),
        for_author=workshop is not None,
        temporary=temporary,
        joins=joins,
        on_progress=on_progress,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        contain_tasks(asyncio.get_running_loop())
        async with AsyncExitStack() as stack:
            stack.push_async_callback(send_rest, traces)
            app.state.services = await open_services(stack, startup)
            yield
            del app.state.services

    app = FastAPI(title="ChatKit Link", lifespan=lifespan, docs_url=None, redoc_url=None)
    _add_middleware(app, startup)
    install_problems(app)
    for routes in _ROUTES:
        app.include_router(routes.router)
    for agent_id, entry in catalog.agents.items():
        if entry.path:
            app.add_api_route(entry.path, chatkit.answer_as(agent_id), methods=["POST"], include_in_schema=False)
    if workshop is not None:
        actions = known_actions(settings.config, agents_given or {})
        app.include_router(workshop_routes.workshop_router(Workshop(workshop, actions)))
    return app


def _add_middleware(app: FastAPI, startup: Startup) -> None:
    """The last one added is the first to see a request."""
    settings = startup.settings
    public_host = urlsplit(settings.address).netloc if settings.https else None
    app.add_middleware(
        ResponseHeaders,
        unexpected=unexpected,
        bad_address=bad_address,
        https_for=settings.hsts_seconds,
        public_host=public_host,
    )
    app.add_middleware(CrossOrigin, origins=trusted_origins(settings), headers=settings.cors_header_names)
    app.add_middleware(Forwarded, trusted=settings.trusted_networks)
    app.state.names = _names(settings, startup.hook, for_author=startup.for_author)
    app.add_middleware(AllowedHosts, names=app.state.names, trusted=settings.trusted_networks)
    app.add_middleware(HeaderBounds)
    app.add_middleware(StreamsDirectly)


def mount(parent: FastAPI, path: str, link: FastAPI) -> None:
    """Serve ``link`` below ``path`` of another app, and start and stop it with that app.

    Starlette runs the lifespan of the outermost app only, so ``parent.mount`` alone would leave ours out. Under which
    names it answers is then for the other app to check.
    """
    link.user_middleware = [layer for layer in link.user_middleware if layer.cls is not AllowedHosts]
    outer = parent.router.lifespan_context

    @asynccontextmanager
    async def both(app: Any) -> AsyncGenerator[Any]:
        async with outer(app) as state, link.router.lifespan_context(link):
            yield state

    parent.router.lifespan_context = both
    parent.mount(path, link)
    setattr(parent.state, STATE, link)


def beside(link: FastAPI, other: ASGIApp, name: str, settings: Settings) -> ASGIApp:
    """Both as one application, for ``chatkit-link serve --app``; the lifespan of ``link`` then has that of the other.

    name: of the other one in messages.
    """
    state: dict[str, Any] = {}
    own = link.router.lifespan_context
    if hidden := hidden_routes(other, [route for routes in _ROUTES for route in routes.router.routes]):
        logger.warning(
            "%s has routes at %s, where ChatKit Link answers: give yours other addresses.", name, ", ".join(hidden)
        )

    @asynccontextmanager
    async def both(app: Any) -> AsyncGenerator[Any]:
        # Theirs is the outer one: agents may use what it has opened, from their construction to their last answer.
        async with lifespan_of(other, name) as started, own(app) as yielded:
            state.update(started)
            yield yielded

    link.router.lifespan_context = both
    if (theirs := getattr(other, "state", None)) is not None:
        setattr(theirs, STATE, link)
    trusted = settings.trusted_networks
    guarded = HeaderBounds(AllowedHosts(Forwarded(other, trusted), link.state.names, trusted))
    return Beside(link, guarded, state, NamedRoutes(link, other))


def _names(settings: Settings, hook: Hook | None, *, for_author: bool) -> frozenset[str]:
    """Under which names the server answers: under all of them where every request needs a secret.

    A foreign page that a browser takes for this server's own can make up a proxy's header, but no token and no key.
    """
    by_secret = not admission(settings, hook=hook is not None).anonymous and not settings.proxy_user_header
    return frozenset({"*"}) if by_secret and hook is None and not for_author else settings.host_names


def _hook(settings: Settings, given: Hook | None) -> Hook | None:
    if given is None:
        return load_hook(settings.identify, beside=settings.config.absolute().parent) if settings.identify else None
    if settings.jwt_secret or settings.jwt_jwks_url or settings.proxy_user_header:
        raise ConfigurationError(
            "create_app(identify=...) decides who is asking: unset CHATKIT_LINK_JWT_SECRET, CHATKIT_LINK_JWT_JWKS_URL "
            "and CHATKIT_LINK_PROXY_USER_HEADER."
        )
    return given
