"""Running answers: follow one from anywhere, find the one of a thread, stop one."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response

from chatkit_link.agents.given_addresses import ITEMS, hosts_of_tools
from chatkit_link.errors import BadRequest
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import ServicesDep
from chatkit_link.http.sse import frames
from chatkit_link.protocol.branches import is_elsewhere
from chatkit_link.runs.run import RunStatus

router = APIRouter()


@router.get("/chatkit/runs/{run_id}/events", summary="Follow an answer")
async def follow_run(
    run_id: str, request: Request, services: ServicesDep, caller: CallerDep, after: str | None = None
) -> Response:
    """The run's events behind an id, and then as they come, until the run is over.

    ``after`` (or the header ``Last-Event-ID``) is the last id already seen. The bytes are those of an
    unbroken stream from there on.
    """
    seen = _event_id(after if after is not None else request.headers.get("last-event-id"))
    attached = await services.coordinator.attach(caller, run_id)
    with services.streams.open(caller, attached.id) as place:
        events = frames(attached.follow(seen, idle_after=services.settings.heartbeat))
        return place.response(attached.id, events, {})


@router.get("/chatkit/threads/{thread_id}/run", summary="The running answer of a thread")
async def run_of_thread(thread_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """``{"run": {"id", "status", "retried"}, "last": {"id", "status", "retried", "error"}, "endings": [...]}``.

    ``run`` is the run that is running and ``last`` the newest one, which may be the same; null where there is none.
    ``last`` is null as well where that one failed on another branch than the displayed one. ``retried`` is the message
    that it answers again: what follows that message is about to be replaced. ``error`` is the ChatKit error event with
    which a failed or interrupted run ended, while it is stored. So a page that is opened can follow ``run``, and
    display the error of ``last`` as it was when it failed.

    ``endings`` has ``{"item_id", "after", "status", "error"}`` for each message whose answer was cancelled, failed or
    interrupted, as long as the thread is stored; ``after`` is the newest item at that time.
    """
    await services.store.load_thread(thread_id, caller)
    endings = [
        {"item_id": item, **ending} for item, ending in (await services.store.load_endings(thread_id, caller)).items()
    ]
    latest = await services.coordinator.latest_on(caller, thread_id)
    if latest is None:
        return {"run": None, "last": None, "endings": endings}
    state = {"id": latest.id, "status": latest.status, "retried": latest.retried}
    if latest.status == RunStatus.RUNNING:
        return {"run": state, "last": state, "endings": endings}
    error = None
    if latest.status in {RunStatus.FAILED, RunStatus.INTERRUPTED}:
        events = await services.coordinator.last_events(latest)
        if await is_elsewhere(services.store, thread_id, events, caller):
            return {"run": None, "last": None, "endings": endings}
        error = _error_in(events)
    return {"run": None, "last": {**state, "error": error}, "endings": endings}


@router.get("/chatkit/threads/{thread_id}/hosts", summary="The hosts that tools named in a thread")
async def hosts_of_thread(thread_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, list[str]]:
    """``{"hosts": [...]}``: links to others are shown in full before they open."""
    await services.store.load_thread(thread_id, caller)
    async with services.rendering.turn(caller):
        history = await services.store.load_history(thread_id, ITEMS, caller)
        return {"hosts": await asyncio.to_thread(hosts_of_tools, history)}


@router.post("/chatkit/runs/{run_id}/cancel", summary="Stop an answer")
async def cancel_run(run_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, str]:
    """Stops the model and stores what was written so far. A run that is over stays as it ended."""
    return {"id": run_id, "status": await services.coordinator.cancel(caller, run_id)}


def _error_in(events: list[bytes]) -> dict[str, Any] | None:
    decoded: Iterator[dict[str, Any]] = map(json.loads, events)
    return next((event for event in decoded if event.get("type") == "error"), None)


def _event_id(text: str | None) -> int:
    if text is None or text == "":
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("`after` must be the number of an event: 0 or more.")
    return int(text)
