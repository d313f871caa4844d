"""Where the traces of the Agents SDK go: to the address of the settings, or nowhere.

A trace holds what users wrote. By itself the SDK sends each to OpenAI as soon as ``OPENAI_API_KEY`` is in the
environment, also those of a ``Runner`` in somebody's own ``ChatKitServer``. So its processor is taken out here, before
any code of an agent is loaded. What that code adds with ``add_trace_processor`` is its author's choice, and stays.
"""

from typing import Any

import anyio.to_thread
from agents import set_trace_processors
from agents.tracing import get_trace_provider
from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor, default_processor

from chatkit_link.settings import Settings


class SettingsProcessor(BatchTraceProcessor):
    """Sends traces to ``settings.traces_url``."""


def direct_traces(settings: Settings) -> SettingsProcessor | None:
    """Let the settings decide for this process.

    Returns:
        What sends the traces; None where none are sent.
    """
    ours = _processor(settings)
    others = [one for one in _registered() if one is not default_processor() and not isinstance(one, SettingsProcessor)]
    set_trace_processors([*others, *([ours] if ours else [])])
    return ours


async def send_rest(processor: SettingsProcessor | None) -> None:
    """Send what has not been sent yet, for at most five seconds: a server that is away holds no stop up."""
    if processor is not None:
        with anyio.move_on_after(5):
            await anyio.to_thread.run_sync(processor.force_flush, abandon_on_cancel=True)


def _processor(settings: Settings) -> SettingsProcessor | None:
    if settings.traces_url is None:
        return None
    # Without a key here, the SDK would take OPENAI_API_KEY, also for the server of somebody else.
    key = settings.traces_api_key.get_secret_value() if settings.traces_api_key else "unused"
    return SettingsProcessor(BackendSpanExporter(api_key=key, endpoint=settings.traces_url))


def _registered() -> list[Any]:
    # The SDK has no public way to its processors. Without this one, those of other code in this process are lost.
    return list(getattr(getattr(get_trace_provider(), "_multi_processor", None), "_processors", ()))
