"""The settings that a model is asked with: those that were chosen, and no others."""

from dataclasses import replace
from typing import Any

from agents import Agent, ModelSettings
from agents.models import get_default_model_settings

from chatkit_link.agents.models.origin import Origin


def own_settings(agent: Agent[Any]) -> ModelSettings:
    """The settings of an agent, without those that the Agents SDK has given it."""
    if agent.model is not None and not isinstance(agent.model, str):
        return agent.model_settings
    is_implicit = agent.model_settings == get_default_model_settings(agent.model)
    return ModelSettings() if is_implicit else agent.model_settings


def chosen_settings(settings: ModelSettings, origin: Origin, named: str | None) -> ModelSettings:
    """The settings without what the Agents SDK adds by itself for a model that is not the one in use.

    An agent without settings gets those that suit its model's name: the SDK's default model, where the agent names
    none. They stay when another model takes its place, and most servers refuse them. So they are replaced by those
    of the model in use where OpenAI itself answers, and left out elsewhere.

    Args:
        named: the name that the SDK has seen, None for its default model.
    """
    implicit = get_default_model_settings(named)
    if (settings.reasoning, settings.verbosity) != (implicit.reasoning, implicit.verbosity):
        return settings
    fitting = get_default_model_settings(origin.model) if origin.official else ModelSettings()
    return replace(settings, reasoning=fitting.reasoning, verbosity=fitting.verbosity)
