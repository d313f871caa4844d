"""Running the server: how it stops, how long events stay, and its log."""

from typing import Literal

from pydantic import Field

from chatkit_link.settings.group import SettingsGroup


class OperationSettings(SettingsGroup):
    drain: float = Field(10.0, ge=0, description="Seconds that a stopping server gives answers in progress to finish.")
    keep_events: float = Field(
        3600.0, ge=60, description="Seconds for which a client can follow a finished answer's events again."
    )
    on_disconnect: Literal["finish", "cancel"] = Field(
        "finish", description="What happens to an answer when its reader disconnects without stopping it."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Lowest level that is logged.")
