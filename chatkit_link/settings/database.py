"""The PostgreSQL database."""

from typing import Annotated

from pydantic import Field, SecretStr

from chatkit_link.settings.formats.addresses import POSTGRES_ADDRESS
from chatkit_link.settings.group import SettingsGroup, read_also


class DatabaseSettings(SettingsGroup):
    database_url: Annotated[SecretStr | None, POSTGRES_ADDRESS] = Field(
        None,
        validation_alias=read_also("database_url", "DATABASE_URL"),
        description="PostgreSQL address; without it, an embedded PostgreSQL runs in the data folder.",
    )
    database_pool: int = Field(
        10, ge=4, le=200, description="Maximum number of database connections, besides one that listens."
    )
