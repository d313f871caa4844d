"""What ``chatkit-link doctor --model`` checks of a model's server: each feature that a chat needs, once, for real.

Requests go through the product's own client, provider and run configuration, so that what works here works in a chat.
All steps run at once, each with a deadline; the server's own messages are reported, without keys.
"""

import asyncio
import io
import json
import math
import re
import struct
import time
import wave
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

import openai
from agents import Agent, RunConfig, Runner, function_tool
from chatkit.types import AudioInput
from pydantic import BaseModel

from chatkit_link.agents.errors.server_codes import code_of
from chatkit_link.agents.errors.spent import what_to_do
from chatkit_link.agents.models.provider import openai_client, run_config
from chatkit_link.agents.titles import ModelTitler
from chatkit_link.agents.transcription import OpenAITranscriber, may_transcribe
from chatkit_link.errors import Upstream
from chatkit_link.settings import Settings

#: Seconds that a step may take. All run at once, so the whole takes hardly more.
DEADLINE = 15.0
#: Characters of a server's message.
_WORDS = 400
_KEY = re.compile(r"\b(?:sk|pk|rk|xai|gsk|key|tvly)[-_][^\s\"',;]{4,}|(?<![^\s\"',;])[^\s\"',;]*\*{3,}[^\s\"',;]*")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step. level: ``warning`` is what a chat can do without."""

    step: str
    level: Literal["ok", "warning", "failed"]
    text: str


class _Unmet(Exception):
    """The server answered, but not as requested."""


async def probe(settings: Settings, *, deadline: float = DEADLINE) -> list[Outcome]:
    """Ask the configured server; empty where there is none. Never raises for what a server does.

    Args:
        deadline: seconds for each step.
    """
    client = openai_client(settings)
    if client is None:
        return []
    config = run_config(settings, client)
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    transcriber = OpenAITranscriber(client, settings.transcribe_model)
    titler = ModelTitler(config, settings.title_model_name)

    async def title() -> str:
        found = (await titler("How long should green tea steep?") or "").strip()
        return _some(found, "title") and f"{json.dumps(found, ensure_ascii=False)} by {settings.title_model_name}"

    async def transcription() -> str:
        if not may_transcribe(settings):
            raise _Unmet("this server has no model of OpenAI; name one that it has in CHATKIT_LINK_TRANSCRIBE_MODEL")
        transcript = await transcriber(AudioInput(data=_tone(), mime_type="audio/wav"))
        return f"by {settings.transcribe_model}, {len(transcript)} characters from a second of sound"

    steps: list[tuple[str, Callable[[], Awaitable[str]], Literal["warning", "failed"]]] = [
        ("answer", lambda: _answer(config), "failed"),
        ("tool call", lambda: _tool_call(config), "failed"),
        ("structured output", lambda: _structured_output(config), "failed"),
        ("title", title, "failed"),
        ("transcription", transcription, "warning"),
    ]
    async with client:
        return await asyncio.gather(*(_take(*step, deadline=deadline, key=key) for step in steps))


async def _take(
    step: str, ask: Callable[[], Awaitable[str]], otherwise: Literal["warning", "failed"], *, deadline: float,
    key: str | None,
) -> Outcome:  # fmt: skip
    began = time.monotonic()
    try:
        async with asyncio.timeout(deadline):
            text = await ask()
    except TimeoutError:
        text = f"no whole answer within {deadline:g} seconds"
    except Exception as error:  # noqa: BLE001 - whatever a server does is what is reported
        text = server_message(error, key)
    else:
        return Outcome(step, "ok", f"{text}, {time.monotonic() - began:.1f} s")
    return Outcome(step, otherwise, f"no dictation: {text}" if otherwise == "warning" else text)


async def _answer(config: RunConfig) -> str:
    agent: Agent[None] = Agent(name="Answer", instructions="Answer in one short sentence.")
    text, pieces, _ = await _stream(agent, "Say hello.", config)
    _some(text.strip(), "answer")
    if not pieces:
        raise _Unmet("the answer came, but was not streamed")
    return f"streamed in {pieces} pieces"


async def _tool_call(config: RunConfig) -> str:
    calls: list[str] = []

    @function_tool
    def read_gauge(room: str) -> str:
        """Read the temperature of a room off its gauge."""
        calls.append(room)
        return "21.5 degrees"

    agent: Agent[None] = Agent(
        name="Tool", instructions="Use the tool to read gauges. Then answer in one short sentence.", tools=[read_gauge]
    )
    text, _, _ = await _stream(agent, "How warm is it in the kitchen?", config)
    if not calls:
        raise _Unmet("the model answered without calling the tool")
    _some(text.strip(), "answer after the call")
    return f"{len(calls)} call{'s' if len(calls) > 1 else ''}, and an answer after it"


class _Place(BaseModel):
    city: str
    country: str


async def _structured_output(config: RunConfig) -> str:
    agent: Agent[None] = Agent(name="Structure", instructions="Extract the place.", output_type=_Place)
    _, _, found = await _stream(agent, "I live in Lisbon, in Portugal.", config)
    if not isinstance(found, _Place):
        raise _Unmet("what came back is not of the asked shape")
    return "of the asked shape"


async def _stream(agent: Agent[None], text: str, config: RunConfig) -> tuple[str, int, Any]:
    """The text, the number of its pieces, and the final output of a run, streamed as a chat's answers are."""
    result = Runner.run_streamed(agent, text, run_config=config, max_turns=3)
    pieces = 0
    try:
        async for event in result.stream_events():
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                pieces += 1
    finally:
        result.cancel()
    final: Any = result.final_output
    return str(final or ""), pieces, final


def _some(text: str, what: str) -> str:
    if not text:
        raise _Unmet(f"the model wrote no {what}")
    return text


def _tone() -> bytes:
    """A second of sound as WAV: a tone, 16 kHz, 16 bits."""
    rate = 16_000
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(
            b"".join(struct.pack("<h", int(8000 * math.sin(2 * math.pi * 440 * n / rate))) for n in range(rate))
        )
    return file.getvalue()


def server_message(error: BaseException, key: str | None) -> str:
    """A server's message about a failure, in one line and without keys; else what happened."""
    if isinstance(error, Upstream) and error.__cause__ is not None:
        error = error.__cause__
    match error:
        case openai.APITimeoutError():
            text = "the server took too long"
        case openai.APIConnectionError():
            text = f"the server cannot be reached: {_innermost(error)}"
        case openai.APIStatusError():
            text = f"status {error.status_code}: {_error_text(error)}"
        case _:
            text = str(error) or type(error).__name__
    text = " ".join(text.split())
    if key:
        text = text.replace(key, "[key]")
    text = _KEY.sub("[key]", "".join(letter for letter in text if letter.isprintable()))
    text = text if len(text) <= _WORDS else f"{text[:_WORDS]}…"
    if isinstance(error, openai.APIError) and code_of(error) == "model_out_of_credit":
        return f"{text} {what_to_do(error)}"
    return text


def _error_text(error: openai.APIStatusError) -> str:
    body: Any = error.body
    if isinstance(body, dict) and (message := cast("dict[str, Any]", body).get("message")):
        return str(message)
    try:
        # What is no JSON, such as a proxy's page, the openai package leaves out.
        return error.response.text.strip() or error.message
    except Exception:  # noqa: BLE001 - a body that was never read
        return error.message


def _innermost(error: BaseException) -> str:
    seen = {id(error)}
    while (cause := error.__cause__ or error.__context__) is not None and id(cause) not in seen:
        seen.add(id(cause))
        error = cause
    return str(error) or type(error).__name__
