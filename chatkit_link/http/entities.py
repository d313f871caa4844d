"""@-mentions: what a page's ``entities.onTagSearch`` and ``onRequestPreview`` ask for."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from chatkit_link.agents.mentions import Entity, Mentions
from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.translations import Localized

router = APIRouter()

#: Entities in one answer at most; a menu shows fewer.
_MOST = 50


@router.get("/api/entities", summary="What can be mentioned")
async def search_entities(
    services: ServicesDep, caller: CallerDep, agent: str | None = None, q: Annotated[str, Query(max_length=200)] = ""
) -> dict[str, Any]:
    """``{"entities": [...]}`` for what was typed behind the @, in the shape of ChatKit's ``Entity``; best first."""
    mentions = _mentions(services, caller, agent)
    found: Sequence[Entity] = await mentions.search(caller, q) if mentions else ()
    return {"entities": [entity.model_dump(exclude_none=True) for entity in found[:_MOST]]}


@router.get("/api/entities/{entity_id}/preview", summary="The card over a mention")
async def preview_entity(
    entity_id: str, services: ServicesDep, caller: CallerDep, agent: str | None = None
) -> dict[str, Any]:
    """``{"preview": widget}``, or null where there is none. 404 for an entity that the agent does not know."""
    mentions = _mentions(services, caller, agent)
    if mentions is None or mentions.preview is None:
        return {"preview": None}
    widget = await mentions.preview(caller, entity_id)
    if widget is None:
        raise NotFound(Localized("not_found"))
    return {"preview": widget.model_dump(mode="json", exclude_none=True)}


def _mentions(services: Services, caller: Caller, agent: str | None) -> Mentions | None:
    return services.agent_for(caller, agent).mentions
