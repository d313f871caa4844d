"""From the catalog to what answers: an agent, a workflow or a ``ChatKitServer`` subclass becomes a ``ServedAgent``."""

import logging
import traceback
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from agents import Agent, Model, RunConfig
from chatkit.server import ChatKitServer
from chatkit.store import AttachmentStore
from openai import AsyncOpenAI

from chatkit_link.agents.agent_builder.event_emitter import WorkflowSettings
from chatkit_link.agents.agent_builder.load import ExportedWorkflow
from chatkit_link.agents.agent_builder.responder import WorkflowResponder
from chatkit_link.agents.agent_builder.vector_stores import LocalStores
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.attach_servers import attach_servers
from chatkit_link.agents.brought_servers.construct import Offered, construct
from chatkit_link.agents.brought_servers.failure import without_full_stop
from chatkit_link.agents.brought_servers.image_links import ImageLinks
from chatkit_link.agents.brought_servers.kept_store import KeptStore
from chatkit_link.agents.brought_servers.own_store import replace_own_stores
from chatkit_link.agents.brought_servers.request_context import context_factory
from chatkit_link.agents.brought_servers.server import BroughtFiles, BroughtServer
from chatkit_link.agents.brought_servers.turn_store import TurnFiles, TurnStore
from chatkit_link.agents.catalog import RESEARCH, Entry, ServerTarget, Strategy, Target, is_server, load_target
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.agents.mentions import Mentions
from chatkit_link.agents.models.provider import OfflineProvider
from chatkit_link.agents.offered_models import ModelReach, OfferedModels
from chatkit_link.agents.offline.model import NAME as OFFLINE
from chatkit_link.agents.own_titles import names_threads
from chatkit_link.agents.research import Research
from chatkit_link.agents.responder import AgentResponder, FunctionResponder, Responder
from chatkit_link.agents.sdk_methods import honour
from chatkit_link.agents.server import LinkServer
from chatkit_link.agents.service.responder import ServiceResponder
from chatkit_link.agents.service.target import Service, is_address, load_service
from chatkit_link.agents.sidecar.node import node_for
from chatkit_link.agents.sidecar.workflow import SidecarWorkflow
from chatkit_link.agents.titles import ModelTitler, Titler, plain_title
from chatkit_link.agents.transcription import OpenAITranscriber, may_transcribe
from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.files.files import Files
from chatkit_link.import_target import same_working_folder
from chatkit_link.settings import Settings, read_variables
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
    refreshes: actions that refresh their widget by themselves, and every how many seconds.
    takes_files: whether a message may have attachments; also for a server without an attachment store, which is given
        those that were uploaded directly, as the SDK does.
    version: of what its answers depend on: its file, and the models.
    has_steps: whether all that it does is in the journal of its runs, so that it goes on behind the last step.
    continues: whether another replica goes on with its answers.
    is_offline: whether the offline model answers where it asks one.
    while_answering: what becomes of a message that is sent while it answers.
    """

    id: str
    server: ChatKitServer[Caller]
    brought: BroughtServer | None = None
    models: frozenset[str] | None = None
    tools: frozenset[str] | None = None
    titler: Titler | None = None
    may_set_title: bool = False
    mentions: Mentions | None = None
    refreshes: Mapping[str, int] = field(default_factory=dict[str, int])
    takes_files: bool = True
    version: str = ""
    has_steps: bool = False
    continues: bool = True
    is_offline: bool = False
    while_answering: Strategy = "enqueue"

    def __post_init__(self) -> None:
        """Raises ConfigurationError for a server that overrides what is never called here."""
        honour(self.server)


class AgentNotLoaded(ConfigurationError):
    """The code of one agent does not load, which is no reason to keep the others from being served."""


@contextmanager
def _not_loaded(what: str) -> Generator[None]:
    """Raise ``AgentNotLoaded`` for whatever somebody's code raises in the block."""
    try:
        yield
    except ConfigurationError as error:
        raise AgentNotLoaded(str(error)) from error
    except (Exception, SystemExit) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}, line {last.lineno}"
        text = without_full_stop(str(error))
        raise AgentNotLoaded(f"{what} does not start: {where}: {type(error).__name__}: {text}.") from error


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
        stores: LocalStores | None = None,
        *,
        reach: ModelReach,
    ) -> None:
        """reach: which models can be asked."""
        self._settings = settings
        # Now, and not once an agent's code may have changed the working folder.
        self._folder = Path(settings.config).absolute().parent
        self._store = store
        self._files = files
        self._config = config
        self._research = research
        self._mcp = mcp
        self._stores = stores
        self._client = client
        self._reach = reach
        transcribes = client is not None and may_transcribe(settings)
        self._transcriber = OpenAITranscriber(client, settings.transcribe_model) if client and transcribes else None
        #: What the catalog's agents are, by id, once they are built.
        self.targets: dict[str, Target] = {}
        #: The models that their users can choose.
        self.offered: dict[str, OfferedModels] = {}
        self._titler: Titler = plain_title if client is None else ModelTitler(config, settings.title_model_name)

    async def build_each(self, entries: Mapping[str, Entry]) -> tuple[dict[str, ServedAgent], dict[str, str]]:
        """What answers, by agent id, and for each agent whose code does not load, why: the others are served.

        Raises:
            ConfigurationError: the catalog asks for something that cannot be.
        """
        served: dict[str, ServedAgent] = {}
        unavailable: dict[str, str] = {}
        for agent_id, entry in entries.items():
            try:
                served[agent_id] = await self.build(agent_id, entry)
            except AgentNotLoaded as error:
                unavailable[agent_id] = str(error)
                logger.error("agent %s is not served: %s", agent_id, error)  # noqa: TRY400 - the sentence has the line
        return served, unavailable

    async def build(self, agent_id: str, entry: Entry) -> ServedAgent:
        """
        Raises:
            AgentNotLoaded: its code does not load.
            ConfigurationError: the catalog gives it what it cannot have.
        """
        if entry.store == "keep" and entry.while_answering == "rollback":
            raise ConfigurationError(
                f'[agents.{agent_id}]: while_answering = "rollback" deletes items here, and not in the store that the '
                'server keeps: choose "interrupt".'
            )
        target = self._research.assistant() if entry.target == RESEARCH else self._load(entry)
        target = attach_servers(self._mcp, agent_id, target, entry.mcp)
        self.targets[agent_id] = target
        self.offered[agent_id] = self._reach.offered(entry, target)
        if is_server(target):
            with _not_loaded(f"Agent target {entry.target!r}"), same_working_folder():
                server = await self._bring(agent_id, target, entry)
            # A user-defined server knows what it offers; a list in the catalog applies all the same.
            return ServedAgent(
                id=agent_id,
                server=server,
                brought=server,
                models=frozenset(entry.models) or None,
                tools=frozenset(entry.tools) or None,
                titler=None if names_threads(type(server.brought)) else self._titler,
                may_set_title=True,
                takes_files=self._takes_files(entry),
                version=self._version(entry),
                continues=self._continues(entry),
                while_answering=entry.while_answering,
            )
        if entry.store != "replace" or entry.context:
            raise ConfigurationError(
                f"[agents.{agent_id}]: store and context are for a ChatKitServer; its target is none."
            )
        server = LinkServer(
            self._store,
            self._responder(agent_id, target, entry),
            self._files,
            takes_files=self._takes_files(entry),
            transcriber=self._transcriber,
        )
        return ServedAgent(
            id=agent_id,
            server=server,
            # Also those that the picker leaves out: that is a guess, and who asks for one by name may know better.
            models=frozenset([*entry.models, *self.offered[agent_id].names]),
            tools=frozenset(entry.tools),
            titler=self._titler,
            mentions=target.mentions if isinstance(target, Assistant) else None,
            refreshes=target.actions.refreshes() if isinstance(target, Assistant) else {},
            takes_files=self._takes_files(entry),
            version=self._version(entry),
            has_steps=_has_steps(target),
            continues=self._continues(entry),
            is_offline=self._settings.offline and _asks_a_model(target),
            while_answering=entry.while_answering,
        )

    def _continues(self, entry: Entry) -> bool:
        return self._settings.continues if entry.continues is None else entry.continues

    def _version(self, entry: Entry) -> str:
        """Changes with the agent's file, and with the models that answer."""
        path = self._folder / entry.target.partition(":")[0]
        code = path.read_bytes() if path.is_file() else b""
        models = f"{self._settings.model_name} {self._settings.openai_base_url} {entry.models}"
        return sha256(f"{entry.target} {models} ".encode() + code).hexdigest()[:32]

    def _takes_files(self, entry: Entry) -> bool:
        return self._settings.uploads and entry.files

    def _load(self, entry: Entry) -> Target:
        variables = read_variables()
        with _not_loaded(f"Agent target {entry.target!r}"):
            if is_address(entry.target):
                return load_service(entry.target, entry.env, variables)
            node = node_for(self._settings, variables, entry.env)
            return load_target(entry.target, beside=self._folder, node=node)

    async def close(self) -> None:
        """End the processes of the agents."""
        for target in self.targets.values():
            if isinstance(target, SidecarWorkflow):
                await target.close()

    def _responder(
        self, agent_id: str, assistant: Assistant | ExportedWorkflow | SidecarWorkflow | Service, entry: Entry
    ) -> Responder:
        if isinstance(assistant, Service):
            return ServiceResponder(agent_id, assistant, history_items=self._settings.history_items)
        model = OFFLINE if self._settings.offline else self._settings.model_name
        if isinstance(assistant, ExportedWorkflow | SidecarWorkflow):
            if self._stores is not None and isinstance(assistant, ExportedWorkflow):
                named = vars(assistant.module).values()
                self._stores.replace_tools(*(cast("Agent[Any]", each) for each in named if isinstance(each, Agent)))
            return WorkflowResponder(
                assistant,
                WorkflowSettings(
                    self._config,
                    self._client,
                    self._stores,
                    max_turns=self._settings.max_turns,
                    max_calls=self._settings.workflow_calls,
                    model=model,
                ),
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
            asks_unfinished=entry.unfinished_tools == "ask",
        )

    def _config_for(self, assistant: Assistant) -> RunConfig:
        if not self._settings.offline or assistant.offline is None:
            return self._config
        return replace(self._config, model_provider=OfflineProvider(self._settings.offline_pace, assistant.offline))

    async def _bring(self, agent_id: str, found: ServerTarget, entry: Entry) -> BroughtServer:
        """A server of somebody's, with our stores in the place of its own unless it keeps them."""
        what = f"Agent target {entry.target!r}"
        takes_files = self._takes_files(entry)
        images = ImageLinks(self._files, self._store, public=bool(self._settings.public_url))
        store, files = TurnStore(self._store, images), TurnFiles(self._files) if takes_files else None
        offered = Offered(None if entry.store == "keep" else store, files, self._settings)
        server = await construct(found, offered, entry.target, self._folder)
        contexts = context_factory(entry.context, server, f"Agent {agent_id} ({entry.target})", self._folder)
        if contexts.notice:
            logger.warning("%s", contexts.notice)
        if entry.store == "keep":
            kept = KeptStore(server.store, self._store, contexts, what)
            self._store.follow(kept)
            logger.warning(
                "Agent %s (%s) keeps its own %s: its threads are stored there and here. Only threads that begin here "
                "are listed.", agent_id, entry.target, type(server.store).__name__,
            )  # fmt: skip
        else:
            kept = None
            replace_own_stores(server, store, files, what)
        own = server.attachment_store
        attachments = None if own is None or not takes_files else self._files
        if attachments is not None and not isinstance(own, TurnFiles):
            attachments = BroughtFiles(cast("AttachmentStore[Any]", own), contexts, kept)
        return BroughtServer(server, contexts, self._store, attachments, kept, images)


def _asks_a_model(target: Assistant | ExportedWorkflow | SidecarWorkflow | Service) -> bool:
    """Whether it asks the server's model, as far as that is known: a function of its author's may, or may not."""
    if not isinstance(target, Assistant):
        return isinstance(target, ExportedWorkflow)
    answer: object = target.answer
    return isinstance(answer, Agent) and not isinstance(cast("Agent[Any]", answer).model, Model)


def _has_steps(target: Target) -> bool:
    """Whether models and tools are called by us, and not by code of the agent's own."""
    if isinstance(target, Assistant):
        return isinstance(target.answer, Agent)
    return isinstance(target, ExportedWorkflow | SidecarWorkflow)
