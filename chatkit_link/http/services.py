"""What the routes need, put together once by ``composition/``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from chatkit_link.agents.catalog import Entry
from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller
from chatkit_link.errors import AgentUnavailable, NotFound, Unavailable
from chatkit_link.files.files import Files
from chatkit_link.hosted.sessions import HostedSessions
from chatkit_link.http.cross_site import TrustedOrigins
from chatkit_link.http.streams import Streams
from chatkit_link.identity import Admission, DocumentKeys, Identity, KeyUse, ServerKey, VisitorAuthenticator
from chatkit_link.limits.limits import Limits
from chatkit_link.limits.line import Line
from chatkit_link.limits.shares import Shares
from chatkit_link.protocol.json_requests import JsonRequests
from chatkit_link.protocol.message_queue import MessageQueue
from chatkit_link.protocol.request_parser import RequestParser
from chatkit_link.protocol.shared_threads import SharedThreads
from chatkit_link.replica_checks import ReplicaChecks
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.sessions.create import Sessions
from chatkit_link.sessions.policy import chosen_agent
from chatkit_link.settings import Settings
from chatkit_link.store.documents import Documents
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.translations import Localized


@dataclass(frozen=True, slots=True)
class Services:
    """entries, agents: by agent id. default: the agent of ``POST /chatkit``.
    models: those that users can choose, by agent id.
    unavailable: why agents of the catalog could not be loaded, by id; ``for_author`` tells that to who asks them.

    storage_origin: scheme and host of the file storage, where browsers are sent to it.
    document_keys: what opens a document for a browser without a token; ``None`` where documents are public.
    visitors: makes tokens for visitors of embedded chats; ``None`` where every user signs in.
    admission: who can get in.
    origins: of the sites whose pages may act for their visitors here.
    queue: answers streaming requests, at once or when their thread is free.
    streams: those that are open. model_calls: the answers, dictations and actions in progress, which may call a model.
    identifying, rendering: the turns of requests (``limits/requests.py``).
    """

    settings: Settings
    database: Database
    store: PostgresStore
    documents: Documents
    files: Files
    storage_origin: str | None
    identity: Identity
    visitors: VisitorAuthenticator | None
    admission: Admission
    server_key: ServerKey
    key_use: KeyUse
    document_keys: DocumentKeys | None
    origins: TrustedOrigins
    request_parser: RequestParser
    queue: MessageQueue
    shared: SharedThreads
    json_requests: JsonRequests
    limits: Limits
    coordinator: Coordinator
    streams: Streams
    model_calls: Shares
    identifying: Line
    rendering: Line
    entries: Mapping[str, Entry]
    agents: Mapping[str, ServedAgent]
    models: Mapping[str, Sequence[str]]
    unavailable: Mapping[str, str]
    default: str
    hosted: HostedSessions
    sessions: Sessions
    replica_checks: ReplicaChecks
    for_author: bool = False

    def agent_for(self, caller: Caller, named: str | None) -> ServedAgent:
        """The agent that a request is for: the one that it names, or the caller's or this server's own.

        Raises:
            Forbidden: the caller's session is for another one.
            NotFound: this server has no such agent.
            AgentUnavailable: it has one, but could not load it.
        """
        agent_id = chosen_agent(caller, named, self.default)
        if (reason := self.unavailable.get(agent_id)) is not None:
            sentence = Localized("agent_unavailable")
            raise AgentUnavailable(f"{sentence} {reason}" if self.for_author else sentence)
        try:
            return self.agents[agent_id]
        except KeyError:
            raise NotFound(Localized("agent_not_found")) from None


async def get_services(request: Request) -> Services:
    services = getattr(request.app.state, "services", None)
    if services is None:
        raise Unavailable(
            "ChatKit Link has not been started. Inside another app, mount it with chatkit_link.mount(app, path, link)."
        )
    return services


ServicesDep = Annotated[Services, Depends(get_services)]
