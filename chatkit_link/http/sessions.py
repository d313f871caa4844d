"""Sessions that a page gets for its own user: ``getClientSecret`` posts here.

The same request works before and after a workflow has moved: one that OpenAI hosts gets a session of OpenAI's,
made with this server's key, and one that an agent of this server replaces gets a session of ours.
"""

from typing import Any, cast

from fastapi import APIRouter, Request, Response
from openai.types.beta.chatkit import ChatSession, ChatSessionChatKitConfigurationParam, ChatSessionWorkflowParam
from pydantic import BaseModel, ConfigDict, Field

from chatkit_link.caller import Caller
from chatkit_link.errors import Forbidden
from chatkit_link.hosted.refusals import ServerKeyRefused, UnknownWorkflow
from chatkit_link.hosted.sessions import HostedKey, hosted_user
from chatkit_link.http.body import read_model
from chatkit_link.http.identify import CallerDep, is_by_back_end
from chatkit_link.http.rate_limit import SessionRate
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.sessions.openai_shape import Configuration, NewSession, RateLimits, State, Workflow
from chatkit_link.sessions.policy import TRUSTED, is_trusted
from chatkit_link.store.audit import Actor, actor_of

router = APIRouter()

#: A session that a user makes allows as much as the user has anyway, where that has no limit.
_UNLIMITED = 10_000


class ChosenWorkflow(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: str | None = Field(default=None, min_length=1, max_length=200)
    version: str | None = Field(default=None, max_length=100)
    state_variables: State | None = None


class ChosenSession(BaseModel):
    """client_secret: of the session before this one, whose choices hold where this request makes none."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    client_secret: str | None = Field(default=None, max_length=1000)
    workflow: ChosenWorkflow | None = None
    chatkit_configuration: Configuration | None = None


@router.post("/api/chatkit/session", summary="A session for the caller", dependencies=[SessionRate])
async def make_session(request: Request, services: ServicesDep, caller: CallerDep) -> Response:
    """Body: ``{"client_secret"?, "workflow"?: {"id", "version", "state_variables"}, "chatkit_configuration"?}``.

    The user is the caller, whatever the body holds. A refresh is the same request with the old ``client_secret``.
    State variables count as a back end's only if the server key came with them; else the agent has them as untrusted.
    """
    asked = await read_model(request, ChosenSession, services.settings.max_body)
    trusted = is_by_back_end(request)
    if asked.client_secret:
        asked, trusted = await _as_before(asked, services, caller, trusted=trusted)
    workflow = asked.workflow or ChosenWorkflow()
    listed = services.settings.listed_workflows
    workflow_id = workflow.id or (listed[0] if listed else services.default)
    if services.sessions.knows(workflow_id):
        return session_response(await _ours(services, caller, workflow_id, asked, trusted=trusted))
    if workflow_id not in listed:
        raise UnknownWorkflow(
            "This server has no workflow by that id. Its operator can list it in CHATKIT_LINK_HOSTED_WORKFLOWS, "
            "or name an assistant for it under [workflows] in chatkit-link.toml."
        )
    return session_response(await _hosted(services, caller, workflow_id, asked, trusted=trusted))


@router.post("/api/chatkit/session/{session_id}/cancel", summary="End a session of one's own")
async def cancel_session(session_id: str, services: ServicesDep, caller: CallerDep) -> Response:
    """The session as it is then; its client secret is good for nothing any more."""
    found = await services.sessions.find(session_id, caller)
    if found.agent is not None:
        return session_response(await services.sessions.cancel(caller.tenant, found.id, actor_of(caller)))
    cancelled = await services.hosted.cancel(_server_key(services), found.id)
    await services.sessions.note_cancelled(caller.tenant, found.id, actor_of(caller))
    return session_response(cancelled)


def session_response(session: ChatSession) -> Response:
    """As OpenAI sends it, with fields that this version of the package does not know; not to be cached."""
    body = session.model_dump_json(exclude_unset=True)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _as_before(
    asked: ChosenSession, services: Services, caller: Caller, *, trusted: bool
) -> tuple[ChosenSession, bool]:
    """The request with the choices of the session before, and whether its state is a back end's.

    A user cannot renew what a back end granted for a while, and a back end that passes on the secret which a browser
    sent does not vouch for what the browser chose.
    """
    before = await services.sessions.find_by_secret(asked.client_secret or "", caller)
    if before is None:  # another user's, or forgotten by now
        return asked, trusted
    trusted = trusted and (asked.workflow is not None or is_trusted(before))
    workflow = before.workflow
    if before.agent is None and not trusted:  # at OpenAI, nothing would tell an agent who chose them
        workflow = {name: value for name, value in workflow.items() if name != "state_variables"}
    chosen: dict[str, Any] = {"workflow": workflow, "chatkit_configuration": before.configuration}
    return ChosenSession.model_validate(chosen | asked.model_dump(exclude_none=True, exclude_unset=True)), trusted


async def _ours(
    services: Services, caller: Caller, workflow_id: str, asked: ChosenSession, *, trusted: bool
) -> ChatSession:
    workflow = asked.workflow or ChosenWorkflow()
    new = NewSession(
        user=caller.user,
        workflow=Workflow(id=workflow_id, version=workflow.version, state_variables=workflow.state_variables),
        chatkit_configuration=asked.chatkit_configuration or Configuration(),
        rate_limits=RateLimits(max_requests_per_1_minute=services.settings.rate_messages or _UNLIMITED),
    )
    return await services.sessions.create(new, caller.tenant, trusted=trusted, back_end=_back_end(caller))


async def _hosted(
    services: Services, caller: Caller, workflow_id: str, asked: ChosenSession, *, trusted: bool
) -> ChatSession:
    """Only what was chosen is sent, so that the rest is as OpenAI has it."""
    workflow: dict[str, Any] = (asked.workflow or ChosenWorkflow()).model_dump(exclude_none=True) | {"id": workflow_id}
    if not trusted and workflow.get("state_variables"):
        raise Forbidden(
            "State variables of a hosted workflow are taken from back ends only: send CHATKIT_LINK_SERVER_KEY as "
            "bearer and the user in X-ChatKit-User, or leave them out."
        )
    chosen = asked.chatkit_configuration
    configuration = chosen.model_dump(exclude_unset=True, exclude_none=True) if chosen else {}
    made = await services.hosted.create(
        _server_key(services),
        user=hosted_user(caller),
        workflow=cast(ChatSessionWorkflowParam, workflow),
        configuration=cast(ChatSessionChatKitConfigurationParam, configuration),
    )
    await services.sessions.keep_hosted(
        made, caller, {**workflow, TRUSTED: trusted}, configuration, back_end=_back_end(caller)
    )
    return made


def _back_end(caller: Caller) -> Actor | None:
    """Who asks for the caller, where that is a back end: users who make their own sessions let nobody else in."""
    return None if caller.key is None else actor_of(caller)


def _server_key(services: Services) -> HostedKey:
    key = services.settings.hosted_key
    if key is None:
        raise ServerKeyRefused(
            "This server has no OpenAI key for hosted workflows. Its operator must set CHATKIT_LINK_HOSTED_API_KEY."
        )
    return HostedKey(key.get_secret_value(), own=False)
