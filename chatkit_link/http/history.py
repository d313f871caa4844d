"""A user's own history: the threads of an agent as a list, search in them, and a thread to take along."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, StrictBool

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.files.filename import clean_name, content_disposition
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.protocol import thread_export
from chatkit_link.protocol.thread_search import search_threads
from chatkit_link.sessions.policy import chosen_agent
from chatkit_link.sessions.reach import list_reachable
from chatkit_link.store.thread_list import list_others, list_pinned, list_these, pin
from chatkit_link.store.threads import OfAgent
from chatkit_link.translations import Localized

router = APIRouter()

_MEDIA_TYPES: Mapping[str, tuple[str, str]] = {
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "json": ("application/json", "json"),
}


class ThreadChange(BaseModel):
    """What can be changed of a thread in the list."""

    model_config = ConfigDict(extra="forbid")

    pinned: StrictBool


@router.get("/chatkit/threads", summary="The threads of an agent")
async def list_history(
    services: ServicesDep,
    caller: CallerDep,
    agent: str | None = None,
    after: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> dict[str, Any]:
    """``{"pinned": [...], "threads": [...], "after": cursor or null}``, the thread that was used last first.

    Each is ``{"id", "title", "created_at", "last_activity", "pinned_at"}``. ``pinned`` has all pinned ones and comes
    with the first page only.
    """
    of = _of(services, caller, agent)
    within = await list_reachable(services.store, caller, of)
    async with services.database.session(caller) as session:
        if within is not None:
            threads = await list_these(session, within)
            pinned = [thread for thread in threads if thread.pinned_at is not None]
            others, more = [thread for thread in threads if thread.pinned_at is None], None
        else:
            pinned = await list_pinned(session, of) if after is None else []
            others, more = await list_others(session, of, limit, after)
    return {"pinned": list(map(_written, pinned)), "threads": list(map(_written, others)), "after": more}


@router.patch("/chatkit/threads/{thread_id}", summary="Pin a thread")
async def change_thread(
    thread_id: str, change: ThreadChange, services: ServicesDep, caller: CallerDep
) -> dict[str, Any]:
    """Body: ``{"pinned": true}``. The thread as the list has it."""
    async with services.database.session(caller) as session:
        return _written(await pin(session, thread_id, pinned=change.pinned))


@router.get("/chatkit/search", summary="Search in one's own threads")
async def search_history(
    services: ServicesDep,
    caller: CallerDep,
    q: Annotated[str, Query(max_length=200)],
    agent: str | None = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> dict[str, Any]:
    """``{"hits": [{"thread_id", "title", "item_id", "created_at", "snippet": [{"text", "match"}]}], "complete"}``.

    All words of ``q`` stand in the message, or in the title: then ``item_id`` is null. One hit for each thread, those
    whose title fits first. ``complete`` is false where messages have not been read yet: ask again.
    """
    everywhere = agent is None and caller.session is None
    of = None if everywhere else _of(services, caller, agent)
    within = None if of is None else await list_reachable(services.store, caller, of)
    async with services.rendering.turn(caller):
        found = await search_threads(services.store, caller, q, limit, of=of, among=within)
    return {"hits": [_written(hit) for hit in found.hits], "complete": found.is_complete}


@router.get("/chatkit/threads/{thread_id}/export", summary="A thread to take along", response_class=StreamingResponse)
async def export_thread(
    thread_id: str,
    services: ServicesDep,
    caller: CallerDep,
    format: Literal["markdown", "json"] = "markdown",  # noqa: A002 - the name of the parameter
) -> StreamingResponse:
    """``markdown`` reads as a document; ``json`` has the thread and all its items. Links to files work for a while."""
    thread = await services.store.load_thread(thread_id, caller)
    fresh = services.files.links.fresh_all
    if format == "json":
        written = thread_export.as_json(services.store, thread, caller, fresh)
    else:
        speaker = await _agent_name(services, caller, thread.id)
        written = thread_export.markdown(services.store, thread, caller, speaker, fresh)
    media_type, ending = _MEDIA_TYPES[format]
    name = clean_name((thread.title or thread.id).replace("/", "-")[:80])
    return StreamingResponse(
        written,
        media_type=media_type,
        headers={
            "Content-Disposition": content_disposition(f"{name}.{ending}", inline=False),
            "Cache-Control": "no-store",
        },
    )


def _of(services: Services, caller: Caller, agent: str | None) -> OfAgent:
    """The threads of an agent, which may be one that could not be loaded."""
    agent_id = chosen_agent(caller, agent, services.default)
    if agent_id not in services.entries:
        raise NotFound(Localized("agent_not_found"))
    return OfAgent(agent_id, services.default)


async def _agent_name(services: Services, caller: Caller, thread_id: str) -> str:
    agent = await services.store.load_agent(thread_id, caller) or services.default
    entry = services.entries.get(agent)
    return (entry.name if entry else "") or agent.replace("-", " ").replace("_", " ").title()


def _written(found: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(found).items()}
