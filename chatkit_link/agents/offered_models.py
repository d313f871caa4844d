"""The models that users can choose: the one that is configured first, then those of the catalog that can be reached.

What the catalog names is never left out silently: the log of a start, ``agents`` and ``doctor`` give the reason.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import openai
from agents import Agent

from chatkit_link.agents.agent_builder.load import ExportedWorkflow
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.catalog import Entry, Target, is_server
from chatkit_link.agents.models.item_origin import without_credentials
from chatkit_link.agents.models.names_in_source import in_text
from chatkit_link.agents.models.provider import LIBRARIES, openai_client
from chatkit_link.agents.models.refresh import ask_dates
from chatkit_link.agents.models.vendors import vendor_of, vendors_at
from chatkit_link.agents.reachable import reachable_agents
from chatkit_link.agents.service.target import Service
from chatkit_link.agents.sidecar.workflow import SidecarWorkflow
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings

#: Seconds that a server may take to list its models, before it is known by its address alone.
_LISTING = 3


@dataclass(frozen=True, slots=True)
class OfferedModels:
    """names: in the order of the picker; empty for no picker. left_out: those of the catalog that cannot be reached."""

    names: Sequence[str]
    left_out: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ModelReach:
    """Which vendors' models can be asked. vendors: None for any. configured: set by the operator, or empty.
    offline: whether the offline model stands in for whatever an agent names itself.
    """

    vendors: frozenset[str] | None
    configured: str
    place: str
    offline: bool = False

    def offered(self, entry: Entry, target: Target | None) -> OfferedModels:
        """What users of an agent can choose."""
        if not entry.models or target is None or is_server(target) or isinstance(target, Service):
            return OfferedModels(entry.models)  # such an agent asks models of its own
        own = _own_model(target) or self.configured
        left_out = [name for name in entry.models if name != own and not self._has(name)]
        kept = [name for name in entry.models if name not in left_out]
        return OfferedModels(list(dict.fromkeys([own, *kept] if own else kept)), left_out)

    def notices(self, entries: Mapping[str, Entry], targets: Mapping[str, Target]) -> Iterator[str]:
        """A sentence for each model that is named and cannot be reached: by the setting, the catalog, or an agent."""
        if self.configured and not self._has(self.configured):
            yield f"CHATKIT_LINK_MODEL is {self.configured}, which is {self._why(self.configured)}"
        for agent_id, entry in entries.items():
            for name in self.offered(entry, targets.get(agent_id)).left_out:
                yield f"[agents.{agent_id}]: the model {name} is not offered: it is {self._why(name)}"
        for agent_id, target in () if self.offline else targets.items():
            for agent, name in dict.fromkeys(_own_models(target)):
                if not self._has(name):
                    yield (
                        f"agent {agent_id}: {agent} names the model {name} itself, which is {self._why(name)} "
                        "Name another there, or none: then CHATKIT_LINK_MODEL is asked."
                    )

    def _has(self, name: str) -> bool:
        vendor = vendor_of(name)
        return vendor is None or self.vendors is None or vendor in self.vendors

    def _why(self, name: str) -> str:
        there = f"those of {' and '.join(sorted(self.vendors))}" if self.vendors else "none of its models"
        return f"a model of {vendor_of(name)}, and {self.place} has {there}."


async def model_reach(
    settings: Settings, entries: Mapping[str, Entry], targets: Mapping[str, Target] | None = None
) -> ModelReach:
    """What the settings tell, and the server itself where they do not. Raises nothing for what a server does.

    The server is asked only where something depends on it: an entry or a target that names models.

    Without a server, the offline model stands in for all of them, but for those of another vendor than the one set.
    """
    address = settings.openai_base_url
    known = vendors_at(address, None, "")
    configured = settings.model
    if settings.offline:
        return ModelReach(
            vendors_at("https://offline.invalid", None, configured), configured, "the model that is set", offline=True
        )
    place = urlsplit(without_credentials(address)).netloc if address else "OpenAI"
    if known is None and _names_models(entries, targets or {}):
        known = vendors_at(address, await _listed(settings), configured)
    return ModelReach(known, configured, place)


def _names_models(entries: Mapping[str, Entry], targets: Mapping[str, Target]) -> bool:
    own = (vendor_of(name) for target in targets.values() for _, name in _own_models(target))
    return any(entry.models for entry in entries.values()) or any(own)


async def _listed(settings: Settings) -> list[str] | None:
    client = openai_client(settings)
    assert client is not None  # the settings name a server
    try:
        async with client, asyncio.timeout(_LISTING):
            names: list[Any] = list(await ask_dates(client.with_options(max_retries=0)))
    except (openai.OpenAIError, ConfigurationError, TimeoutError):
        return None
    return [name for name in names if isinstance(name, str)]  # the client checks no types


def _own_models(target: Target) -> Iterator[tuple[str, str]]:
    """What in a target asks the configured server for a model of its own, and the name of that model."""
    if isinstance(target, SidecarWorkflow):
        for line, name, is_feature in in_text(target.tree):
            if not is_feature:
                yield f"{target.path.name}, line {line}", name
        return
    if isinstance(target, Assistant):
        values: list[Any] = [target.answer]
    elif isinstance(target, ExportedWorkflow):
        values = list(vars(target.module).values())
    else:
        return  # the code of a server calls models as it likes
    agents = [cast("Agent[Any]", value) for value in values if isinstance(value, Agent)]
    for agent in reachable_agents(*agents):
        if isinstance(agent.model, str) and agent.model and not agent.model.startswith(LIBRARIES):
            yield agent.name, agent.model


def _own_model(target: Target) -> str:
    answer: Any = target.answer if isinstance(target, Assistant) else None
    model = cast("Agent[Any]", answer).model if isinstance(answer, Agent) else None
    return model if isinstance(model, str) else ""
