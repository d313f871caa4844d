"""What the models used for one answer, recorded as it happens.

How it flows: a turn puts its meter into the context of its task; the code that calls a model for it, in that
task or one that it started, reports the model's own numbers with ``report_usage``; the turn takes them
out and stores them (``ledger.py``). So an agent need not know who pays, and an answer that was
stopped or failed is billed for what it used until then, as far as the model has reported it.
"""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

#: ``repeat``: an answer of a model that was lost with its replica, and was asked for again.
Kind = Literal["answer", "repeat", "title", "transcription"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One report. id: its key in the store, so that it counts once. seconds: of audio."""

    model: str
    kind: Kind
    requests: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    seconds: float = 0.0
    id: str = field(default_factory=lambda: f"use_{uuid.uuid4().hex}")


class Meter:
    """The readings of one piece of work.

    run_id: None for work that is no run, such as a dictation. generation: how often the run was taken over.
    """

    def __init__(self, agent: str, run_id: str | None = None, generation: int = 0) -> None:
        self.agent = agent
        self.run_id = run_id
        self.generation = generation
        self.readings: list[Reading] = []

    @contextmanager
    def running(self) -> Generator[None]:
        """Inside the block, in its task and in those it starts, usage is recorded here."""
        token = _meter.set(self)
        try:
            yield
        finally:
            _meter.reset(token)


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


def report_usage(
    model: str,
    *,
    input_tokens: int = 0,
    cached_tokens: int = 0,
    output_tokens: int = 0,
    requests: int = 1,
    seconds: float = 0.0,
    kind: Kind = "answer",
) -> None:
    """Record what a model used for the current answer.

    For ``respond`` functions and ``ChatKitServer`` classes, which call models themselves; agents of the
    Agents SDK are metered without it. Outside an answer it does nothing.

    Args:
        model: its name, as in the table of prices.
        input_tokens: all of them; cached_tokens: how many of these were read from the provider's cache.
        requests: calls of the model that this sums up.
        seconds: of audio, where that is what is billed.
    """
    report_reading(Reading(model, kind, requests, input_tokens, cached_tokens, output_tokens, seconds))


def report_reading(reading: Reading) -> None:
    """The same, for a report with an id of its own: it counts once, however often it is made."""
    meter = _meter.get()
    numbers = (reading.input_tokens, reading.cached_tokens, reading.output_tokens, reading.seconds)
    if meter is None or not any(numbers):
        return
    if min(*numbers, reading.requests) < 0 or reading.cached_tokens > reading.input_tokens:
        raise ValueError("Usage is counted from 0 up, and cached tokens are part of the input tokens.")
    meter.readings.append(reading)
