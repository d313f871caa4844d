"""The ChatKit protocol: ``POST /chatkit`` for the default agent, ``POST /chatkit/{agent}`` for any."""

from collections.abc import AsyncIterator

from chatkit.types import (
    AttachmentsCreateReq,
    InputTranscribeReq,
    NonStreamingReq,
    ThreadsSyncCustomActionReq,
    is_streaming_req,
)
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from chatkit_link.caller import Caller
from chatkit_link.errors import BadRequest
from chatkit_link.http.body import read_body
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.limits import admit
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.http.sse import STREAM_HEADERS, frames
from chatkit_link.limits.rates import Kind
from chatkit_link.protocol.streaming_requests import Opening
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.sessions.policy import require_request_allowed

router = APIRouter()

#: Sent by clients that use our fetch (``frontend/src/link``), which can tell Stop from a lost connection.
LINK_HEADER = "x-chatkit-link"


@router.post("/chatkit", summary="ChatKit protocol, default agent")
async def default_agent(request: Request, services: ServicesDep, caller: CallerDep) -> Response:
    return await _answer(request, services, caller, services.agent_for(caller, None))


@router.post("/chatkit/{agent}", summary="ChatKit protocol, one agent")
async def one_agent(agent: str, request: Request, services: ServicesDep, caller: CallerDep) -> Response:
    return await _answer(request, services, caller, services.agent_for(caller, agent))


async def _answer(request: Request, services: Services, caller: Caller, agent: str) -> Response:
    endpoint = services.endpoint(agent)
    body = await read_body(request, services.settings.max_body)
    if not body:
        raise BadRequest("The request has no body: send JSON with `type` and `params`.")
    asked = services.requests.parse(body)
    await require_request_allowed(services.store, caller, asked)
    if not is_streaming_req(asked):
        if (kind := _counted_as(asked)) is not None:
            await admit(kind, request, services, caller)
        body = await services.operations.answer(endpoint, asked, caller)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
    await admit("messages", request, services, caller)
    opening = Opening(
        services.store,
        services.coordinator,
        services.files,
        services.limits.ledger,
        endpoint,
        caller,
        allow_cancel=LINK_HEADER in request.headers,
    )
    run = await opening.open(asked)
    events = frames(services.coordinator.follow(run, quiet=services.settings.heartbeat))
    if services.settings.on_disconnect == "cancel" and LINK_HEADER not in request.headers:
        events = _cancelling(events, run)
    return StreamingResponse(
        events,
        media_type="text/event-stream",
        headers={**STREAM_HEADERS, "X-Run-Id": run.id},
    )


def _counted_as(asked: NonStreamingReq) -> Kind | None:
    """What a request that is answered with JSON is counted as; None for one that costs nothing."""
    match asked:
        case InputTranscribeReq():
            return "transcriptions"
        case AttachmentsCreateReq():
            return "uploads"
        case ThreadsSyncCustomActionReq():  # an agent may ask its model for it
            return "messages"
        case _:
            return None


async def _cancelling(events: AsyncIterator[bytes], run: Run) -> AsyncIterator[bytes]:
    """The same stream, for those who want a reader that leaves to be taken for Stop."""
    try:
        async for frame in events:
            yield frame
    finally:
        run.stop(RunStatus.CANCELLED)  # no effect on a run that is over
