"""The use of models by an Agents SDK run, read off the run's own sum after each call of a model.

The sum is the SDK's ``context_wrapper.usage``; agents that run as tools of another add to the same one.
What is new in it belongs to the model that was called last.
"""

from dataclasses import replace
from typing import Any

from agents import Agent, Usage

from chatkit_link.limits.meter import Kind, Reading, report_reading


class UsageReader:
    """Reports what is new in one run's sum."""

    def __init__(self, model: str, kind: Kind = "answer", *, fixed: bool = False) -> None:
        """model: the one that agents without a model of their own use. fixed: that all of them use."""
        self._default = model
        self._fixed = fixed
        self._model = model
        self._kind: Kind = kind
        self._seen = (0, 0, 0, 0)

    def model_of(self, agent: Agent[Any]) -> str:
        """The model that an agent of this run asks."""
        return self._default if self._fixed else _model_name(agent, self._default)

    def read(
        self, usage: Usage, agent: Agent[Any] | None = None, reading_id: str | None = None, kind: Kind | None = None
    ) -> None:
        """agent: the one whose model has just answered; None at the end, for usage of an unknown model."""
        if agent is not None:
            self._model = self.model_of(agent)
        cached = min(usage.input_tokens_details.cached_tokens, usage.input_tokens)
        now = (usage.requests, usage.input_tokens, cached, usage.output_tokens)
        requests, given, from_cache, written = (max(new - old, 0) for new, old in zip(now, self._seen, strict=True))
        self._seen = now
        reading = Reading(self._model, kind or self._kind, requests, given, min(from_cache, given), written)
        report_reading(reading if reading_id is None else replace(reading, id=reading_id))


def _model_name(agent: Agent[Any], default: str) -> str:
    if isinstance(agent.model, str):
        return agent.model or default
    if agent.model is None:
        return default
    name = getattr(agent.model, "model", None)
    return name if isinstance(name, str) else type(agent.model).__name__
