"""Sessions for users who bring an OpenAI key of their own: a session for their workflow, made with their key.

The key is in the request for as long as that takes, and nowhere else.
"""

import re
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from chatkit_link.errors import NotFound, Unprocessable
from chatkit_link.hosted.refusals import WrongKey
from chatkit_link.hosted.sessions import HostedKey
from chatkit_link.http.body import read_model
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.rate_limit import SessionRate
from chatkit_link.http.services import ServicesDep
from chatkit_link.http.sessions import session_response
from chatkit_link.identity.user_names import is_name
from chatkit_link.settings import WORKFLOW_ID

router = APIRouter()

MAX_BODY = 20_000
#: Keys of today have up to 170 characters, all of which a header can carry.
_KEY = re.compile(r"[!-~]{8,512}")
_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def _workflow_id(text: str) -> str:
    if not WORKFLOW_ID.fullmatch(text.strip()):
        raise ValueError("a workflow's id begins with wf_, as Agent Builder shows it")
    return text.strip()


WorkflowId = Annotated[str, AfterValidator(_workflow_id)]


class NewHostedSession(BaseModel):
    """user_id: the user to whom OpenAI assigns the threads; generated if there is none."""

    model_config = ConfigDict(hide_input_in_errors=True)

    workflow_id: WorkflowId
    api_key: SecretStr
    user_id: str | None = None


class OldHostedSession(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    session_id: str
    api_key: SecretStr


async def _keys_are_taken(services: ServicesDep) -> None:
    if not services.settings.bring_your_own_key:
        raise NotFound("This server accepts no OpenAI keys of its users.")


#: Who is asking comes first, then whether there is such a thing here, then how often.
_own_key = [Depends(_keys_are_taken), SessionRate]


@router.post("/api/create-session", summary="A session for a hosted workflow, with your own key", dependencies=_own_key)
async def create_session(request: Request, services: ServicesDep, _caller: CallerDep) -> Response:
    """Body: ``{"workflow_id", "api_key", "user_id"?}``. The session as OpenAI made it, with its client secret.

    To refresh one before it expires, make another with the same ``user_id``.
    """
    asked = await read_model(request, NewHostedSession, MAX_BODY)
    user = (asked.user_id or "").strip() or str(uuid.uuid4())
    if not is_name(user):
        raise Unprocessable("user_id: 1 to 255 visible characters.")
    session = await services.hosted.create(_own(asked.api_key), user=user, workflow={"id": asked.workflow_id})
    return session_response(session)


@router.post("/api/cancel-session", summary="End a session made with your own key", dependencies=_own_key)
async def cancel_session(request: Request, services: ServicesDep, _caller: CallerDep) -> Response:
    """Body: ``{"session_id", "api_key"}``. The session as it is then; its client secret is good for nothing."""
    asked = await read_model(request, OldHostedSession, MAX_BODY)
    if not _SESSION_ID.fullmatch(asked.session_id):
        raise Unprocessable("session_id: this is not a session's id.")
    return session_response(await services.hosted.cancel(_own(asked.api_key), asked.session_id))


def _own(key: SecretStr) -> HostedKey:
    value = key.get_secret_value().strip()
    if not _KEY.fullmatch(value):
        raise WrongKey("This is no OpenAI API key: it must be 8 to 512 letters, digits and signs, without spaces.")
    return HostedKey(value, own=True)
