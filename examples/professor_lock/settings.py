"""Where this agent's data comes from. Each is an environment variable, also read from ``.env``."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from .voice import Voice


class LockSettings(BaseSettings):
    """Without any of these, the bundled sample data is displayed, marked as such."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    odds_api_key: SecretStr | None = Field(default=None, description="Key of The Odds API.")
    odds_api_url: str = Field(default="https://api.the-odds-api.com", description="Its address.")
    odds_regions: str = Field(default="us", description="Whose bookmakers: us, us2, uk, eu, au; several with commas.")
    statmuse_url: str | None = Field(default=None, description="Address of a server for POST /query.")
    backend_url: str | None = Field(default=None, description="Address of your own back end, for GET /api/predictions.")
    lock_refresh: int = Field(default=60, ge=0, description="Seconds between refreshes of a board in view; 0: none.")
    lock_voice: Voice = Field(default="dry", description="How the Professor talks.")
    lock_timeout: float = Field(default=8.0, gt=0, le=60, description="Seconds that any of them may take.")
