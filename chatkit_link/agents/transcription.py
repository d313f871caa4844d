"""Dictation to text, by the model server's transcription API."""

import logging
from typing import cast

from chatkit.errors import CustomStreamError
from chatkit.types import AudioInput
from openai import AsyncOpenAI
from openai.types.audio.transcription import Transcription, UsageDuration, UsageTokens

from chatkit_link.agents.failure_log import describe
from chatkit_link.agents.failures import explain
from chatkit_link.errors import Upstream
from chatkit_link.limits.meter import report_usage

logger = logging.getLogger(__name__)

_ENDINGS = {"audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "mp4", "audio/mpeg": "mp3", "audio/wav": "wav"}


class OpenAITranscriber:
    """Raises Upstream, with a sentence, when the server cannot do it."""

    def __init__(self, client: AsyncOpenAI, model: str) -> None:
        self._client = client
        self._model = model

    async def __call__(self, audio: AudioInput) -> str:
        name = f"audio.{_ENDINGS.get(audio.media_type, 'webm')}"
        try:
            result = await self._client.audio.transcriptions.create(
                model=self._model, file=(name, audio.data, audio.media_type)
            )
        except Exception as error:
            told = explain(error)
            logger.warning("a dictation failed: %s", describe(error))
            raise Upstream(
                told.message if isinstance(told, CustomStreamError) else "The dictation could not be turned into text."
            ) from error
        if not isinstance(cast("object", result), Transcription):
            raise Upstream("The server's answer to the dictation is no transcription.")
        match result.usage:
            case UsageTokens(input_tokens=given, output_tokens=written):
                report_usage(self._model, input_tokens=given, output_tokens=written, kind="transcription")
            case UsageDuration(seconds=seconds):
                report_usage(self._model, seconds=seconds, kind="transcription")
            case _:
                pass
        return result.text
