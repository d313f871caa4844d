"""What is about to be shut down of the models that this server names: in settings, catalog, agents and files."""

import ast
import gc
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel

from chatkit_link.agents.agent_builder.load import ExportedWorkflow
from chatkit_link.agents.agent_builder.source import read_source
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.catalog import Catalog, Target
from chatkit_link.agents.models.adapter import AdaptedModel
from chatkit_link.agents.models.item_origin import is_openai
from chatkit_link.agents.models.names_in_source import in_text
from chatkit_link.agents.models.shutdowns import (
    OPENAI,
    PROMPTS,
    Notice,
    Shutdowns,
    server_of,
    shipped_shutdowns,
    shutdowns_for,
)
from chatkit_link.agents.reachable import reachable_agents
from chatkit_link.agents.service.target import Service
from chatkit_link.agents.sidecar.workflow import SidecarWorkflow
from chatkit_link.agents.transcription import may_transcribe
from chatkit_link.settings import Settings


@dataclass(frozen=True, slots=True)
class Mention:
    """A model or a feature of OpenAI's that something uses.

    place: where it is named, for a message. server: of the API that the name is sent to.
    """

    place: str
    name: str
    server: str
    feature: bool = False

    def notice(self, table: Shutdowns, today: date) -> Notice | None:
        found = table.of_feature(self.name, today) if self.feature else table.of_model(self.name, today)
        return Notice(found.level, f"{self.place}: {found.text}") if found else None


def shutdown_notices(settings: Settings, catalog: Catalog, targets: Mapping[str, Target], today: date) -> list[Notice]:
    """What is about to end, or has ended, of all that this server names; each place and name once.

    Args:
        targets: of the catalog's agents, those that load.
    """
    server = server_of(settings)
    own = shutdowns_for(settings)
    mentions = list(_in_settings(settings, server))
    for agent_id, entry in catalog.agents.items():
        mentions += [Mention(f"models of agent {agent_id}", name, server) for name in entry.models]
        if (target := targets.get(agent_id)) is not None:
            mentions += _in_target(f"agent {agent_id}", target, server)
    tables = {server: own, OPENAI: own if server == OPENAI else shipped_shutdowns()}
    notices = [mention.notice(tables.get(mention.server, Shutdowns()), today) for mention in mentions]
    # Without a key no server is called, and what has ended stops no answer.
    found = [Notice("warning", one.text) if settings.offline else one for one in notices if one is not None]
    return list(dict.fromkeys(found))


def _in_settings(settings: Settings, server: str) -> Iterator[Mention]:
    yield Mention("CHATKIT_LINK_MODEL" if settings.model else "the Agents SDK's default", settings.model_name, server)
    if settings.title_model:
        yield Mention("CHATKIT_LINK_TITLE_MODEL", settings.title_model, server)
    if may_transcribe(settings):
        yield Mention("CHATKIT_LINK_TRANSCRIBE_MODEL", settings.transcribe_model, server)


def _in_target(owner: str, target: Target, server: str) -> list[Mention]:
    if isinstance(target, ExportedWorkflow):
        found = [
            Mention(f"{owner}, {target.path.name} line {line}", name, server, feature)
            for line, name, feature in in_text(read_source(target.path).tree)
        ]
        return _without_twins(found, _in_agents(owner, vars(target.module).values(), server))
    if isinstance(target, Service):
        return []  # what it asks of which model is its own
    if isinstance(target, SidecarWorkflow):
        return [
            Mention(f"{owner}, {target.path.name} line {line}", name, server, feature)
            for line, name, feature in in_text(target.tree)
        ]
    if isinstance(target, Assistant):
        answer: Any = target.answer
        if isinstance(answer, Agent):
            return list(_in_agents(owner, [answer], server))
        names = getattr(answer, "__globals__", {})
    else:
        names = vars(sys.modules.get(target.__module__, target))
    # A user-defined function or server calls models as it likes: only the names in its source can be known.
    written = [Mention(owner, name, server, feature) for _, name, feature in in_text(_tree(names.get("__file__")))]
    return _without_twins(written, _in_agents(owner, names.values(), server))


def _tree(file: Any) -> ast.Module:
    try:
        with open(file, encoding="utf-8") as text:  # noqa: PTH123 - the file of a module, which may be none
            return _parsed(text.read())
    except (OSError, TypeError, ValueError, SyntaxError):
        return ast.Module([], [])


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SystemError:
        # In Python 3.11, parsing fails where a garbage collection in its midst logs an error with its lines: that
        # parses them, too.
        gc.collect()
        return ast.parse(source)


def _without_twins(first: list[Mention], more: Iterable[Mention]) -> list[Mention]:
    known = {(mention.name, mention.server) for mention in first}
    return first + [mention for mention in more if (mention.name, mention.server) not in known]


def _in_agents(owner: str, values: Iterable[Any], server: str) -> Iterator[Mention]:
    """The models and prompts of agents, of those they hand over to, and of those that they use as tools."""
    for agent in reachable_agents(*(cast("Agent[Any]", value) for value in values if isinstance(value, Agent))):
        place, used_server = f"{owner}, {agent.name}", server
        model = agent.model.inner if isinstance(agent.model, AdaptedModel) else agent.model
        if isinstance(model, OpenAIResponsesModel | OpenAIChatCompletionsModel):
            used_server = _client_server(model)
            yield Mention(place, str(model.model), used_server)
        elif isinstance(model, str) and model:
            yield Mention(place, model, server)
        if agent.prompt is not None and is_openai(used_server):
            yield Mention(place, PROMPTS, OPENAI, feature=True)


def _client_server(model: Any) -> str:
    client = getattr(model, "_client", None)  # the SDK has no public name for it
    address = str(getattr(client, "base_url", OPENAI)).rstrip("/")
    return OPENAI if is_openai(address) else address
