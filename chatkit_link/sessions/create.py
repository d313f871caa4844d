"""Sessions in the shape of OpenAI's ChatKit API: what may be asked for, how it is filled up, and how it is told.

A session of ours lets the holder of its client secret talk to one agent of this server, as one user. The defaults
are OpenAI's own, so that a back end that asks OpenAI for sessions can ask here without a change.
"""

import secrets
import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from openai.types.beta import ChatKitWorkflow
from openai.types.beta.chatkit import (
    ChatSession,
    ChatSessionChatKitConfiguration,
    ChatSessionRateLimits,
)
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.store import sessions as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.sessions import StoredSession
from chatkit_link.wire.sanitize import clean_text

DEFAULT_LIFETIME = 600
MAX_LIFETIME = 24 * 3600
_MAX_STATE = 100
_MAX_STATE_TEXT = 10_000


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _state(given: dict[str, Any]) -> dict[str, Any]:
    if len(given) > _MAX_STATE:
        raise ValueError(f"at most {_MAX_STATE} state variables")
    if any(len(name) > 64 for name in given):
        raise ValueError("the name of a state variable has at most 64 characters")
    if any(isinstance(value, str) and len(value) > _MAX_STATE_TEXT for value in given.values()):
        raise ValueError(f"the text of a state variable has at most {_MAX_STATE_TEXT:,} characters")
    return {clean_text(name): clean_text(value) if isinstance(value, str) else value for name, value in given.items()}


State = Annotated[dict[str, StrictStr | StrictBool | StrictInt | StrictFloat], AfterValidator(_state)]


class Tracing(_Asked):
    enabled: bool = True


class Workflow(_Asked):
    """id: of a workflow that is mapped to an agent, or of the agent itself."""

    id: str = Field(min_length=1, max_length=200)
    version: str | None = Field(default=None, max_length=100)
    state_variables: State | None = None
    tracing: Tracing = Tracing()


class Titling(_Asked):
    enabled: bool = True


class FileUpload(_Asked):
    """max_file_size: megabytes."""

    enabled: bool = False
    max_file_size: int = Field(default=512, ge=1, le=512)
    max_files: int = Field(default=10, ge=1, le=1000)


class History(_Asked):
    enabled: bool = True
    recent_threads: int | None = Field(default=None, ge=1, le=1000)


class Configuration(_Asked):
    automatic_thread_titling: Titling = Titling()
    file_upload: FileUpload = FileUpload()
    history: History = History()


class ExpiresAfter(_Asked):
    anchor: Literal["created_at"] = "created_at"
    seconds: int = Field(default=DEFAULT_LIFETIME, ge=1, le=MAX_LIFETIME)


class RateLimits(_Asked):
    max_requests_per_1_minute: int = Field(default=10, ge=1, le=10_000)


class NewSession(_Asked):
    """The body of ``POST /v1/chatkit/sessions``."""

    user: str
    workflow: Workflow
    chatkit_configuration: Configuration = Configuration()
    expires_after: ExpiresAfter = ExpiresAfter()
    rate_limits: RateLimits = RateLimits()


class Sessions:
    """Makes and ends sessions.

    agents: of this server. workflows: id of a hosted workflow -> the agent that stands in for it.
    """

    def __init__(self, database: Database, agents: frozenset[str], workflows: Mapping[str, str]) -> None:
        self._database = database
        self._agents = agents
        self._workflows = workflows

    def agent_for(self, workflow: str) -> str | None:
        """The agent that answers for a workflow here; ``None`` if no one does."""
        return self._workflows.get(workflow) or (workflow if workflow in self._agents else None)

    def knows(self, workflow: str) -> bool:
        return self.agent_for(workflow) is not None

    async def create(self, asked: NewSession, tenant: str) -> ChatSession:
        """A session for a user of this tenant.

        Raises:
            NotFound: no agent answers for this workflow.
        """
        agent = self.agent_for(asked.workflow.id)
        if agent is None:
            raise NotFound(
                "No assistant of this server answers for that workflow: name one under [workflows] in "
                "chatkit-link.toml, or use an assistant's id."
            )
        secret = f"ek_{secrets.token_urlsafe(32)}"
        stored = await self._add(
            Caller(tenant, asked.user),
            session_id=f"cksess_{uuid.uuid4().hex}",
            secret=secret,
            agent=agent,
            workflow=asked.workflow.model_dump(mode="json"),
            configuration=asked.chatkit_configuration.model_dump(mode="json"),
            per_minute=asked.rate_limits.max_requests_per_1_minute,
            lifetime=timedelta(seconds=asked.expires_after.seconds),
        )
        return as_chat_session(stored, secret)

    async def cancel(self, tenant: str, session_id: str) -> ChatSession:
        """End a session of ours. Raises NotFound."""
        stored = await rows.cancel(self._database, tenant, clean_text(session_id))
        if stored is None or stored.agent is None:
            raise session_not_found()
        return as_chat_session(stored, "")

    async def note_cancelled(self, tenant: str, session_id: str) -> None:
        """A session of OpenAI's was ended there."""
        await rows.cancel(self._database, tenant, session_id)

    async def keep_hosted(
        self, made: ChatSession, caller: Caller, workflow: Mapping[str, Any], configuration: Mapping[str, Any]
    ) -> None:
        """Remember whose session at OpenAI this is, and what it was asked for with."""
        left = max(made.expires_at - int(time.time()), 1)
        await self._add(
            caller,
            session_id=made.id,
            secret=made.client_secret,
            agent=None,
            workflow=workflow,
            configuration=configuration,
            per_minute=made.max_requests_per_1_minute,
            lifetime=timedelta(seconds=left),
        )

    async def find(self, session_id: str, caller: Caller) -> StoredSession:
        """One of the caller's own. Raises NotFound."""
        async with self._database.session(caller) as session:
            found = await rows.find_mine(session, clean_text(session_id))
        if found is None:
            raise session_not_found()
        return found

    async def find_by_secret(self, secret: str, caller: Caller) -> StoredSession | None:
        """The caller's own session with this client secret, also one that is over."""
        found = await rows.find_by_secret(self._database, secret)
        return found if found is not None and (found.tenant, found.user) == caller.owner else None

    async def _add(self, caller: Caller, **values: Any) -> StoredSession:
        async with self._database.session(caller) as session:
            return await rows.add(session, **values)


def session_not_found() -> NotFound:
    return NotFound("There is no such session, or it is not yours. It may have been over for a day.")


def as_chat_session(stored: StoredSession, secret: str) -> ChatSession:
    """secret: empty where it is not known, because only its hash is kept."""
    return ChatSession(
        id=stored.id,
        object="chatkit.session",
        client_secret=secret,
        expires_at=int(stored.expires_at.timestamp()),
        status="cancelled" if stored.cancelled else "expired" if stored.over else "active",
        user=stored.user,
        workflow=ChatKitWorkflow.model_validate(stored.workflow),
        chatkit_configuration=ChatSessionChatKitConfiguration.model_validate(stored.configuration),
        max_requests_per_1_minute=stored.per_minute,
        rate_limits=ChatSessionRateLimits(max_requests_per_1_minute=stored.per_minute),
    )
