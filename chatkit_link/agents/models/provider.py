"""Where models come from: an OpenAI-compatible server, or the offline model."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2
from agents import Agent, Model, ModelProvider, ModelSettings, RunConfig
from agents.models import get_default_model_settings
from agents.models.multi_provider import MultiProvider
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from agents.models.openai_responses import OpenAIResponsesModel
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from typing_extensions import override

from chatkit_link.agents.models.adapter import AdaptedModel
from chatkit_link.agents.models.chat import ChatModel
from chatkit_link.agents.models.item_origin import Api, Origin
from chatkit_link.agents.models.responses import ResponsesModel
from chatkit_link.agents.offline.model import Decide, OfflineModel
from chatkit_link.agents.reachable import reachable_agents
from chatkit_link.settings import Settings

#: Seconds that a model's server may stay silent, and seconds to connect to it.
_TIMEOUT = 120.0
_RETRIES = 2
#: Names that the Agents SDK sends to a library of providers, by their prefix.
LIBRARIES = ("litellm/", "any-llm/")


class OfflineProvider(ModelProvider):
    """Returns the offline model, whatever model is asked for."""

    def __init__(self, pace: float, decide: Decide | None = None) -> None:
        self._model = OfflineModel(pace=pace, decide=decide)

    @override
    def get_model(self, model_name: str | None) -> Model:
        return self._model


class ServerProvider(ModelProvider):
    """An OpenAI-compatible server; an agent that names no model gets the one from the settings."""

    def __init__(
        self, client: AsyncOpenAI, default: str, *, responses: bool, settings: Mapping[str, str] | None = None
    ) -> None:
        """settings: the names of models that are set -> the variable in which each is."""
        self._client = client
        self._default = default
        self._settings = settings or {}
        self._api: Api = "responses" if responses else "chat"
        self._libraries = MultiProvider(openai_client=client, openai_use_responses=responses)
        self._models: dict[str | None, AdaptedModel] = {}

    @override
    def get_model(self, model_name: str | None) -> Model:
        named = model_name or None
        if named not in self._models:
            self._models[named] = self._make(named)
        return self._models[named]

    def _make(self, named: str | None) -> AdaptedModel:
        name = named or self._default
        named_by = self._settings.get(name, "its agent" if named else "default")
        if name.startswith(LIBRARIES):
            library = self._libraries.get_model(name)
            implicit = get_default_model_settings(named)
            return AdaptedModel(library, Origin(name, "", "other"), implicit=implicit, named_by=named_by)
        model: Model = (
            # A reusable prompt has a model of its own, which a default must not take the place of.
            ResponsesModel(name, self._client, model_is_explicit=named is not None)
            if self._api == "responses"
            else ChatModel(name, self._client)
        )
        origin = Origin(name, _server_of(self._client), self._api)
        return AdaptedModel(model, origin, implicit=get_default_model_settings(named), named_by=named_by)


def adapt_models(agent: Agent[Any]) -> None:
    """Put an adapter around the models that an agent brings as objects, and those of all agents it leads to."""
    for each in reachable_agents(agent):
        if isinstance(each.model, Model) and not isinstance(each.model, AdaptedModel | OfflineModel):
            each.model = _adapted(each.model)


def _adapted(model: Model) -> AdaptedModel:
    name = str(getattr(model, "model", None) or type(model).__name__)
    client = getattr(model, "_client", None)
    server = _server_of(client) if isinstance(client, AsyncOpenAI) else type(model).__name__
    api: Api = "responses" if isinstance(model, OpenAIResponsesModel) else "other"
    if isinstance(model, OpenAIChatCompletionsModel):
        api = "chat"
    # A subclass has a way of its own, and stays as it is.
    inner = model
    if type(model) is OpenAIChatCompletionsModel:
        inner = ChatModel.like(model)
    elif type(model) is OpenAIResponsesModel and isinstance(client, AsyncOpenAI):
        inner = ResponsesModel(name, client)
    return AdaptedModel(inner, Origin(name, server, api), implicit=ModelSettings())


def _named_in(settings: Settings) -> dict[str, str]:
    """The names of models that are set -> the variable in which each is."""
    title = {settings.title_model: "CHATKIT_LINK_TITLE_MODEL"} if settings.title_model else {}
    name = "CHATKIT_LINK_MODEL" if settings.model else "the Agents SDK's default, as CHATKIT_LINK_MODEL is not set"
    return title | {settings.model_name: name}


def _server_of(client: AsyncOpenAI) -> str:
    """Host and port of a client's address; of its path, which may hold a key, only whether it is the same."""
    url = client.base_url
    port = f":{url.port}" if url.port else ""
    return f"{url.host}{port}/{hashlib.sha256(url.path.encode()).hexdigest()[:8]}"


def openai_client(
    settings: Settings, *, on_response: Callable[[httpx2.Response], Awaitable[None]] | None = None
) -> AsyncOpenAI | None:
    """The client of the configured model server, or None when there is none. The caller closes it.

    on_response: called with each response before it is read; it may set ``x-should-retry``.
    """
    if settings.offline:
        return None
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "unused"
    return AsyncOpenAI(
        api_key=key,
        base_url=settings.openai_base_url or None,
        timeout=_TIMEOUT,
        max_retries=_RETRIES,
        http_client=DefaultAsyncHttpxClient(event_hooks={"response": [on_response]}) if on_response else None,
    )


def run_config(settings: Settings, client: AsyncOpenAI | None) -> RunConfig:
    """How every agent of this server runs. Without an address for its traces, it makes none (``agents/traces.py``)."""
    provider = (
        OfflineProvider(settings.offline_pace)
        if client is None
        else ServerProvider(
            client, settings.model_name, responses=settings.openai_api == "responses", settings=_named_in(settings)
        )
    )
    # Over Chat Completions, a server reports the usage of a stream only when the request asks for it.
    wanted = ModelSettings(include_usage=True) if settings.openai_api == "chat_completions" else None
    return RunConfig(
        model_provider=provider,
        model_settings=wanted,
        tracing_disabled=settings.traces_url is None,
        workflow_name="ChatKit Link",
    )
