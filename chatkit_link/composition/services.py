"""Everything that the routes need, opened in the order of its use and closed in the opposite one."""

from contextlib import AsyncExitStack

import httpx2

from chatkit_link.composition.agents import open_agents
from chatkit_link.composition.data import Data, open_access, open_data
from chatkit_link.composition.startup import Startup
from chatkit_link.files.files import Files
from chatkit_link.files.open import open_files
from chatkit_link.hosted.client import hosted_client
from chatkit_link.hosted.refusals import Refusals
from chatkit_link.hosted.sessions import HostedSessions
from chatkit_link.http.cross_site import TrustedOrigins
from chatkit_link.http.services import Services
from chatkit_link.http.streams import Streams
from chatkit_link.identity import DocumentKeys, build_identity
from chatkit_link.limits.limits import build_limits
from chatkit_link.limits.requests import identifying_line, rendering_line
from chatkit_link.limits.shares import Bounds, Shares
from chatkit_link.protocol.answers import Answers
from chatkit_link.protocol.beginning import Callers, Sealed
from chatkit_link.protocol.continuation import Continuation
from chatkit_link.protocol.crash_recovery import CrashRecovery
from chatkit_link.protocol.json_requests import JsonRequests
from chatkit_link.protocol.message_queue import MessageQueue
from chatkit_link.protocol.request_parser import RequestParser
from chatkit_link.protocol.shared_threads import SharedThreads
from chatkit_link.protocol.streaming_requests import StreamingRequests
from chatkit_link.replica_checks import Replica, ReplicaChecks, tolerance_of
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.fanout import connect_fanout
from chatkit_link.search.local import document_url
from chatkit_link.sessions.client_secret import ClientSecretAuthenticator
from chatkit_link.sessions.create import Sessions
from chatkit_link.settings import Settings

#: The page about leaving Agent Builder, as local search knows it.
_LEAVING = "docs/how-to/leaving-agent-builder.md"


async def open_services(stack: AsyncExitStack, startup: Startup) -> Services:
    """Open the database, files, agents and runs of one server. ``stack`` closes them.

    Raises:
        ConfigurationError: the settings or the catalog cannot work.
        Unavailable: the database has no connection to listen on.
    """
    settings, catalog = startup.settings, startup.catalog
    data = await open_data(stack, startup)
    database, store = data.database, data.store
    http = await stack.enter_async_context(httpx2.AsyncClient(timeout=settings.search_timeout))
    access = await open_access(stack, startup, data)
    files = await stack.enter_async_context(open_files(settings, database, data.secrets, rounds=not startup.joins))
    replica_checks = await _open_replica_checks(stack, startup, data, files)
    agents = await open_agents(stack, startup, data, files, http, access.document_keys)
    limits = build_limits(settings, database)
    stack.push_async_callback(limits.rates.close)
    callers = Callers(Sealed(data.secrets))
    answers = Answers(store, files, limits.ledger, callers, for_author=startup.for_author)
    continuation = Continuation(store, agents.served, files, answers, callers)
    request_parser = _request_parser(settings)
    model_calls = Shares(Bounds(0, settings.runs_at_once_address, settings.runs_at_once_total))
    coordinator = _coordinator(settings, data, continuation)
    queue = MessageQueue(
        store=store,
        coordinator=coordinator,
        requests=StreamingRequests(store, coordinator, files, answers),
        agents=agents.served,
        answers=answers,
        callers=callers,
        ledger=limits.ledger,
        model_calls=model_calls,
        check=request_parser.check_message,
    )
    coordinator.queue.begin = queue.begin
    await stack.enter_async_context(coordinator)
    client_secrets = ClientSecretAuthenticator(database)
    for_author = startup.for_author
    return Services(
        settings=settings,
        database=database,
        store=store,
        documents=data.documents,
        files=files,
        storage_origin=await files.storage.origin(),
        identity=build_identity(settings, http, access.server_key, access.visitors, startup.hook, client_secrets),
        visitors=access.visitors,
        admission=access.admission,
        server_key=access.server_key,
        key_use=access.key_use,
        document_keys=access.document_keys,
        origins=trusted_origins(settings),
        request_parser=request_parser,
        queue=queue,
        shared=SharedThreads(store, files.links),
        json_requests=JsonRequests(
            store, coordinator, files, limits.ledger, default=catalog.default, for_author=for_author
        ),
        limits=limits,
        coordinator=coordinator,
        streams=_streams(settings),
        model_calls=model_calls,
        identifying=identifying_line(),
        rendering=rendering_line(),
        entries=agents.entries,
        agents=agents.served,
        models={agent_id: offered.names for agent_id, offered in agents.factory.offered.items()},
        unavailable=agents.unavailable,
        default=catalog.default,
        hosted=_hosted(stack, settings, access.document_keys, replica_checks),
        sessions=Sessions(database, frozenset(agents.entries), catalog.workflows, data.secrets),
        replica_checks=replica_checks,
        for_author=for_author,
    )


def trusted_origins(settings: Settings) -> TrustedOrigins:
    """Of the sites whose pages may act for their visitors here."""
    return TrustedOrigins(settings.listed_origins, own=settings.address if settings.public_url else "")


async def _open_replica_checks(stack: AsyncExitStack, startup: Startup, data: Data, files: Files) -> ReplicaChecks:
    replica = Replica(
        secrets=Replica.secrets_of(data.secrets),
        storage=lambda: files.storage_problem,
        documents=data.claim,
        tolerance=tolerance_of(startup.settings),
    )
    checks = ReplicaChecks(replica, data.database, data.documents)
    if not startup.temporary:
        await stack.enter_async_context(checks.running())
    return checks


def _coordinator(settings: Settings, data: Data, continuation: Continuation) -> Coordinator:
    fanout = None
    if settings.fanout == "redis" and settings.redis_url is not None:
        fanout = connect_fanout(settings.redis_url.get_secret_value())
    return Coordinator(
        data.database,
        CrashRecovery(data.store).settle,
        continues=continuation.continue_run,
        drain=settings.drain,
        events_for=settings.keep_events,
        at_once=settings.runs_at_once,
        fanout=fanout,
    )


def _request_parser(settings: Settings) -> RequestParser:
    return RequestParser(
        max_message=settings.max_message,
        max_page=settings.max_page,
        max_payload=settings.max_payload,
        max_audio=settings.max_audio,
    )


def _streams(settings: Settings) -> Streams:
    bounds = Bounds(settings.streams_at_once, settings.streams_at_once_address, settings.streams_at_once_total)
    return Streams(bounds, heartbeat=settings.heartbeat)


def _hosted(
    stack: AsyncExitStack, settings: Settings, keys: DocumentKeys | None, checks: ReplicaChecks
) -> HostedSessions:
    client = hosted_client(settings)
    stack.push_async_callback(client.close)

    def help_page() -> str | None:
        if settings.docs is not None or not checks.has_own_documents:  # then ours are not among the documents
            return None
        return document_url(settings.address, _LEAVING, "", keys.make(_LEAVING) if keys else "")

    return HostedSessions(client, Refusals(help_page))
