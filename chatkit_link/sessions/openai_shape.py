"""Sessions in the shape of OpenAI's ChatKit API: the body of a request with its defaults, and the response.

The defaults are OpenAI's own, so that a back end that asks OpenAI for sessions can ask here without a change.
"""

from typing import Annotated, Any, Literal

from openai.types.beta import ChatKitWorkflow
from openai.types.beta.chatkit import (
    ChatSession,
    ChatSessionChatKitConfiguration,
    ChatSessionRateLimits,
)
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from chatkit_link.store.sessions import StoredSession
from chatkit_link.wire.sanitize import clean_text

DEFAULT_LIFETIME = 600
MAX_LIFETIME = 24 * 3600
_MAX_STATE = 100
_MAX_STATE_TEXT = 10_000


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _checked_state(given: dict[str, Any]) -> dict[str, Any]:
    if len(given) > _MAX_STATE:
        raise ValueError(f"at most {_MAX_STATE} state variables")
    if any(len(name) > 64 for name in given):
        raise ValueError("the name of a state variable has at most 64 characters")
    if any(isinstance(value, str) and len(value) > _MAX_STATE_TEXT for value in given.values()):
        raise ValueError(f"the text of a state variable has at most {_MAX_STATE_TEXT:,} characters")
    return {clean_text(name): clean_text(value) if isinstance(value, str) else value for name, value in given.items()}


State = Annotated[dict[str, StrictStr | StrictBool | StrictInt | StrictFloat], AfterValidator(_checked_state)]


class Tracing(_Body):
    enabled: bool = True


class Workflow(_Body):
    """id: of a workflow that is mapped to an agent, or of the agent itself."""

    id: str = Field(min_length=1, max_length=200)
    version: str | None = Field(default=None, max_length=100)
    state_variables: State | None = None
    tracing: Tracing = Tracing()


class Titling(_Body):
    enabled: bool = True


class FileUpload(_Body):
    """max_file_size: megabytes."""

    enabled: bool = False
    max_file_size: int = Field(default=512, ge=1, le=512)
    max_files: int = Field(default=10, ge=1, le=1000)


class SessionHistory(_Body):
    enabled: bool = True
    recent_threads: int | None = Field(default=None, ge=1, le=1000)


class Configuration(_Body):
    automatic_thread_titling: Titling = Titling()
    file_upload: FileUpload = FileUpload()
    history: SessionHistory = SessionHistory()


class ExpiresAfter(_Body):
    anchor: Literal["created_at"] = "created_at"
    seconds: int = Field(default=DEFAULT_LIFETIME, ge=1, le=MAX_LIFETIME)


class RateLimits(_Body):
    max_requests_per_1_minute: int = Field(default=10, ge=1, le=10_000)


class NewSession(_Body):
    """The body of ``POST /v1/chatkit/sessions``."""

    user: str
    workflow: Workflow
    chatkit_configuration: Configuration = Configuration()
    expires_after: ExpiresAfter = ExpiresAfter()
    rate_limits: RateLimits = RateLimits()


def as_chat_session(stored: StoredSession, secret: str) -> ChatSession:
    """secret: empty where it is not known, because only its hash is stored."""
    return ChatSession(
        id=stored.id,
        object="chatkit.session",
        client_secret=secret,
        expires_at=int(stored.expires_at.timestamp()),
        status="cancelled" if stored.cancelled else "expired" if stored.over else "active",
        user=stored.user,
        workflow=ChatKitWorkflow.model_validate({name: stored.workflow[name] for name in Workflow.model_fields}),
        chatkit_configuration=ChatSessionChatKitConfiguration.model_validate(stored.configuration),
        max_requests_per_1_minute=stored.per_minute,
        rate_limits=ChatSessionRateLimits(max_requests_per_1_minute=stored.per_minute),
    )
