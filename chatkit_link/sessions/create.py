"""Creating, finding and cancelling sessions."""

import json
import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from openai.types.beta.chatkit import ChatSession

from chatkit_link.caller import Caller
from chatkit_link.errors import BadRequest, Conflict, NotFound
from chatkit_link.sessions.client_secret import derived_client_secret, new_client_secret
from chatkit_link.sessions.openai_shape import NewSession, as_chat_session
from chatkit_link.sessions.policy import TRUSTED, session_not_found
from chatkit_link.store import sessions as rows
from chatkit_link.store.audit import Actor
from chatkit_link.store.engine import Database
from chatkit_link.store.sessions import Idempotency, StoredSession
from chatkit_link.wire.sanitize import clean_text


class KeyReused(BadRequest):
    """An idempotency key that stands for another request."""

    code = "idempotency_key_reused"


class Sessions:
    """Creates and cancels sessions, which let the holder of a client secret talk to one agent, as one user.

    agents: of this server. workflows: id of a hosted workflow -> the agent that replaces it. secrets: of this server,
    the same on each of its replicas; what the first one derives is given out, what the others derived is known again.
    """

    def __init__(
        self, database: Database, agents: frozenset[str], workflows: Mapping[str, str], secrets: tuple[bytes, ...]
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._agents = agents
        self._workflows = workflows

    def agent_for(self, workflow: str) -> str | None:
        """The agent that answers for a workflow here; ``None`` if no one does."""
        return self._workflows.get(workflow) or (workflow if workflow in self._agents else None)

    def knows(self, workflow: str) -> bool:
        return self.agent_for(workflow) is not None

    async def create(
        self,
        wanted: NewSession,
        tenant: str,
        key: str | None = None,
        *,
        trusted: bool,
        back_end: Actor | None,
    ) -> ChatSession:
        """A session for a user of this tenant; with the key of an earlier request, the session of that one.

        A key is known until a day after the end of its session.
        trusted: whether a holder of the server key chose the state variables.
        back_end: who lets the user in, for the audit log; ``None`` for a user who is in already.

        Raises:
            NotFound: no agent answers for this workflow.
            KeyReused: the request with this key was another one.
        """
        agent = self.agent_for(wanted.workflow.id)
        if agent is None:
            raise NotFound(
                "No assistant of this server answers for that workflow: name one under [workflows] in "
                "chatkit-link.toml, or use an assistant's id."
            )
        session_id = f"cksess_{uuid.uuid4().hex}"
        idempotency = None if key is None else Idempotency(key, _canonical(wanted))
        secret = new_client_secret() if key is None else self._derived(tenant, session_id, key)[0]
        stored = await self._add(
            Caller(tenant, wanted.user),
            session_id=session_id,
            secret=secret,
            agent=agent,
            workflow={**wanted.workflow.model_dump(mode="json"), TRUSTED: trusted},
            configuration=wanted.chatkit_configuration.model_dump(mode="json"),
            per_minute=wanted.rate_limits.max_requests_per_1_minute,
            lifetime=timedelta(seconds=wanted.expires_after.seconds),
            idempotency=idempotency,
            back_end=back_end,
        )
        if stored is None and idempotency is not None:
            return await self._repeated(tenant, idempotency)
        assert stored is not None  # only a key can be there already
        return as_chat_session(stored, secret)

    def _derived(self, tenant: str, session_id: str, key: str) -> list[str]:
        return [derived_client_secret(secret, tenant, session_id, key) for secret in self._secrets]

    async def _repeated(self, tenant: str, idempotency: Idempotency) -> ChatSession:
        found = await rows.find_by_key(self._database, tenant, idempotency)
        if found is None or not found.same:
            raise KeyReused(
                "This Idempotency-Key was sent with other parameters before: use a new one for each session."
            )
        derived = self._derived(tenant, found.session.id, idempotency.key)
        secret = next((each for each in derived if found.has(each)), None)
        if secret is None:
            raise Conflict(
                "The session of this Idempotency-Key was created with another CHATKIT_LINK_SECRET: use a new key, and "
                "set the same CHATKIT_LINK_SECRET on every replica."
            )
        return as_chat_session(found.session, secret)

    async def cancel(self, tenant: str, session_id: str, actor: Actor) -> ChatSession:
        """End a session of ours. Raises NotFound."""
        stored = await rows.cancel(self._database, tenant, clean_text(session_id), actor)
        if stored is None or stored.agent is None:
            raise session_not_found()
        return as_chat_session(stored, "")

    async def note_cancelled(self, tenant: str, session_id: str, actor: Actor) -> None:
        """Record that a session of OpenAI's was cancelled there."""
        await rows.cancel(self._database, tenant, session_id, actor)

    async def keep_hosted(
        self,
        made: ChatSession,
        caller: Caller,
        workflow: Mapping[str, Any],
        configuration: Mapping[str, Any],
        *,
        back_end: Actor | None,
    ) -> None:
        """Remember whose session at OpenAI this is, and what was requested for it."""
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
            back_end=back_end,
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

    async def _add(self, caller: Caller, *, back_end: Actor | None, **values: Any) -> StoredSession | None:
        async with self._database.session(caller, atomic=back_end is not None) as session:
            return await rows.add(session, back_end=back_end, **values)


def _canonical(wanted: NewSession) -> str:
    return json.dumps(wanted.model_dump(mode="json"), sort_keys=True)
