"""``LinkServer``: our own ``ChatKitServer``, whose answers come from a responder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from chatkit.actions import Action
from chatkit.server import ChatKitServer
from chatkit.types import (
    AudioInput,
    SyncCustomActionResponse,
    ThreadMetadata,
    ThreadStreamEvent,
    TranscriptionResult,
    UserMessageItem,
    WidgetItem,
)
from typing_extensions import override

from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.responder import Responder
from chatkit_link.caller import Caller
from chatkit_link.files.files import Files
from chatkit_link.store.postgres import PostgresStore

Transcriber = Callable[[AudioInput], Awaitable[str]]


class LinkServer(ChatKitServer[Caller]):
    """Hands each turn to its responder. Feedback is stored by ``protocol/json_requests.py``, for every server alike."""

    store: PostgresStore

    def __init__(
        self,
        store: PostgresStore,
        responder: Responder,
        files: Files,
        *,
        takes_files: bool = True,
        transcriber: Transcriber | None = None,
    ) -> None:
        """
        Args:
            takes_files: whether users may attach files.
            transcriber: turns dictation into text; without one, dictation is refused with a message.
        """
        super().__init__(store, files if takes_files else None)
        self._files = files
        self._responder = responder
        self._transcriber = transcriber

    @override
    def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        return self._responder.respond(self._turn(thread, input_user_message, context))

    @override
    def action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: Caller
    ) -> AsyncIterator[ThreadStreamEvent]:
        return self._responder.action(self._turn(thread, None, context), action, sender)

    @override
    async def sync_action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: Caller
    ) -> SyncCustomActionResponse:
        turn = self._turn(thread, None, context)
        return SyncCustomActionResponse(updated_item=await self._responder.sync_action(turn, action, sender))

    @property
    def transcribes(self) -> bool:
        """Whether dictation is turned into text."""
        return self._transcriber is not None

    @override
    async def transcribe(self, audio_input: AudioInput, context: Caller) -> TranscriptionResult:
        if self._transcriber is None:
            raise NotImplementedError
        return TranscriptionResult(text=await self._transcriber(audio_input))

    def _turn(self, thread: ThreadMetadata, message: UserMessageItem | None, caller: Caller) -> TurnContext:
        return TurnContext(thread=thread, message=message, caller=caller, store=self.store, files=self._files)
