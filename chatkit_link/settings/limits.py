"""Sizes of requests, rate limits, and budgets of tokens and money. A rate or a budget of 0 means no limit."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode
from typing_extensions import override

from chatkit_link.settings.formats.addresses import REDIS_ADDRESS
from chatkit_link.settings.formats.text import JSON
from chatkit_link.settings.group import SettingsConflict, SettingsGroup, read_also


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


class LimitSettings(SettingsGroup):
    max_body: int = Field(2_000_000, ge=1000, description="Maximum bytes of a request.")
    max_message: int = Field(200_000, ge=1, description="Maximum characters of a user message.")
    max_page: int = Field(100, ge=1, le=1000, description="Maximum `limit` of a page.")
    max_payload: int = Field(
        100_000, ge=1, description="Maximum bytes, as JSON, of an action's payload or a client tool's output."
    )
    max_audio: int = Field(1_200_000, ge=1, description="Maximum bytes of dictated audio.")

    limits_storage: Literal["postgres", "memory", "redis"] = Field(
        "postgres", description="Where requests are counted; `memory` is correct for a single process only."
    )
    redis_url: Annotated[SecretStr | None, REDIS_ADDRESS] = Field(
        None,
        validation_alias=read_also("redis_url", "REDIS_URL"),
        description="Address of a Redis or Valkey server, used when `limits_storage` or `fanout` is `redis`.",
    )
    rate_messages: int = Field(60, ge=0, description="Messages of one user per minute.")
    rate_messages_address: int = Field(600, ge=0, description="Messages from one IP address per minute.")
    rate_uploads: int = Field(120, ge=0, description="Uploads of one user per minute.")
    rate_uploads_address: int = Field(600, ge=0, description="Uploads from one IP address per minute.")
    rate_transcriptions: int = Field(30, ge=0, description="Dictations of one user per minute.")
    rate_transcriptions_address: int = Field(300, ge=0, description="Dictations from one IP address per minute.")
    rate_sessions: int = Field(30, ge=0, description="Sessions created by one user per minute.")
    rate_sessions_address: int = Field(300, ge=0, description="Sessions created from one IP address per minute.")
    rate_shares_address: int = Field(120, ge=0, description="Reads of shared chats from one IP address per minute.")
    runs_at_once: int = Field(8, ge=0, le=1000, description="Answers that one user may have in progress at once.")
    runs_at_once_address: int = Field(
        200, ge=0, description="Answers, dictations and actions in progress at once for one IP address, per replica."
    )
    runs_at_once_total: int = Field(
        1_000, ge=0, description="Answers, dictations and actions in progress at once, per replica."
    )
    streams_at_once: int = Field(
        40,
        ge=0,
        description="Event streams that one user may have open at once, per replica; a new one ends the oldest.",
    )
    streams_at_once_address: int = Field(
        1_500, ge=0, description="Event streams open at once to one IP address, per replica."
    )
    streams_at_once_total: int = Field(5_000, ge=0, description="Event streams open at once, per replica.")

    prices: Annotated[dict[str, Price], NoDecode, JSON] = Field(
        {}, description="Prices by model, as JSON, per million input, cached input and output tokens."
    )
    budget_user_day_tokens: int = Field(0, ge=0, description="Tokens of one user per day.")
    budget_user_month_tokens: int = Field(0, ge=0, description="Tokens of one user per month.")
    budget_user_day_cost: Decimal = Field(Decimal(0), ge=0, description="Cost of one user per day.")
    budget_user_month_cost: Decimal = Field(Decimal(0), ge=0, description="Cost of one user per month.")
    budget_tenant_day_tokens: int = Field(0, ge=0, description="Tokens of one tenant per day.")
    budget_tenant_month_tokens: int = Field(0, ge=0, description="Tokens of one tenant per month.")
    budget_tenant_day_cost: Decimal = Field(Decimal(0), ge=0, description="Cost of one tenant per day.")
    budget_tenant_month_cost: Decimal = Field(Decimal(0), ge=0, description="Cost of one tenant per month.")
    budget_notice: float = Field(
        0.8, ge=0, le=1, description="Used fraction of a budget from which users see a notice; 0 shows none."
    )

    @override
    def conflicts(self) -> Iterator[SettingsConflict]:
        if self.limits_storage == "redis" and self.redis_url is None:
            yield SettingsConflict(
                ("limits_storage", "redis_url"), "CHATKIT_LINK_LIMITS_STORAGE is redis, but REDIS_URL is not set."
            )
        costs = (
            self.budget_user_day_cost, self.budget_user_month_cost,
            self.budget_tenant_day_cost, self.budget_tenant_month_cost,
        )  # fmt: skip
        if any(costs) and not self.prices:
            yield SettingsConflict(
                ("prices",),
                "A cost budget is set, but CHATKIT_LINK_PRICES is not: without prices everything would cost nothing.",
            )
