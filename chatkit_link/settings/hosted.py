"""Workflows that OpenAI hosts, and the sessions for them."""

from typing import Annotated

from pydantic import Field, SecretStr

from chatkit_link.settings.formats.addresses import SECURE_API_ADDRESS
from chatkit_link.settings.formats.keys import HEADER_KEY
from chatkit_link.settings.formats.lists import WORKFLOW_IDS, split_list
from chatkit_link.settings.group import SettingsGroup, read_also


class HostedSettings(SettingsGroup):
    hosted_base_url: Annotated[str, SECURE_API_ADDRESS] = Field(
        "https://api.openai.com",
        validation_alias=read_also("hosted_base_url", "CHATKIT_API_BASE"),
        description="Address of the API that creates sessions for hosted workflows.",
    )
    hosted_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None,
        description="OpenAI API key for hosted workflows; default: OPENAI_API_KEY, unless OPENAI_BASE_URL is set.",
    )
    hosted_workflows: Annotated[str, WORKFLOW_IDS] = Field(
        "", description="Ids of the hosted workflows that users may use; the first one is the default."
    )
    bring_your_own_key: bool = Field(
        default=True, description="Whether users may create sessions with an OpenAI API key of their own."
    )

    @property
    def listed_workflows(self) -> tuple[str, ...]:
        """``hosted_workflows``, read."""
        return split_list(self.hosted_workflows)
