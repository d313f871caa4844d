"""Versions of edited messages and of answers that were given again: which there are, and which is displayed."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import ServicesDep
from chatkit_link.protocol.branches import list_branches, switch_branch
from chatkit_link.protocol.sizes import MAX_ID
from chatkit_link.store.branches import BranchPoint

router = APIRouter()

#: The number behind an id that is not clear by itself (``store/branches.py``).
_NUMBER = 20


class Chosen(BaseModel):
    """item_id: one of the ``siblings``."""

    item_id: Annotated[str, Field(min_length=1, max_length=MAX_ID + _NUMBER)]


@router.get("/chatkit/threads/{thread_id}/branches", summary="Versions of messages and answers")
async def get_branches(thread_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """``{"branches": [{"item_id", "siblings"}]}``: the places of a thread with more than one version, in its order."""
    return _body(await list_branches(services.store, thread_id, caller))


@router.post("/chatkit/threads/{thread_id}/branches", summary="Display another version")
async def post_branch(thread_id: str, chosen: Chosen, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """Body: ``{"item_id"}``, one of the ``siblings``. What followed it last comes with it; load the thread again."""
    return _body(await switch_branch(services.store, thread_id, chosen.item_id, caller))


def _body(places: list[BranchPoint]) -> dict[str, Any]:
    return {"branches": [{"item_id": place.item_id, "siblings": list(place.siblings)} for place in places]}
