"""What every command does first: read ``.env`` and the settings, and set up the log of this process."""

from typing import Any, Literal

from chatkit_link.settings import Settings, load_environment, read_settings
from chatkit_link.telemetry.logging import setup_logging


def start(log_level: Literal["warning", "error"] | None, **given: Any) -> Settings:
    """The settings of this process.

    Args:
        log_level: None for that of the settings.
        given: options of the command line that go over the environment; None is one that was not given.

    Raises:
        ConfigurationError: a setting is not acceptable.
    """
    load_environment()
    settings = read_settings(**{name: value for name, value in given.items() if value is not None})
    setup_logging(log_level or settings.log_level)
    return settings
