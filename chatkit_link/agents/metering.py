"""The use of models by an Agents SDK run, read off the run's own sum after each call of a model.

The sum is the SDK's ``context_wrapper.usage``; agents that run as tools of another add to the same one.
What is new in it belongs to the model that was called last.
"""

from typing import Any

from agents import Agent, Usage

from chatkit_link.limits.meter import Kind, report_usage


class UsageReader:
    """Reports what is new in one run's sum."""

    def __init__(self, model: str, kind: Kind = "answer", *, fixed: bool = False) -> None:
        """model: the one that agents without a model of their own use. fixed: that all of them use."""
        self._default = model
        self._fixed = fixed
        self._model = model
        self._kind: Kind = kind
        self._seen = (0, 0, 0, 0)

    def read(self, usage: Usage, agent: Agent[Any] | None = None) -> None:
        """agent: the one whose model has just answered; None at the end, for usage of an unknown model."""
        if agent is not None and not self._fixed:
            self._model = _model_name(agent, self._default)
        cached = min(usage.input_tokens_details.cached_tokens, usage.input_tokens)
        now = (usage.requests, usage.input_tokens, cached, usage.output_tokens)
        requests, given, from_cache, written = (max(new - old, 0) for new, old in zip(now, self._seen, strict=True))
        self._seen = now
        report_usage(
            self._model,
            requests=requests,
            input_tokens=given,
            cached_tokens=min(from_cache, given),
            output_tokens=written,
            kind=self._kind,
        )


def _model_name(agent: Agent[Any], default: str) -> str:
    if isinstance(agent.model, str):
        return agent.model or default
    if agent.model is None:
        return default
    name = getattr(agent.model, "model", None)
    return name if isinstance(name, str) else type(agent.model).__name__
