"""Speech to text: a form with a file and the name of a model.

https://developers.openai.com/api/reference/resources/audio/subresources/transcriptions/methods/create
"""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from tests.model_server.failures import invalid
from tests.model_server.schema import missing

AUDIO_USAGE = {"type": "tokens", "input_tokens": 100, "output_tokens": 3, "total_tokens": 103}
#: openai/types/audio_model.py
MODELS = {
    "whisper-1",
    "gpt-transcribe",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15",
    "gpt-4o-transcribe-diarize",
}
_FORMATS = ["flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm"]


async def read_form(request: Request) -> dict[str, Any]:
    """The fields, with the name and size of the file."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise invalid("Unsupported content type. This API method only accepts 'multipart/form-data' requests.", None)
    async with request.form() as form:
        if "model" not in form:
            raise missing("model")
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise missing("file")
        name = file.filename or ""
        if name.rpartition(".")[2].lower() not in _FORMATS:
            raise invalid(f"Invalid file format. Supported formats: {_FORMATS}", "file", "unsupported_format")
        content = await file.read()
        if not content:
            raise invalid(
                "The audio file could not be decoded or its format is not supported.", "file", "invalid_value"
            )
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
        return {"path": "transcriptions", **fields, "file": name, "size": len(content)}
