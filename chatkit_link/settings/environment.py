"""The environment and ``.env``, which are read here only."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from chatkit_link.settings.settings import Settings


def read_variables() -> Mapping[str, str]:
    """All variables of the environment, and of ``.env`` below them; for what names its variables elsewhere."""
    file = Path(".env")
    written = dotenv_values(file) if file.is_file() else {}
    return {name: value for name, value in written.items() if value is not None} | dict(os.environ)


def read_settings(**given: Any) -> Settings:
    """The settings of this process: what is given here, else the environment, else ``.env``, else the defaults.

    Raises:
        ConfigurationError: settings that cannot work or would be unsafe, all of them in one message; it names their
            variables, and never repeats a value that was refused.
    """
    return Settings(**given)
