"""From the catalog to what answers: an agent, a workflow or a ``ChatKitServer`` subclass becomes a ``ServedAgent``."""

import inspect
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from agents import Agent, RunConfig
from chatkit.server import ChatKitServer
from openai import AsyncOpenAI

from chatkit_link.agents.agent_builder.event_emitter import WorkflowSettings
from chatkit_link.agents.agent_builder.load import ExportedWorkflow
from chatkit_link.agents.agent_builder.responder import WorkflowResponder
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.attach_servers import attach_servers
from chatkit_link.agents.catalog import RESEARCH, Entry, Target, load_target
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.agents.mentions import Mentions
from chatkit_link.agents.models.provider import OfflineProvider
from chatkit_link.agents.offline.model import NAME as OFFLINE
from chatkit_link.agents.own_titles import names_threads
from chatkit_link.agents.research import Research
from chatkit_link.agents.responder import AgentResponder, FunctionResponder, Responder
from chatkit_link.agents.server import LinkServer
from chatkit_link.agents.service.responder import ServiceResponder
from chatkit_link.agents.service.target import Service, is_address, load_service
from chatkit_link.agents.sidecar.node import node_for
from chatkit_link.agents.sidecar.workflow import SidecarWorkflow
from chatkit_link.agents.titles import ModelTitler, Titler, plain_title
from chatkit_link.agents.transcription import OpenAITranscriber
from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.files.files import Files
from chatkit_link.settings import Settings, read_variables
from chatkit_link.store.postgres import PostgresStore


@dataclass(frozen=True, slots=True)
class ServedAgent:
    """id: also the last part of its address.
    server: our own ``LinkServer``, or a user's subclass of the SDK's.
    models, tools: ids that a client may choose; None where the server checks that itself.
    mentions: what users can mention with @; None for nothing.
    titler: names new threads; None where the server does so itself or not at all.
    may_set_title: the server may, whatever can be known of it; it is asked first.
    """

    id: str
    server: ChatKitServer[Caller]
    models: frozenset[str] | None = None
    tools: frozenset[str] | None = None
    titler: Titler | None = None
    may_set_title: bool = False
    mentions: Mentions | None = None


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

    def build(self, agent_id: str, entry: Entry) -> ServedAgent:
        target = self._research.assistant() if entry.target == RESEARCH else self._load(entry)
        target = attach_servers(self._mcp, agent_id, target, entry.mcp)
        self.targets[agent_id] = target
        if isinstance(target, type):
            # A user-defined server knows what it offers; a list in the catalog applies all the same.
            return ServedAgent(
                id=agent_id,
                server=self._construct(target, entry),
                models=frozenset(entry.models) or None,
                tools=frozenset(entry.tools) or None,
                titler=None if names_threads(target) else self._titler,
                may_set_title=True,
            )
        server = LinkServer(
            self._store,
            self._responder(agent_id, target),
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
            mentions=target.mentions if isinstance(target, Assistant) else None,
        )

    def _load(self, entry: Entry) -> Target:
        variables = read_variables()
        if is_address(entry.target):
            return load_service(entry.target, entry.env, variables)
        node = node_for(self._settings, variables, entry.env)
        return load_target(entry.target, beside=Path(self._settings.config).absolute().parent, node=node)

    async def close(self) -> None:
        """End the processes of the agents."""
        for target in self.targets.values():
            if isinstance(target, SidecarWorkflow):
                await target.close()

    def _responder(
        self, agent_id: str, assistant: Assistant | ExportedWorkflow | SidecarWorkflow | Service
    ) -> Responder:
        if isinstance(assistant, Service):
            return ServiceResponder(agent_id, assistant, history_items=self._settings.history_items)
        model = OFFLINE if self._settings.offline else self._settings.model_name
        if isinstance(assistant, ExportedWorkflow | SidecarWorkflow):
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

    def _construct(self, cls: type[ChatKitServer[Caller]], entry: Entry) -> ChatKitServer[Caller]:
        """An existing ChatKit server, given our stores: ``__init__(store)`` or with an ``attachment_store``, too."""
        files = self._files if self._settings.uploads and entry.files else None
        if _accepts(cls, self._store, files) and (_names_attachments(cls) or not _accepts(cls, self._store)):
            return cls(self._store, files)
        if _accepts(cls, self._store):
            return cls(self._store)
        raise ConfigurationError(
            f"Agent target {entry.target!r}: its __init__ must take a store, may take an attachment store, and no more."
        )


def _names_attachments(cls: type[Any]) -> bool:
    """Whether its second argument is the attachment store, and not something of its own with a default."""
    return any("attachment" in name for name in list(inspect.signature(cls).parameters)[1:2])


def _accepts(cls: type[Any], *given: object) -> bool:
    try:
        inspect.signature(cls).bind(*given)
    except TypeError:
        return False
    return True
