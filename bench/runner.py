"""The floor of the Agents SDK path: the SDK runs the scripted model, and nothing else is done.

The bytes are known in advance, as the bare server's are. Nothing is stored, translated or encoded; each
word leaves when the SDK hands on the model's. No server that answers through the Agents SDK costs less.
"""

from collections.abc import AsyncIterator

from agents import Agent, RunConfig, Runner

from bench.answers import ScriptedModel
from bench.bare import DELTA

_AGENT = Agent(name="Scripted", model=ScriptedModel())
_CONFIG = RunConfig(tracing_disabled=True)


async def frames_by_the_model(frames: list[bytes], text: str) -> AsyncIterator[bytes]:
    result = Runner.run_streamed(_AGENT, text, run_config=_CONFIG)
    rest = iter(frames)
    async for event in result.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            for frame in rest:
                yield frame
                if DELTA in frame:
                    break
    for frame in rest:
        yield frame
