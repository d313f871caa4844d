"""The door through which a page learns what it can talk to."""

from typing import Any

from fastapi import APIRouter

from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import Services, ServicesDep

router = APIRouter()


@router.get("/api/agents", summary="The agents of this server")
async def list_agents(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """Each with the path of its ChatKit endpoint, relative to this server's own root."""
    return {
        "default": services.default,
        "agents": [
            {
                "id": agent_id,
                "name": entry.name or agent_id.replace("-", " ").replace("_", " ").title(),
                "description": entry.description,
                "url": f"chatkit/{agent_id}",
                "greeting": entry.greeting,
                "placeholder": entry.placeholder,
                "notice": entry.notice or None,
                "uploads": _uploads(services, agent_id),
                "prompts": [prompt.model_dump(exclude_none=True) for prompt in entry.prompts],
            }
            for agent_id, entry in services.entries.items()
        ],
    }


def _uploads(services: Services, agent_id: str) -> dict[str, Any] | None:
    """What may be attached to a message for this agent: bytes of a file, files of a message, media types."""
    if services.endpoints[agent_id].server.attachment_store is None:
        return None
    limits = services.files.limits
    return {"max_size": limits.max_size, "max_count": limits.max_count, "accept": list(limits.accept)}
