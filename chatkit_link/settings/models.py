"""The language models, and how much they are given."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, model_validator

from chatkit_link.configuration_error import ConfigurationError
from chatkit_link.settings.formats.addresses import API_ADDRESS
from chatkit_link.settings.formats.keys import HEADER_KEY
from chatkit_link.settings.group import SettingsGroup, read_also

#: Where xAI answers, and the name under which it serves the present model (docs.x.ai).
XAI: Final = "https://api.x.ai/v1"
GROK: Final = "grok-4"


class ModelSettings(SettingsGroup):
    openai_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None,
        validation_alias=read_also("openai_api_key", "OPENAI_API_KEY"),
        description="API key of the model server; with neither a key nor an address, the offline model answers.",
    )
    openai_base_url: Annotated[str | None, API_ADDRESS] = Field(
        None,
        validation_alias=read_also("openai_base_url", "OPENAI_BASE_URL"),
        description="Base address of an OpenAI-compatible model server; default: OpenAI's.",
    )
    xai_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None,
        validation_alias=read_also("xai_api_key", "XAI_API_KEY"),
        description="API key of xAI: with no other key and no address, its Grok answers.",
    )
    openai_api: Literal["responses", "chat_completions"] = Field(
        "responses", description="Which OpenAI API the model server implements."
    )
    model: str = Field(
        "",
        validation_alias=read_also("model", "OPENAI_DEFAULT_MODEL"),
        description="Model of agents that name none; empty means the default of the Agents SDK.",
    )
    title_model: str | None = Field(None, description="Model that writes thread titles; default: `model`.")
    # Of the transcription models that OpenAI serves, the one without a shutdown date: all others end on 26 February
    # 2027 (openai/types/audio_model.py of the openai package), and this is the replacement that their notice names.
    transcribe_model: str = Field(
        "gpt-transcribe",
        description="Model that transcribes dictation; where another vendor answers, only one set here.",
    )
    offline_pace: float = Field(0.02, ge=0, le=1, description="Seconds between two words of the offline model.")
    max_turns: int = Field(12, ge=1, le=100, description="Maximum number of model calls for one answer.")
    workflow_calls: int = Field(
        100,
        ge=1,
        le=10_000,
        description="Maximum number of model calls for one answer of an exported workflow, all its agents together.",
    )
    history_items: int = Field(
        200, ge=2, le=2000, description="How many of a thread's newest items are sent to the model."
    )
    tool_output: int = Field(
        100_000, ge=1_000, le=10_000_000, description="Maximum characters of a tool's output that the model gets."
    )

    @model_validator(mode="after")
    def _use_xai(self) -> Self:
        """A key of xAI alone says which server answers, and whose models."""
        if self.xai_api_key is not None and self.openai_api_key is None and self.openai_base_url is None:
            self.openai_api_key, self.openai_base_url = self.xai_api_key, XAI
            self.model = self.model or GROK
        return self

    @property
    def offline(self) -> bool:
        """True when no model server is configured, so that the offline model answers."""
        return self.openai_api_key is None and self.openai_base_url is None

    @property
    def model_name(self) -> str:
        """The model of every agent that names none.

        Unset, it is the Agents SDK's own default, so that a newer SDK brings a newer model.

        Raises:
            ConfigurationError: OPENAI_DEFAULT_MODEL, where the SDK looks, is empty.
        """
        if self.model:
            return self.model
        from agents.models import get_default_model  # noqa: PLC0415 - takes a second, and few commands need a model

        if not (name := get_default_model().strip()):
            raise ConfigurationError("OPENAI_DEFAULT_MODEL is set, but empty: name a model there, or unset it.")
        return name

    @property
    def title_model_name(self) -> str:
        """The model that writes thread titles."""
        return self.title_model or self.model_name
