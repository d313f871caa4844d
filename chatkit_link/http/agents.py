"""The agents of this server, as a page lists them."""

from typing import Any

from fastapi import APIRouter

from chatkit_link.agents.catalog import Entry
from chatkit_link.agents.catalog_texts import in_words_of, texts_for
from chatkit_link.agents.sdk_methods import overridden
from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.server import LinkServer
from chatkit_link.caller import Caller
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.resources import resource
from chatkit_link.search.local import document_url
from chatkit_link.sessions.policy import chosen_agent, may_use_agent, upload_limit
from chatkit_link.translations import Localized

router = APIRouter()

#: Our documents about leaving Agent Builder, the best one first.
_WAYS_OUT = ("how-to/leaving-agent-builder.md", "how-to/sessions.md")


@router.get("/api/agents", summary="The agents of this server")
async def list_agents(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """Each with the path of its ChatKit route; paths are relative to this server's own root."""
    return {
        "default": chosen_agent(caller, None, services.default),
        "way_out": _way_out(services),
        "agents": [
            _unavailable(agent_id, entry, caller)
            if agent_id in services.unavailable
            else _available(services, agent_id, entry, caller)
            for agent_id, entry in services.entries.items()
            if may_use_agent(caller, agent_id)
        ],
    }


def _available(services: Services, agent_id: str, entry: Entry, caller: Caller) -> dict[str, Any]:
    texts, served = texts_for(entry.locales, caller.locale), services.agents[agent_id]
    return {
        "id": agent_id,
        "name": texts.name or _name(agent_id, entry),
        "available": True,
        "description": texts.description or in_words_of(caller.locale, entry.description),
        "url": f"chatkit/{agent_id}",
        "greeting": texts.greeting or in_words_of(caller.locale, entry.greeting),
        "placeholder": texts.placeholder or in_words_of(caller.locale, entry.placeholder),
        "notice": _notice(served, texts.notice or entry.notice, caller),
        "uploads": _uploads(services, agent_id, caller),
        "prompts": [prompt.model_dump(exclude_none=True) for prompt in texts.prompts or entry.prompts],
        "models": list(services.models[agent_id]),
        # The offline model answers for whatever is chosen, so that there is nothing to choose.
        "has_model": not served.is_offline,
        "dictation": _transcribes(served),
        "tools": entry.tools,
        "mentions": served.mentions is not None,
    }


def _transcribes(served: ServedAgent) -> bool:
    """Whether what is dictated can be written down, as far as that is known before it is tried."""
    if served.brought is not None:
        return "transcribe" in overridden(served.server)
    return isinstance(served.server, LinkServer) and served.server.transcribes


def _name(agent_id: str, entry: Entry) -> str:
    return entry.name or agent_id.replace("-", " ").replace("_", " ").title()


def _notice(served: ServedAgent, own: str, caller: Caller) -> str | None:
    """What stands below the composer: the agent's own notice does not hide that there is no model.

    Each is a paragraph, as they may be in languages of two directions.
    """
    offline = Localized("offline_model").in_language(caller.locale) if served.is_offline else ""
    return "\n\n".join(filter(None, [offline, own])) or None


def _unavailable(agent_id: str, entry: Entry, caller: Caller) -> dict[str, Any]:
    """An agent that could not be loaded: its place in the list says so, and it offers nothing."""
    sentence = Localized("agent_unavailable").in_language(caller.locale)
    return {
        "id": agent_id,
        "name": _name(agent_id, entry),
        "available": False,
        "description": sentence,
        "url": f"chatkit/{agent_id}",
        "greeting": "",
        "placeholder": "",
        "notice": sentence,
        "uploads": None,
        "prompts": [],
        "models": [],
        "has_model": False,
        "dictation": False,
        "tools": [],
        "mentions": False,
    }


def _uploads(services: Services, agent_id: str, caller: Caller) -> dict[str, Any] | None:
    """What may be attached to a message for this agent: bytes of a file, files of a message, media types."""
    limits = services.files.limits
    max_size = upload_limit(caller, limits.max_size)
    agent = services.agents[agent_id]
    # A server without an attachment store may not read what it is given: the catalog says so where it does.
    is_offered = agent.server.attachment_store is not None or "files" in services.entries[agent_id].model_fields_set
    if not agent.takes_files or not is_offered or max_size == 0:
        return None
    return {"max_size": max_size, "max_count": limits.max_count, "accept": list(limits.accept)}


def _way_out(services: Services) -> str | None:
    """Where to read how to leave Agent Builder; ``None`` where others than the bundled documents are served."""
    name = next((name for name in _WAYS_OUT if (resource("docs") / name).is_file()), None)
    if name is None or services.settings.docs is not None or not services.replica_checks.has_own_documents:
        return None
    path, keys = f"docs/{name}", services.document_keys
    return document_url("", path, "", keys.make(path) if keys else "").removeprefix("/")
