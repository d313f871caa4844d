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
    database_direct_url: Annotated[SecretStr | None, POSTGRES_ADDRESS] = Field(
        None,
        validation_alias=read_also("database_direct_url", "DATABASE_DIRECT_URL"),
        description="Address of the same database past a pooler in transaction mode, for notifications, locks and "
        "migrations; without it, that of Neon, Supabase, Azure or Fly follows from `database_url`.",
    )
    database_pool: int = Field(
        10,
        ge=4,
        le=200,
        description="Maximum number of database connections, besides one that listens and one that renews leases.",
    )
