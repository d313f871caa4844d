"""The ChatKit protocol: ``POST /chatkit`` for the default agent, ``POST /chatkit/{agent}`` for any."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from urllib.parse import urlencode

from chatkit.types import (
    AttachmentsCreateReq,
    InputTranscribeReq,
    NonStreamingReq,
    StreamingReq,
    ThreadsSyncCustomActionReq,
    is_streaming_req,
)
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from chatkit_link.agents.brought_servers.past_request import PastRequest
from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller
from chatkit_link.errors import BadRequest
from chatkit_link.http.body import read_body
from chatkit_link.http.identify import CallerDep, open_request
from chatkit_link.http.rate_limit import admit
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.http.sse import frames
from chatkit_link.limits.rates import Kind
from chatkit_link.protocol.message_queue import as_json
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.sessions.policy import require_request_allowed
from chatkit_link.store.queue import QueuedMessage

router = APIRouter()

#: Sent by clients that resume a lost stream, and so can distinguish Stop from a lost connection.
LINK_HEADER = "x-chatkit-link"
#: Which actions the chat frame sends by itself, and every how many seconds, as in ``board.refresh=60``.
REFRESH_HEADER = "X-Refresh"
#: What may call a model, of the requests that are answered with JSON.
_CALLS_MODELS: frozenset[Kind | None] = frozenset({"messages", "refreshes", "transcriptions"})


@router.post("/chatkit", summary="ChatKit protocol, default agent")
async def default_agent(request: Request, services: ServicesDep, caller: CallerDep) -> Response:
    return await _answer(request, services, caller, services.agent_for(caller, None))


@router.post("/chatkit/{agent}", summary="ChatKit protocol, one agent")
async def one_agent(agent: str, request: Request, services: ServicesDep, caller: CallerDep) -> Response:
    return await _answer(request, services, caller, services.agent_for(caller, agent))


def answer_as(agent: str) -> Callable[..., Awaitable[Response]]:
    """The route of an agent at another address (``path`` in the catalog)."""

    async def answer(request: Request, services: ServicesDep, caller: CallerDep) -> Response:
        return await _answer(request, services, caller, services.agent_for(caller, agent))

    return answer


async def _answer(request: Request, services: Services, caller: Caller, agent: ServedAgent) -> Response:
    body = await read_body(request, services.settings.max_body)
    if not body:
        raise BadRequest("The request has no body: send JSON with `type` and `params`.")
    parsed = services.request_parser.parse(body)
    caller = replace(caller, agent=agent.id)
    open_request(services, caller, parsed.type)
    await require_request_allowed(services.store, caller, parsed)
    if agent.brought is not None:
        past = PastRequest.of(request, secret=services.settings.identifying_headers)
        caller = replace(caller, request=past)
        await agent.brought.prepare(caller)
    refreshes = {REFRESH_HEADER: urlencode(agent.refreshes)} if agent.refreshes else {}
    if not is_streaming_req(parsed):
        kind = _rate_kind(parsed, agent)
        if kind is not None:
            await admit(kind, request, services, caller)
        with services.model_calls.hold(caller) if kind in _CALLS_MODELS else nullcontext():
            body = await services.json_requests.answer(agent, parsed, caller)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store", **refreshes})
    await admit("messages", request, services, caller)
    resumes = LINK_HEADER in request.headers
    with services.streams.open(caller, resumes=resumes) as place:
        run = await _started(services, agent, parsed, caller, allow_cancel=resumes)
        if isinstance(run, QueuedMessage):
            place.close()
            return JSONResponse({"queued": as_json(run)}, 202, {"Cache-Control": "no-store", **refreshes})
        events = frames(services.coordinator.follow(run, idle_after=services.settings.heartbeat))
        if services.settings.on_disconnect == "cancel" and not resumes:
            events = _cancelling(events, run)
        return place.response(run.id, events, refreshes)


async def _started(
    services: Services, agent: ServedAgent, request: StreamingReq, caller: Caller, *, allow_cancel: bool
) -> Run | QueuedMessage:
    """The run of a request, which counts as in progress until its task is over; or the message that waits for one."""
    services.model_calls.take(caller)
    try:
        run = await services.queue.answer(agent, request, caller, allow_cancel=allow_cancel)
        if isinstance(run, QueuedMessage):
            services.model_calls.give_back(caller)
            return run
        assert run.task is not None  # it is started
    except BaseException:
        services.model_calls.give_back(caller)
        raise
    run.task.add_done_callback(lambda _: services.model_calls.give_back(caller))
    return run


def _rate_kind(parsed: NonStreamingReq, agent: ServedAgent) -> Kind | None:
    """The rate limit that a request answered with JSON counts towards; None for one that costs nothing."""
    match parsed:
        case InputTranscribeReq():
            return "transcriptions"
        case AttachmentsCreateReq():
            return "uploads"
        case ThreadsSyncCustomActionReq(params=params):  # an agent may call its model for it
            # A board that is open would use up what its user may write; without any limit, it could be sent in a loop.
            return "refreshes" if params.action.type in agent.refreshes else "messages"
        case _:
            return None


async def _cancelling(events: AsyncIterator[bytes], run: Run) -> AsyncIterator[bytes]:
    """The same stream, where a client that disconnects is taken for Stop."""
    try:
        async for frame in events:
            yield frame
    finally:
        run.stop(RunStatus.CANCELLED)  # no effect on a run that is over
