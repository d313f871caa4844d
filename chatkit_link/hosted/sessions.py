"""Sessions for workflows that OpenAI hosts: created and cancelled there, with this server's key or a user's own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast
from urllib.parse import quote

import openai
from openai import AsyncOpenAI, omit
from openai.types.beta.chatkit import (
    ChatSession,
    ChatSessionChatKitConfigurationParam,
    ChatSessionWorkflowParam,
)

from chatkit_link.caller import Caller
from chatkit_link.hosted.client import PATIENCE, once, repeatedly, with_key
from chatkit_link.hosted.refusals import Refusals

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HostedKey:
    """An OpenAI key, and its owner: ``own`` is the user's, which this server only passes on."""

    value: str = field(repr=False)
    own: bool


def hosted_user(caller: Caller) -> str:
    """The caller's name at OpenAI, where there are no tenants: no two callers have the same."""
    if caller.tenant == "default" and ":" not in caller.user:
        return caller.user
    return f"{quote(caller.tenant, safe='')}:{quote(caller.user, safe='@')}"


class HostedSessions:
    """Creates and cancels sessions at OpenAI. Stores neither keys nor sessions.

    client: of ``hosted_client``; stays the caller's to close. patience: seconds for one request.
    """

    def __init__(self, client: AsyncOpenAI, refusals: Refusals, *, patience: float = PATIENCE) -> None:
        self._sessions = client.beta.chatkit.sessions
        self._refusals = refusals
        self._patience = patience

    async def create(
        self,
        key: HostedKey,
        *,
        user: str,
        workflow: ChatSessionWorkflowParam,
        configuration: ChatSessionChatKitConfigurationParam | None = None,
    ) -> ChatSession:
        """A new session with its client secret.

        Raises:
            LinkError: OpenAI refused, or did not answer in time; the message states what to do.
        """
        return await self._asked(
            key,
            workflow["id"],
            lambda: once(
                lambda: self._sessions.create(
                    user=user,
                    workflow=workflow,
                    chatkit_configuration=configuration or omit,
                    extra_headers=with_key(key.value, foreign=key.own),
                ),
                patience=self._patience,
            ),
        )

    async def cancel(self, key: HostedKey, session_id: str) -> ChatSession:
        """The session as it is after being cancelled. Raises as ``create`` does."""
        return await self._asked(
            key,
            None,
            lambda: repeatedly(
                lambda: self._sessions.cancel(session_id, extra_headers=with_key(key.value, foreign=key.own)),
                patience=self._patience,
            ),
        )

    async def _asked(self, key: HostedKey, workflow: str | None, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await ask()
        except (openai.APIError, TimeoutError) as error:
            failure = cast("Exception", error)
        # Outside the block: what is raised inside keeps the other error, with the key in its request, as its context.
        raise self._refusals.explain(failure, own_key=key.own, workflow=workflow)
