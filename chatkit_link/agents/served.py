"""From the catalog to what answers: an agent, a workflow or a ``ChatKitServer`` subclass becomes a ``ServedAgent``."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from agents import Agent, RunConfig
from chatkit.server import ChatKitServer
from chatkit.store import AttachmentStore
from openai import AsyncOpenAI

from chatkit_link.agents.agent_builder.event_emitter import WorkflowSettings
from chatkit_link.agents.agent_builder.load import ExportedWorkflow
from chatkit_link.agents.agent_builder.responder import WorkflowResponder
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.attach_servers import attach_servers
from chatkit_link.agents.brought_servers.construct import Offered, construct
from chatkit_link.agents.brought_servers.image_links import ImageLinks
from chatkit_link.agents.brought_servers.kept_store import KeptStore
from chatkit_link.agents.brought_servers.own_store import replace_own_stores
from chatkit_link.agents.brought_servers.request_context import context_factory
from chatkit_link.agents.brought_servers.server import BroughtFiles, BroughtServer
from chatkit_link.agents.brought_servers.turn_store import TurnFiles, TurnStore
from chatkit_link.agents.catalog import RESEARCH, Entry, ServerTarget, Target, is_server, load_target
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.agents.mentions import Mentions
from chatkit_link.agents.models.provider import OfflineProvider
from chatkit_link.agents.offline.model import NAME as OFFLINE
from chatkit_link.agents.own_titles import names_threads
from chatkit_link.agents.research import Research
from chatkit_link.agents.responder import AgentResponder, FunctionResponder, Responder
from chatkit_link.agents.server import LinkServer
from chatkit_link.agents.titles import ModelTitler, Titler, plain_title
from chatkit_link.agents.transcription import OpenAITranscriber
from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.files.files import Files
from chatkit_link.settings import Settings
from chatkit_link.store.postgres import PostgresStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServedAgent:
    """id: also the last part of its address.
    server: our own ``LinkServer``, or what calls a server that somebody brought, which is then ``brought``, too.
    models, tools: ids that a client may choose; None where the server checks that itself.
    mentions: what users can mention with @; None for nothing.
    titler: names new threads; None where the server does so itself or not at all.
    may_set_title: the server may, whatever can be known of it; it is asked first.
    """

    id: str
    server: ChatKitServer[Caller]
    brought: BroughtServer | None = None
    models: frozenset[str] | None = None
    tools: frozenset[str] | None = None
    titler: Titler | None = None
    may_set_title: bool = False
    mentions: Mentions | None = None

    async def prepare(self, caller: Caller) -> None:
        """What a request needs before it is answered: the context of a brought server."""
        if self.brought is not None:
            await self.brought.prepare(caller)


class AgentFactory:
    """Builds what answers for each entry of the catalog."""

    def __init__(
        self,
        settings: Settings,
        store: PostgresStore,
        files: Files,
        config: RunConfig,
        client: AsyncOpenAI | None,
        research: Research,
        mcp: McpServers,
    ) -> None:
        self._settings = settings
        self._store = store
        self._files = files
        self._config = config
        self._research = research
        self._mcp = mcp
        self._client = client
        self._transcriber = OpenAITranscriber(client, settings.transcribe_model) if client else None
        #: What the catalog's agents are, by id, once they are built.
        self.targets: dict[str, Target] = {}
        self._titler: Titler = plain_title if client is None else ModelTitler(config, settings.title_model_name)

    async def build(self, agent_id: str, entry: Entry) -> ServedAgent:
        target = self._research.assistant() if entry.target == RESEARCH else self._load(entry.target)
        target = attach_servers(self._mcp, agent_id, target, entry.mcp)
        self.targets[agent_id] = target
        if is_server(target):
            server = await self._bring(target, entry)
            # A user-defined server knows what it offers; a list in the catalog applies all the same.
            return ServedAgent(
                id=agent_id,
                server=server,
                brought=server,
                models=frozenset(entry.models) or None,
                tools=frozenset(entry.tools) or None,
                titler=None if names_threads(type(server.brought)) else self._titler,
                may_set_title=True,
            )
        if entry.store != "replace" or entry.context:
            raise ConfigurationError(
                f"[agents.{agent_id}]: store and context are for a ChatKitServer; its target is none."
            )
        server = LinkServer(
            self._store,
            self._responder(target),
            self._files,
            takes_files=self._settings.uploads and entry.files,
            transcriber=self._transcriber,
        )
        return ServedAgent(
            id=agent_id,
            server=server,
            models=frozenset(entry.models),
            tools=frozenset(entry.tools),
            titler=self._titler,
            mentions=None if isinstance(target, ExportedWorkflow) else target.mentions,
        )

    @property
    def _folder(self) -> Path:
        return Path(self._settings.config).absolute().parent

    def _load(self, target: str) -> Target:
        return load_target(target, beside=self._folder)

    def _responder(self, assistant: Assistant | ExportedWorkflow) -> Responder:
        model = OFFLINE if self._settings.offline else self._settings.model_name
        if isinstance(assistant, ExportedWorkflow):
            return WorkflowResponder(
                assistant,
                WorkflowSettings(self._config, self._client, max_turns=self._settings.max_turns, model=model),
                history_items=self._settings.history_items,
                file_text=self._settings.file_text,
            )
        if assistant.search:
            assistant = self._research.with_search(assistant)
        answer = assistant.answer
        if not isinstance(answer, Agent):
            return FunctionResponder(answer, assistant.actions)
        return AgentResponder(
            cast("Agent[Any]", answer),
            self._config_for(assistant),
            max_turns=self._settings.max_turns,
            history_items=self._settings.history_items,
            file_text=self._settings.file_text,
            model=model,
            actions=assistant.actions,
            quiet_tools=assistant.quiet_tools,
            mentions=assistant.mentions,
        )

    def _config_for(self, assistant: Assistant) -> RunConfig:
        if not self._settings.offline or assistant.offline is None:
            return self._config
        return replace(self._config, model_provider=OfflineProvider(self._settings.offline_pace, assistant.offline))

    async def _bring(self, found: ServerTarget, entry: Entry) -> BroughtServer:
        """A server of somebody's, with our stores in the place of its own unless it keeps them."""
        what = f"Agent target {entry.target!r}"
        takes_files = self._settings.uploads and entry.files
        images = ImageLinks(self._files, self._store, public=bool(self._settings.public_url))
        store, files = TurnStore(self._store, images), TurnFiles(self._files) if takes_files else None
        offered = Offered(None if entry.store == "keep" else store, files, self._settings)
        server = await construct(found, offered, entry.target)
        contexts = context_factory(entry.context, server, what, self._folder)
        if entry.store == "keep":
            kept = KeptStore(server.store, self._store, contexts, what)
            self._store.follow(kept)
            logger.warning(
                "%s keeps its own %s: its threads are stored there and here. Only threads that begin here are listed.",
                what, type(server.store).__name__,
            )  # fmt: skip
        else:
            kept = None
            replace_own_stores(server, store, files, what)
        own = server.attachment_store
        attachments = None if own is None or not takes_files else self._files
        if attachments is not None and not isinstance(own, TurnFiles):
            attachments = BroughtFiles(cast("AttachmentStore[Any]", own), contexts, kept)
        return BroughtServer(server, contexts, self._store, attachments, kept, images)
