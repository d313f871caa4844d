"""Dictation to text, by the model server's transcription API."""

import logging
from typing import cast

from chatkit.types import AudioInput
from openai import AsyncOpenAI
from openai.types.audio.transcription import Transcription, UsageDuration, UsageTokens

from chatkit_link.agents.errors.describe import describe
from chatkit_link.agents.errors.explain import Failure, explain
from chatkit_link.agents.models.vendors import vendors_at
from chatkit_link.errors import Upstream
from chatkit_link.limits.meter import report_usage
from chatkit_link.settings import Settings
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)

_ENDINGS = {"audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "mp4", "audio/mpeg": "mp3", "audio/wav": "wav"}


def may_transcribe(settings: Settings) -> bool:
    """Whether dictation is taken: the default is a model of OpenAI, and no other vendor's server has it."""
    if "transcribe_model" in settings.model_fields_set:
        return True
    vendors = vendors_at(settings.openai_base_url, None, settings.model)
    return vendors is None or "OpenAI" in vendors


class OpenAITranscriber:
    """Raises Upstream, with a message for the user, when the server cannot do it."""

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
            logger.warning("a dictation failed: %s", describe(error))
            explained = explain(error)
            known = explained.text if isinstance(explained, Failure) else Localized("dictation_failed")
            raise Upstream(known) from error
        if not isinstance(cast("object", result), Transcription):
            raise Upstream(Localized("dictation_failed"))
        match result.usage:
            case UsageTokens(input_tokens=given, output_tokens=written):
                report_usage(self._model, input_tokens=given, output_tokens=written, kind="transcription")
            case UsageDuration(seconds=seconds):
                report_usage(self._model, seconds=seconds, kind="transcription")
            case _:
                pass
        return result.text
