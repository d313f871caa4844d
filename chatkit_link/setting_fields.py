"""Every setting, its name, default and meaning; and what is read out of it.

Every field is an environment variable (also read from ``.env``): ``CHATKIT_LINK_`` plus the field's
name in capitals, unless the field names the variables that the rest of the world already uses
(``DATABASE_URL``, ``OPENAI_API_KEY`` ...). docs/reference/settings.md lists them; a test keeps the two equal.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatkit_link.errors import ConfigurationError
from chatkit_link.network import Network, read_networks
from chatkit_link.origin import read_origins
from chatkit_link.setting_text import (
    API_ADDRESS,
    HEADER_KEY,
    HEADER_NAME,
    LOCATION,
    OWN_KEY,
    POSTGRES_ADDRESS,
    PUBLIC_ADDRESS,
    QUOTED_LINE,
    REDIS_ADDRESS,
    SECRET,
    WEB_ADDRESS,
    read_text,
)

SearchChoice = Literal["auto", "local", "ddgs", "searxng", "tavily", "brave"]


# A host name or an address, below "*." perhaps; nothing that could end a directive of a content policy.
_DOMAIN = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")


def _alias(field: str, *others: str) -> AliasChoices:
    return AliasChoices(f"CHATKIT_LINK_{field.upper()}", *others)


class Price(BaseModel):
    """What a model costs, in any one currency.

    input, cached, output: for a million tokens; cached input costs as much as other input where it is not given.
    minute: for a minute of audio, where a transcription is billed by its length.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Decimal = Field(default=Decimal(0), ge=0, allow_inf_nan=False)
    cached: Decimal | None = Field(default=None, ge=0, allow_inf_nan=False)
    output: Decimal = Field(default=Decimal(0), ge=0, allow_inf_nan=False)
    minute: Decimal = Field(default=Decimal(0), ge=0, allow_inf_nan=False)


class Fields(BaseSettings):
    """Each setting with its default and bounds, and what follows from it; ``Settings`` looks at them together."""

    model_config = SettingsConfigDict(
        env_prefix="CHATKIT_LINK_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    # Where it lives
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, validation_alias=_alias("port", "PORT"), description="Port to listen on.")
    public_url: Annotated[str, PUBLIC_ADDRESS] = Field(
        "",
        validation_alias=_alias("public_url", "RAILWAY_PUBLIC_DOMAIN"),
        description="Address people reach this server at; used in links to documents and files.",
    )
    data: Path = Field(
        Path(".chatkit-link"), description="Folder for the embedded database, the files and the generated secret."
    )
    config: Path = Field(Path("chatkit-link.toml"), description="File that lists the agents.")

    # Storage
    database_url: Annotated[SecretStr | None, POSTGRES_ADDRESS] = Field(
        None,
        validation_alias=_alias("database_url", "DATABASE_URL"),
        description="PostgreSQL address; without it an embedded PostgreSQL runs in the data folder.",
    )
    database_pool: int = Field(
        10, ge=4, le=200, description="Database connections held at most, beside one that listens."
    )

    # Identity
    secret: Annotated[SecretStr | None, SECRET] = Field(
        None, description="Signs anonymous cookies, at least 32 characters; generated into the data folder if unset."
    )
    jwt_secret: Annotated[SecretStr | None, SECRET] = Field(
        None, description="HS256 key: callers must send a bearer JWT signed with it."
    )
    jwt_jwks_url: Annotated[str | None, LOCATION] = Field(
        None, description="JWKS address: callers must send a bearer JWT signed by it."
    )
    jwt_issuer: str | None = Field(None, description="Required `iss` of a bearer JWT.")
    jwt_audience: str | None = Field(None, description="Required `aud` of a bearer JWT.")
    jwt_tenant_claim: str | None = Field(None, description="Claim that names the tenant; unset means one tenant.")
    jwt_leeway: float = Field(30.0, ge=0, le=300, description="Seconds that the clock of a JWT's issuer may be ahead.")
    cookie_secure: bool | None = Field(
        None, description="Mark the cookie Secure; unset means: when the request came over HTTPS."
    )

    # Other ways in, and who may ask from where
    proxy_user_header: Annotated[str | None, HEADER_NAME] = Field(
        None, description="Header in which the proxy in front names the signed-in user; needs `trusted_proxies`."
    )
    proxy_tenant_header: Annotated[str | None, HEADER_NAME] = Field(
        None, description="Header in which that proxy names the tenant."
    )
    trusted_proxies: str = Field(
        "127.0.0.1,::1",
        validation_alias=_alias("trusted_proxies", "FORWARDED_ALLOW_IPS"),
        description="Addresses and networks whose forwarding headers are believed; `*` is whoever connects.",
    )
    server_key: Annotated[SecretStr | None, OWN_KEY] = Field(
        None, description="Key of your back end, at least 32 characters; it acts for the users it names."
    )
    identify: str | None = Field(
        None, description="`module:function` or `file.py:function` that tells who sent a request."
    )
    allow_anonymous: bool = Field(
        default=False, description="Let people without a sign-in in as anonymous visitors, beside those who have one."
    )
    origins: str = Field("", description="Origins of other sites whose pages may call and embed this server.")
    cookie_cross_site: bool | None = Field(
        None, description="Have the cookie sent from pages of other sites; unset means: when `origins` are listed."
    )

    # The model
    openai_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None,
        validation_alias=_alias("openai_api_key", "OPENAI_API_KEY"),
        description="Key of the model's server; without it the offline stand-in answers.",
    )
    openai_base_url: Annotated[str | None, API_ADDRESS] = Field(
        None,
        validation_alias=_alias("openai_base_url", "OPENAI_BASE_URL"),
        description="Address of any OpenAI-compatible server.",
    )
    openai_api: Literal["responses", "chat_completions"] = Field(
        "responses", description="Which OpenAI API that server speaks."
    )
    model: str = Field(
        "",
        validation_alias=_alias("model", "OPENAI_DEFAULT_MODEL"),
        description="Model name sent to that server; empty means the default of the Agents SDK.",
    )
    title_model: str | None = Field(None, description="Model that names threads; the main one if unset.")
    # Of the transcription models that OpenAI serves, the one without a shutdown date: all others end on 26 February
    # 2027 (openai/types/audio_model.py of the openai package), and this is the replacement that their notice names.
    transcribe_model: str = Field("gpt-transcribe", description="Model that turns dictation into text.")
    offline_pace: float = Field(0.02, ge=0, le=1, description="Seconds between two words of the offline stand-in.")
    max_turns: int = Field(12, ge=1, le=100, description="Model calls within one answer at most.")
    history_items: int = Field(200, ge=2, le=2000, description="Newest thread items shown to the model.")
    tool_output: int = Field(
        100_000, ge=1_000, le=10_000_000, description="Characters of one tool's output shown to the model."
    )

    # Workflows that OpenAI hosts
    hosted_base_url: Annotated[str, API_ADDRESS] = Field(
        "https://api.openai.com",
        validation_alias=_alias("hosted_base_url", "CHATKIT_API_BASE"),
        description="Where sessions for hosted workflows are made.",
    )
    hosted_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None, description="OpenAI key for hosted workflows; unset means OPENAI_API_KEY where no OPENAI_BASE_URL is set."
    )
    hosted_workflows: str = Field(
        "", description="Ids of hosted workflows that people may use; the first is the default."
    )
    bring_your_own_key: bool = Field(
        default=True, description="Whether people may make sessions with an OpenAI key of their own."
    )

    # Search
    search: SearchChoice = Field("auto", description="Search provider; `auto` takes the first that is configured.")
    search_results: int = Field(8, ge=1, le=20, description="Results per search at most.")
    search_timeout: float = Field(10.0, gt=0, le=60, description="Seconds a search may take.")
    docs: Path | None = Field(
        None, description="Folder of Markdown, HTML or text that local search covers; default: our own docs."
    )
    searxng_url: Annotated[str | None, WEB_ADDRESS] = Field(
        None, validation_alias=_alias("searxng_url", "SEARXNG_URL"), description="Address of a SearXNG server."
    )
    tavily_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None, validation_alias=_alias("tavily_api_key", "TAVILY_API_KEY"), description="Key for Tavily search."
    )
    tavily_url: Annotated[str, WEB_ADDRESS] = Field("https://api.tavily.com", description="Tavily's address.")
    brave_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None, validation_alias=_alias("brave_api_key", "BRAVE_API_KEY"), description="Key for Brave search."
    )
    brave_url: Annotated[str, WEB_ADDRESS] = Field("https://api.search.brave.com", description="Brave's address.")

    # Sizes and times
    max_body: int = Field(2_000_000, ge=1000, description="Bytes of one request at most.")
    max_message: int = Field(200_000, ge=1, description="Characters of one user message at most.")
    max_page: int = Field(100, ge=1, le=1000, description="Largest `limit` of one page.")
    heartbeat: float = Field(15.0, gt=0, description="Seconds between heartbeats of a quiet stream.")
    drain: float = Field(10.0, ge=0, description="Seconds a stopping server lets running answers finish.")
    keep_events: float = Field(
        3600.0, ge=60, description="Seconds that the events of a finished answer can be followed again."
    )
    on_disconnect: Literal["finish", "cancel"] = Field(
        "finish", description="What becomes of an answer whose reader leaves without saying Stop."
    )
    frame_ancestors: Annotated[str | None, QUOTED_LINE] = Field(
        None, description="Pages that may embed the chat frame; unset means: this server's and the listed `origins`."
    )
    allowed_image_domains: Annotated[str, QUOTED_LINE] = Field(
        "", description="Domains that pictures in answers and widgets may come from; unset means: from anywhere."
    )

    # Files
    uploads: bool = Field(default=True, description="Whether people may attach files.")
    files_url: Annotated[str, LOCATION] = Field(
        "", description="Where files are kept: `s3://`, `gs://`, `az://` or `file://`; empty means the data folder."
    )
    files_direct: bool = Field(
        default=True, description="Let browsers exchange bytes with the storage itself, where it can sign links."
    )
    upload_types: str = Field(
        "image/png, image/jpeg, image/gif, image/webp, application/pdf, text/plain, text/markdown, text/csv, "
        "application/json, application/vnd.openxmlformats-officedocument.wordprocessingml.document, "
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, "
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        description="Media types that may be attached; `image/*` and `*/*` work, too.",
    )
    max_upload: int = Field(50_000_000, ge=1, le=5_000_000_000, description="Bytes of one file at most.")
    max_attachments: int = Field(10, ge=1, le=100, description="Files of one message at most.")
    max_pixels: int = Field(50_000_000, ge=10_000, le=500_000_000, description="Pixels of one image at most.")
    user_quota: int = Field(1_000_000_000, ge=0, description="Bytes that one person's files may take together.")
    tenant_quota: int = Field(20_000_000_000, ge=0, description="Bytes that all files of one tenant may take together.")
    upload_link: float = Field(600.0, ge=10, le=3600, description="Seconds that an upload link is good for.")
    file_link: float = Field(3600.0, ge=60, le=86400, description="Seconds that a link to a file is good for at least.")
    file_text: int = Field(50_000, ge=0, le=1_000_000, description="Characters of one file's text shown to the model.")
    # Sizes of what a request carries
    max_payload: int = Field(
        100_000, ge=1, description="Bytes, as JSON, of an action's payload or a page tool's output at most."
    )
    max_audio: int = Field(1_200_000, ge=1, description="Bytes of dictated audio at most.")

    # Rates and budgets; 0 always means: no limit
    limits_storage: Literal["postgres", "memory", "redis"] = Field(
        "postgres", description="Where requests are counted; `memory` is right for one process only."
    )
    redis_url: Annotated[SecretStr | None, REDIS_ADDRESS] = Field(
        None, validation_alias=_alias("redis_url", "REDIS_URL"), description="Redis address, for counting there."
    )
    rate_messages: int = Field(60, ge=0, description="Messages of one user within a minute.")
    rate_messages_address: int = Field(600, ge=0, description="Messages from one address within a minute.")
    rate_uploads: int = Field(120, ge=0, description="Uploads of one user within a minute.")
    rate_uploads_address: int = Field(600, ge=0, description="Uploads from one address within a minute.")
    rate_transcriptions: int = Field(30, ge=0, description="Dictations of one user within a minute.")
    rate_transcriptions_address: int = Field(300, ge=0, description="Dictations from one address within a minute.")
    rate_sessions: int = Field(30, ge=0, description="Sessions made by one user within a minute.")
    rate_sessions_address: int = Field(300, ge=0, description="Sessions made from one address within a minute.")
    runs_at_once: int = Field(8, ge=0, le=1000, description="Answers that may be written for one user at once.")
    prices: dict[str, Price] = Field(
        {}, description="Prices by model, as JSON; for a million input, cached input and output tokens."
    )
    budget_user_day_tokens: int = Field(0, ge=0, description="Tokens of one user in a day.")
    budget_user_month_tokens: int = Field(0, ge=0, description="Tokens of one user in a month.")
    budget_user_day_cost: Decimal = Field(Decimal(0), ge=0, description="Cost of one user in a day.")
    budget_user_month_cost: Decimal = Field(Decimal(0), ge=0, description="Cost of one user in a month.")
    budget_tenant_day_tokens: int = Field(0, ge=0, description="Tokens of a whole tenant in a day.")
    budget_tenant_month_tokens: int = Field(0, ge=0, description="Tokens of a whole tenant in a month.")
    budget_tenant_day_cost: Decimal = Field(Decimal(0), ge=0, description="Cost of a whole tenant in a day.")
    budget_tenant_month_cost: Decimal = Field(Decimal(0), ge=0, description="Cost of a whole tenant in a month.")
    budget_notice: float = Field(
        0.8, ge=0, le=1, description="Used part of a budget at which people are told; 0 tells them nothing."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")

    @field_validator("*", mode="before")
    @classmethod
    def _read_text(cls, value: Any, info: ValidationInfo) -> Any:
        name = str(info.field_name)
        return read_text(value, cls.model_fields[name], name)

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
        """The model that names threads."""
        return self.title_model or self.model_name

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """``trusted_proxies``, read."""
        try:
            return read_networks(self.trusted_proxies)
        except ValueError:
            raise ConfigurationError(
                "CHATKIT_LINK_TRUSTED_PROXIES (FORWARDED_ALLOW_IPS) must list addresses and networks, "
                "such as 10.0.0.0/8,::1, or be `*`."
            ) from None

    @property
    def listed_workflows(self) -> tuple[str, ...]:
        """``hosted_workflows``, read."""
        return tuple(self.hosted_workflows.replace(",", " ").split())

    @property
    def hosted_key(self) -> SecretStr | None:
        """The key for hosted workflows. With ``openai_base_url``, OPENAI_API_KEY is another server's."""
        return self.hosted_api_key or (None if self.openai_base_url else self.openai_api_key)

    @property
    def listed_origins(self) -> tuple[str, ...]:
        """``origins`` as browsers write them."""
        try:
            return read_origins(self.origins)
        except ValueError:
            raise ConfigurationError(
                "CHATKIT_LINK_ORIGINS must list origins without a path, such as https://shop.example.com, or be `*`."
            ) from None

    @property
    def cookie_crosses_sites(self) -> bool:
        """Whether a Secure cookie is to be sent from pages of other sites."""
        if self.cookie_cross_site is not None:
            return self.cookie_cross_site
        return bool(self.listed_origins) and "*" not in self.listed_origins

    @property
    def framed_by(self) -> str:
        """The value of the CSP directive frame-ancestors for the chat frame."""
        if self.frame_ancestors is not None:
            return self.frame_ancestors
        return " ".join(["'self'", *(origin for origin in self.listed_origins if origin != "*")])

    @property
    def image_sources(self) -> tuple[str, ...]:
        """Where the built-in pages load pictures from besides this server, as sources of a CSP."""
        domains = tuple(self.allowed_image_domains.lower().replace(",", " ").split())
        if not all(_DOMAIN.fullmatch(domain) for domain in domains):
            raise ConfigurationError(
                "CHATKIT_LINK_ALLOWED_IMAGE_DOMAINS must list domains such as cdn.example.com or *.example.com."
            )
        return domains or ("https:",)

    @property
    def everybody_gets_in(self) -> bool:
        """True when nobody needs to sign in, as far as the settings say."""
        return self.allow_anonymous or not (
            self.jwt_secret or self.jwt_jwks_url or self.proxy_user_header or self.identify
        )

    @property
    def address(self) -> str:
        """Base address for links back to this server, without a trailing slash."""
        if self.public_url:
            url = self.public_url.rstrip("/")
            return url if "://" in url else f"https://{url}"
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def https(self) -> bool:
        """True when people are known to reach this server over HTTPS."""
        return self.address.startswith("https://")

    @property
    def offline(self) -> bool:
        """True when no model server is configured and the keyless stand-in answers."""
        return self.openai_api_key is None and self.openai_base_url is None
