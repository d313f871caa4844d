"""What every group of settings is made of: its fields, and the conflicts between them.

A field is read from the environment variable ``CHATKIT_LINK_`` plus its name in capitals, unless it names the variables
that other software already uses (``DATABASE_URL``, ``OPENAI_API_KEY`` ...). What is wrong with one value alone belongs
in the field's type and format; what is wrong with values together belongs in ``conflicts``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import AliasChoices, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatkit_link.settings.formats.text import read_text


@dataclass(frozen=True, slots=True)
class SettingsConflict:
    """Settings that are unsafe or cannot work together.

    fields: the settings it is about; it is not reported while one of them is wrong by itself.
    message: names the variables and what to change; it never repeats a secret.
    """

    fields: tuple[str, ...]
    message: str


class SettingsGroup(BaseSettings):
    """Settings that belong together. ``Settings`` is composed of all groups."""

    model_config = SettingsConfigDict(
        env_prefix="CHATKIT_LINK_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        loc_by_alias=False,
        hide_input_in_errors=True,
        defer_build=True,  # a group is validated as a part of Settings only
    )

    @field_validator("*", mode="before")
    @classmethod
    def _read_text(cls, value: Any, info: ValidationInfo) -> Any:
        name = str(info.field_name)
        return read_text(value, cls.model_fields[name], name)

    def conflicts(self) -> Iterator[SettingsConflict]:
        """What is wrong with these settings together."""
        yield from ()


def read_also(field: str, *shared: str) -> AliasChoices:
    """The variables of a field that is read from ``shared``, too, where its own variable is not set."""
    return AliasChoices(f"CHATKIT_LINK_{field.upper()}", *shared)
