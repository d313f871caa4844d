"""The door to running answers: follow one from anywhere, find the one of a thread, stop one."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from chatkit_link.errors import BadRequest
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import ServicesDep
from chatkit_link.http.sse import STREAM_HEADERS, frames
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
    return StreamingResponse(
        frames(attached.follow(seen, quiet=services.settings.heartbeat)),
        media_type="text/event-stream",
        headers={**STREAM_HEADERS, "X-Run-Id": attached.id},
    )


@router.get("/chatkit/threads/{thread_id}/run", summary="The running answer of a thread")
async def run_of_thread(thread_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """``{"run": {"id", "status"}, "last": {"id", "status"}}``: the run that is running, and how the newest one stands.

    ``run`` is null when nothing is running, ``last`` when nothing ran lately. A page that is opened follows
    the one, and offers to try again when the other has failed or was interrupted.
    """
    await services.store.load_thread(thread_id, caller)
    latest = await services.coordinator.latest_on(caller, thread_id)
    last = None if latest is None else {"id": latest[0], "status": latest[1]}
    return {"run": last if last is not None and last["status"] == RunStatus.RUNNING else None, "last": last}


@router.post("/chatkit/runs/{run_id}/cancel", summary="Stop an answer")
async def cancel_run(run_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, str]:
    """Stops the model and keeps what was written so far. A run that is over stays as it ended."""
    return {"id": run_id, "status": await services.coordinator.cancel(caller, run_id)}


def _event_id(text: str | None) -> int:
    if text is None or text == "":
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("`after` must be the number of an event: 0 or more.")
    return int(text)
