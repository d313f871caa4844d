"""The composition root: settings in, a running application out. Wiring only."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from fastapi import FastAPI
from starlette.types import ASGIApp

from chatkit_link.agents.agent_builder.vector_stores import LocalStores
from chatkit_link.agents.catalog import RESEARCH, Catalog, Entry, Prompt, configured_catalog
from chatkit_link.agents.catalog_notices import icon_notices
from chatkit_link.agents.contained import contain_tasks
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.agents.models.provider import openai_client, run_config
from chatkit_link.agents.offered_models import ModelReach, model_reach
from chatkit_link.agents.research import Research
from chatkit_link.agents.served import AgentFactory
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.agents.spent_quota import stop_retries
from chatkit_link.agents.tool_failures import with_tool_policy
from chatkit_link.agents.traces import direct_traces, send_rest
from chatkit_link.data_folder import mend
from chatkit_link.errors import ConfigurationError
from chatkit_link.files.open import open_files
from chatkit_link.hosted.client import hosted_client
from chatkit_link.hosted.refusals import Refusals
from chatkit_link.hosted.sessions import HostedSessions
from chatkit_link.http import (
    agents,
    chatkit,
    documents,
    entities,
    files,
    health,
    hosted,
    openai,
    pages,
    runs,
    sessions,
    threads,
    visitors,
)
from chatkit_link.http import workshop as workshop_routes
from chatkit_link.http.allowed_hosts import AllowedHosts
from chatkit_link.http.beside import STATE, Beside, NamedRoutes, hidden_routes, lifespan_of
from chatkit_link.http.cross_site import CrossOrigin, TrustedOrigins
from chatkit_link.http.header_bounds import HeaderBounds
from chatkit_link.http.middleware import ResponseHeaders
from chatkit_link.http.problems import bad_address, install_problems, unexpected
from chatkit_link.http.services import Services
from chatkit_link.http.streams import Streams
from chatkit_link.identity import (
    Access,
    DocumentKeys,
    Hook,
    admission,
    build_identity,
    load_hook,
    load_secrets,
    require_known_secret,
    warn_of_generated,
)
from chatkit_link.limits.limits import build_limits
from chatkit_link.limits.requests import database_line, identifying_line, rendering_line
from chatkit_link.limits.shares import Bounds, Shares
from chatkit_link.net.client_ip import Forwarded
from chatkit_link.protocol.crash_recovery import CrashRecovery
from chatkit_link.protocol.json_requests import JsonRequests
from chatkit_link.protocol.request_parser import RequestParser
from chatkit_link.protocol.streaming_requests import StreamingRequests
from chatkit_link.replica_checks import Replica, ReplicaChecks, tolerance_of
from chatkit_link.resources import resource
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.fanout import connect_fanout
from chatkit_link.search.documents_claim import DocumentsClaim, claim_of
from chatkit_link.search.factory import choose
from chatkit_link.search.folder import documents_of
from chatkit_link.search.local import LocalSearch, document_url
from chatkit_link.search.page_reader import Reader
from chatkit_link.sessions.client_secret import ClientSecretAuthenticator
from chatkit_link.sessions.create import Sessions
from chatkit_link.settings import Settings, read_settings, read_variables
from chatkit_link.store.documents import Documents
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from chatkit_link.store.open import open_database
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.server_keys import NO_KEYS, count_keys
from chatkit_link.store.settings_changes import fingerprints, note_settings
from chatkit_link.widgets.templates import WidgetLibrary
from chatkit_link.workshop.drafts import Workshop
from chatkit_link.workshop.known_actions import known_actions

logger = logging.getLogger(__name__)

#: The modules of our routes; the first that matches answers.
_ROUTES = (
    chatkit, runs, threads, agents, entities, files, hosted, sessions, openai, documents, visitors, health, pages,
)  # fmt: skip
#: The page about leaving Agent Builder, as local search knows it.
LEAVING = "docs/how-to/leaving-agent-builder.md"
OFFLINE_NOTICE = (
    "No model is configured: the offline model, which is not a language model, searches the documents and quotes them. "
    "Set OPENAI_API_KEY for a real one."
)


def create_app(
    settings: Settings | None = None,
    *,
    agents_given: Mapping[str, str] | None = None,
    identify: Hook | None = None,
    workshop: Path | None = None,
    default: str | None = None,
    temporary: bool = False,
    joins: bool = False,
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

    Raises:
        ConfigurationError: the settings or the catalog cannot work; also from the lifespan.
    """
    settings = settings or read_settings()
    catalog = configured_catalog(settings, agents_given or {})
    if default is not None and "default" not in catalog.model_fields_set:
        catalog.default = default
    traces = direct_traces(settings)
    hook = _hook(settings, identify)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        contain_tasks(asyncio.get_running_loop())
        async with AsyncExitStack() as stack:
            stack.push_async_callback(send_rest, traces)
            app.state.services = await _open(
                stack, settings, catalog, hook, for_author=workshop is not None, temporary=temporary, joins=joins
            )
            yield
            del app.state.services

    app = FastAPI(title="ChatKit Link", lifespan=lifespan, docs_url=None, redoc_url=None)
    # The last one added is the first to see a request.
    public_host = urlsplit(settings.address).netloc if settings.https else None
    app.add_middleware(
        ResponseHeaders,
        unexpected=unexpected,
        bad_address=bad_address,
        https_for=settings.hsts_seconds,
        public_host=public_host,
    )
    app.add_middleware(CrossOrigin, origins=_origins(settings), headers=settings.cors_header_names)
    app.add_middleware(Forwarded, trusted=settings.trusted_networks)
    app.state.names = _names(settings, hook, for_author=workshop is not None)
    app.add_middleware(AllowedHosts, names=app.state.names, trusted=settings.trusted_networks)
    app.add_middleware(HeaderBounds)
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


async def _index_documents(settings: Settings, database: Database, *, temporary: bool, joins: bool) -> DocumentsClaim:
    claim = await claim_of(documents_of(settings))
    if joins:
        return claim
    # Replicas that start together wait for each other here, longer than any request may.
    patient = Database(database.address, pool_size=1, patience=600)
    try:
        await claim.settle(Documents(patient), temporary=temporary)
    finally:
        await patient.close()
    return claim


async def _open(
    stack: AsyncExitStack,
    settings: Settings,
    catalog: Catalog,
    hook: Hook | None,
    *,
    for_author: bool,
    temporary: bool,
    joins: bool,
) -> Services:
    mend(settings.data)
    database = await stack.enter_async_context(open_database(settings, turns=database_line(settings.database_pool)))
    if not joins:
        await migrate(database)
    secrets = load_secrets(settings)
    if not temporary and not joins:
        await _settle(settings, database, secrets)
    documents_claim = await _index_documents(settings, database, temporary=temporary, joins=joins)
    http = await stack.enter_async_context(httpx2.AsyncClient(timeout=settings.search_timeout))
    client = openai_client(settings, on_response=stop_retries)
    if client is not None:
        stack.push_async_callback(client.close)
    store = PostgresStore(database)
    documents = Documents(database)
    # A temporary server is its operator's own, who has no key of the database.
    keys = NO_KEYS if temporary else await count_keys(database)
    by_hook = hook is not None and settings.identify is None
    access = Access.build(settings, database, secrets, admission(settings, hook=by_hook, keys=keys))
    await stack.enter_async_context(access.key_use.running())
    entries = _entries(settings, catalog)
    file_store = await stack.enter_async_context(open_files(settings, database, secrets, rounds=not joins))
    replica = Replica(
        secrets=Replica.secrets_of(secrets),
        storage=lambda: file_store.storage_problem,
        documents=documents_claim,
        tolerance=tolerance_of(settings),
    )
    replica_checks = ReplicaChecks(replica, database, documents)
    if not temporary:
        await stack.enter_async_context(replica_checks.running())
    mcp = McpServers(catalog.mcp, folder=settings.config.absolute().parent, variables=read_variables())
    reach = await model_reach(settings, entries)
    factory = AgentFactory(
        settings,
        store,
        file_store,
        with_tool_policy(run_config(settings, client), settings.tool_output),
        client,
        _research(settings, documents, http, access.document_keys),
        mcp,
        _stores(settings, catalog, documents),
        reach=reach,
    )
    stack.push_async_callback(factory.close)
    served, unavailable = await factory.build_each(entries)
    if not joins:
        await _give_notices(settings, catalog, entries, factory, reach)
    await stack.enter_async_context(mcp)  # before the runs, which use it until they are over
    coordinator = await stack.enter_async_context(
        Coordinator(
            database,
            CrashRecovery(store).settle,
            drain=settings.drain,
            events_for=settings.keep_events,
            at_once=settings.runs_at_once,
            fanout=_fanout(settings),
        )
    )
    limits = build_limits(settings, database)
    stack.push_async_callback(limits.rates.close)
    return Services(
        settings=settings,
        database=database,
        store=store,
        documents=documents,
        files=file_store,
        storage_origin=await file_store.storage.origin(),
        identity=build_identity(
            settings, http, access.server_key, access.visitors, hook, ClientSecretAuthenticator(database)
        ),
        visitors=access.visitors,
        admission=access.admission,
        server_key=access.server_key,
        key_use=access.key_use,
        document_keys=access.document_keys,
        origins=_origins(settings),
        request_parser=RequestParser(
            max_message=settings.max_message,
            max_page=settings.max_page,
            max_payload=settings.max_payload,
            max_audio=settings.max_audio,
        ),
        streaming_requests=StreamingRequests(store, coordinator, file_store, limits.ledger, for_author=for_author),
        json_requests=JsonRequests(store, coordinator, file_store, limits.ledger, for_author=for_author),
        limits=limits,
        coordinator=coordinator,
        streams=Streams(
            Bounds(settings.streams_at_once, settings.streams_at_once_address, settings.streams_at_once_total),
            heartbeat=settings.heartbeat,
        ),
        model_calls=Shares(Bounds(0, settings.runs_at_once_address, settings.runs_at_once_total)),
        identifying=identifying_line(),
        rendering=rendering_line(),
        entries=entries,
        agents=served,
        models={agent_id: offered.names for agent_id, offered in factory.offered.items()},
        unavailable=unavailable,
        default=catalog.default,
        hosted=await _hosted(stack, settings, access.document_keys, replica_checks),
        sessions=Sessions(database, frozenset(entries), catalog.workflows, secrets),
        replica_checks=replica_checks,
        for_author=for_author,
    )


def _fanout(settings: Settings) -> Any:
    """A client of Redis, where that carries events to other replicas."""
    if settings.fanout != "redis" or settings.redis_url is None:
        return None
    return connect_fanout(settings.redis_url.get_secret_value())


async def _settle(settings: Settings, database: Database, secrets: tuple[bytes, ...]) -> None:
    """What a server that starts has to agree on with the others of its database, and leaves for the next one."""
    warn_of_generated(settings)
    await require_known_secret(database, secrets)
    await note_settings(database, fingerprints(settings, secrets[0]))


async def _give_notices(
    settings: Settings, catalog: Catalog, entries: Mapping[str, Entry], factory: AgentFactory, reach: ModelReach
) -> None:
    """Log what an operator should know of the agents and their models."""
    for notice in shutdown_notices(settings, catalog, factory.targets, datetime.now(UTC).date()):
        logger.log(logging.ERROR if notice.level == "error" else logging.WARNING, "%s", notice.text)
    if reach.vendors is None and not any(entry.models for entry in entries.values()):  # else it was asked before
        reach = await model_reach(settings, entries, factory.targets)
    for sentence in (*icon_notices(entries), *reach.notices(entries, factory.targets)):
        logger.warning("%s", sentence)


async def _hosted(
    stack: AsyncExitStack, settings: Settings, keys: DocumentKeys | None, checks: ReplicaChecks
) -> HostedSessions:
    client = hosted_client(settings)
    stack.push_async_callback(client.close)

    def help_page() -> str | None:
        if settings.docs is not None or not checks.has_own_documents:  # then ours are not among the documents
            return None
        return document_url(settings.address, LEAVING, "", keys.make(LEAVING) if keys else "")

    return HostedSessions(client, Refusals(help_page))


def _stores(settings: Settings, catalog: Catalog, documents: Documents) -> LocalStores | None:
    """The vector stores of the catalog, searched in the documents."""
    if not catalog.vector_stores:
        return None
    if settings.docs is None:
        raise ConfigurationError("[vector_stores] of the catalog names folders of documents: set CHATKIT_LINK_DOCS.")
    for store, folder in catalog.vector_stores.items():
        if not (settings.docs / folder).is_dir():
            raise ConfigurationError(f"[vector_stores]: {store} is {folder!r}, but {settings.docs} has no such folder.")
    return LocalStores(documents, catalog.vector_stores)


def _origins(settings: Settings) -> TrustedOrigins:
    return TrustedOrigins(settings.listed_origins, own=settings.address if settings.public_url else "")


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


def _research(
    settings: Settings, documents: Documents, http: httpx2.AsyncClient, keys: DocumentKeys | None
) -> Research:
    label = "your documents" if settings.docs is not None else "the bundled documents"
    local = LocalSearch(documents, address=settings.address, label=label, key_of=keys.make if keys else None)
    return Research(
        choose(settings, local, http),
        Reader(documents, address=settings.address),
        WidgetLibrary(resource("widgets")),
        limit=settings.search_results,
        timeout=2 * settings.search_timeout,
    )


def _entries(settings: Settings, catalog: Catalog) -> dict[str, Entry]:
    """All agents. What the catalog sets for the bundled one overrides its defaults."""
    entries = {RESEARCH: _research_entry(settings), **catalog.agents}
    changed = catalog.agents.get(RESEARCH)
    if changed is not None and changed.target == RESEARCH:
        given = {name: getattr(changed, name) for name in changed.model_fields_set}
        entries[RESEARCH] = _research_entry(settings).model_copy(update=given)
    return entries


def _research_entry(settings: Settings) -> Entry:
    return Entry(
        target=RESEARCH,
        name="Research",
        description="Searches, reads, and answers with citations.",
        greeting="What would you like to know?",
        placeholder="Ask a question",
        notice=OFFLINE_NOTICE if settings.offline else "",
        prompts=[
            Prompt(label="What survives a reload?", prompt="How does an answer survive a reload?", icon="bolt"),
            Prompt(label="Bring your own agent", prompt="How do I add my own agent?", icon="agent"),
            Prompt(label="Put it on a server", prompt="How do I deploy it?", icon="globe"),
            Prompt(label="Use a real model", prompt="How do I use a real model?", icon="settings-slider"),
        ]
        if settings.docs is None and settings.offline
        else [],
    )
