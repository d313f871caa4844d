"""Where models come from: an OpenAI-compatible server, or the offline stand-in."""

from agents import Model, ModelProvider, ModelSettings, RunConfig
from agents.models.openai_provider import OpenAIProvider
from openai import AsyncOpenAI
from typing_extensions import override

from chatkit_link.agents.offline import Decide, OfflineModel
from chatkit_link.settings import Settings

#: Seconds that a model's server may stay silent, and seconds to connect to it.
_TIMEOUT = 120.0
_RETRIES = 2


class OfflineProvider(ModelProvider):
    """Gives the offline stand-in, whatever model is asked for."""

    def __init__(self, pace: float, decide: Decide | None = None) -> None:
        self._model = OfflineModel(pace=pace, decide=decide)

    @override
    def get_model(self, model_name: str | None) -> Model:
        return self._model


class NamedProvider(ModelProvider):
    """An OpenAI-compatible server; an agent that names no model gets the one from the settings."""

    def __init__(self, client: AsyncOpenAI, default: str, *, responses: bool) -> None:
        self._provider = OpenAIProvider(openai_client=client, use_responses=responses)
        self._default = default

    @override
    def get_model(self, model_name: str | None) -> Model:
        return self._provider.get_model(model_name or self._default)


def openai_client(settings: Settings) -> AsyncOpenAI | None:
    """The client of the configured model server, or None when there is none. The caller closes it."""
    if settings.offline:
        return None
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "unused"
    return AsyncOpenAI(api_key=key, base_url=settings.openai_base_url or None, timeout=_TIMEOUT, max_retries=_RETRIES)


def run_config(settings: Settings, client: AsyncOpenAI | None) -> RunConfig:
    """How every agent of this server runs. Traces stay here: they would carry people's messages to OpenAI."""
    provider = (
        OfflineProvider(settings.offline_pace)
        if client is None
        else NamedProvider(client, settings.model_name, responses=settings.openai_api == "responses")
    )
    # Over Chat Completions, a server tells the usage of a stream only when it is asked to.
    wanted = ModelSettings(include_usage=True) if settings.openai_api == "chat_completions" else None
    return RunConfig(
        model_provider=provider, model_settings=wanted, tracing_disabled=True, workflow_name="ChatKit Link"
    )
