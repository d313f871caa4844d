"""The settings that a model is asked with: those that were chosen, and no others."""

from dataclasses import replace
from typing import Any

from agents import Agent, ModelSettings
from agents.models import get_default_model_settings

from chatkit_link.agents.models.item_origin import Origin


def own_settings(agent: Agent[Any]) -> ModelSettings:
    """The settings of an agent, without those that the Agents SDK has given it."""
    if agent.model is not None and not isinstance(agent.model, str):
        return agent.model_settings
    is_implicit = agent.model_settings == get_default_model_settings(agent.model)
    return ModelSettings() if is_implicit else agent.model_settings


def chosen_settings(settings: ModelSettings, origin: Origin, implicit: ModelSettings) -> ModelSettings:
    """The settings without what the Agents SDK adds by itself for a model that is not the one in use.

    An agent without settings gets those that suit its model's name: the SDK's default model, where the agent names
    none. They stay when another model takes its place, and most servers refuse them. So they are replaced by those
    of the model in use where OpenAI itself answers, and left out elsewhere.

    Args:
        implicit: what the SDK adds for the name that it has seen; none for a model that an agent brings as an object.
    """
    added = (implicit.reasoning, implicit.verbosity)
    if added == (None, None) or (settings.reasoning, settings.verbosity) != added:
        return settings
    fitting = get_default_model_settings(origin.model) if origin.official else ModelSettings()
    return replace(settings, reasoning=fitting.reasoning, verbosity=fitting.verbosity)
