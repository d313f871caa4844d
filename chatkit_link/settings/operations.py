"""Running the server: how it stops, how long events stay, its log, and its traces."""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr

from chatkit_link.settings.formats.addresses import SECURE_ADDRESS
from chatkit_link.settings.formats.keys import HEADER_KEY
from chatkit_link.settings.group import SettingsGroup


class OperationSettings(SettingsGroup):
    grace: float = Field(
        7.0,
        ge=0,
        le=600,
        description="Seconds after SIGTERM in which the server takes questions as before and `/ready` is 503, so that "
        "load balancers notice.",
    )
    drain: float = Field(
        10.0, ge=0, description="Seconds that a stopping server gives tools, and answers that cannot go on elsewhere."
    )
    continues: bool = Field(
        default=True,
        validation_alias=AliasChoices("CHATKIT_LINK_CONTINUE"),
        description="Whether another replica, or the next start, goes on with an answer whose server died or stopped.",
    )
    keep_events: float = Field(
        3600.0, ge=60, description="Seconds for which a client can follow a finished answer's events again."
    )
    on_disconnect: Literal["finish", "cancel"] = Field(
        "finish", description="What happens to an answer when its reader disconnects without stopping it."
    )
    fanout: Literal["postgres", "redis"] = Field(
        "postgres",
        description="What carries the events of an answer to readers on other replicas; `redis` needs `redis_url`.",
    )
    sharing: bool = Field(
        default=True, description="Whether users may make links with which anyone can read one of their chats."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Lowest level that is logged.")
    traces_url: Annotated[str | None, SECURE_ADDRESS] = Field(
        None,
        description="Address that the traces of the Agents SDK are sent to; default: nowhere. OpenAI's is "
        "`https://api.openai.com/v1/traces/ingest`.",
    )
    traces_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(None, description="API key for `traces_url`.")
