"""Where this agent's data comes from. Each is an environment variable, also read from ``.env``."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from .names import is_name, is_secret_key, listed
from .voice import Voice


class LockSettings(BaseSettings):
    """Without any of these, the bundled sample data is displayed, marked as such."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    odds_api_key: SecretStr | None = Field(default=None, description="Key of The Odds API.")
    odds_api_url: str = Field(default="https://api.the-odds-api.com", description="Its address.")
    odds_regions: str = Field(default="us", description="Whose bookmakers: us, us2, uk, eu, au; several with commas.")
    statmuse_url: str | None = Field(default=None, description="Address of a server for POST /query.")
    backend_url: str | None = Field(default=None, description="Address of your own back end, for GET /api/predictions.")
    backend_token: SecretStr | None = Field(default=None, description="Bearer token that it wants.")
    supabase_url: str | None = Field(default=None, description="Address of your Supabase project.")
    supabase_anon_key: SecretStr | None = Field(default=None, description="Its anon or publishable key.")
    supabase_tables: str = Field(default="", description="Tables that may be read; several with commas.")
    supabase_issuer: str | None = Field(
        default=None, description="Issuer of the tokens that are passed on to it; /auth/v1 of the project if unset."
    )
    lock_refresh: int = Field(default=60, ge=0, description="Seconds between refreshes of a board in view; 0: none.")
    lock_voice: Voice = Field(default="dry", description="How the Professor talks.")
    lock_timeout: float = Field(default=8.0, gt=0, le=60, description="Seconds that any of them may take.")

    @field_validator("supabase_tables")
    @classmethod
    def _names(cls, given: str) -> str:
        wrong = [name for name in listed(given) if not is_name(name)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no name of a table: letters, digits and underscores.")
        return given

    @model_validator(mode="after")
    def _supabase_is_whole(self) -> Self:
        key = self.supabase_anon_key
        if (self.supabase_url or self.tables) and not (self.supabase_url and key):
            raise ValueError("Tables of Supabase need SUPABASE_URL and SUPABASE_ANON_KEY.")
        if key and is_secret_key(key.get_secret_value()):
            raise ValueError(
                "SUPABASE_ANON_KEY is a secret key or a user's token, with which everybody would read more than "
                "row-level security lets them: set the anon or publishable key of the project."
            )
        return self

    @property
    def tables(self) -> list[str]:
        return listed(self.supabase_tables)
