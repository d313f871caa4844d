"""The environment and ``.env``, which are read here only; and what in them looks like a setting, but is none."""

import logging
import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from dotenv import dotenv_values

from chatkit_link.configuration_error import ConfigurationError
from chatkit_link.settings.formats.text import variables
from chatkit_link.settings.settings import Settings

_PREFIX: Final = "CHATKIT_LINK_"
# Variables that begin like settings and are read elsewhere: by `chatkit-link chat`, and by the Makefile and the tests.
_OTHERS: Final = frozenset(
    f"{_PREFIX}{name}" for name in ("TOKEN", "CANARY", "CHROMIUM", "FAULTS", "FUZZ", "IMPORT", "URL")
)

_logger = logging.getLogger(__name__)


def read_variables() -> Mapping[str, str]:
    """All variables of the environment, and of ``.env`` below them; for what names its variables elsewhere.

    Raises:
        ConfigurationError: ``.env`` cannot be read as text.
    """
    return _written() | dict(os.environ)


def load_environment() -> None:
    """Put the variables of ``.env`` into the environment of this process, where the code of agents reads its own.

    What is set already stays. Settings of ours are left out: they are read from the file, and no other code or process
    needs them.

    Raises:
        ConfigurationError: as ``read_variables``.
    """
    for name, value in _written().items():
        if not name.upper().startswith(_PREFIX):
            os.environ.setdefault(name, value)


def env_files() -> Sequence[Path]:
    """The files ``.env`` that are read: that of the catalog's folder, and over it that of the working folder."""
    here = Path(".env")
    variables = _read(here) | dict(os.environ)
    config = next((value for name, value in variables.items() if name.upper() == f"{_PREFIX}CONFIG"), "")
    beside = Path(config).parent / ".env"
    return [here] if beside.absolute() == here.absolute() else [beside, here]


def _written() -> dict[str, str]:
    written: dict[str, str] = {}
    for file in env_files():
        written |= _read(file)
    return written


def _read(file: Path) -> dict[str, str]:
    try:
        found = dotenv_values(file, encoding="utf-8") if file.is_file() else {}
    except UnicodeDecodeError:
        raise ConfigurationError(f"The file {file} is not UTF-8 text: save it as UTF-8.") from None
    return {name: value for name, value in found.items() if value is not None}


def read_settings(**given: Any) -> Settings:
    """The settings of this process: what is given here, else the environment, else ``.env``, else the defaults.

    A variable that looks like a setting and is none is a warning in the log.

    Raises:
        ConfigurationError: settings that cannot work or would be unsafe, all of them in one message; it names their
            variables, and never repeats a value that was refused.
    """
    for warning in unknown_variables():
        _logger.warning(warning)
    values: dict[str, Any] = {"_env_file": env_files(), **given}
    return Settings(**values)


def unknown_variables() -> list[str]:
    """A warning for each ``CHATKIT_LINK_`` variable of the environment or of ``.env`` that no setting reads."""
    known = {name for field, info in Settings.model_fields.items() for name in variables(info, field)}
    ours = sorted(name.removeprefix(_PREFIX) for name in known if name.startswith(_PREFIX))
    # Settings are read from names in any case.
    found = {name: name.upper() for name in sorted(read_variables()) if name.upper().startswith(_PREFIX)}
    return [
        _unknown(name, upper.removeprefix(_PREFIX), ours)
        for name, upper in found.items()
        if upper not in known | _OTHERS
    ]


def _unknown(name: str, ending: str, known: list[str]) -> str:
    # The endings are compared: with the prefix, which all have, any two names would be near each other.
    nearest = get_close_matches(ending, known, n=1)
    hint = f": did you mean {_PREFIX}{nearest[0]}?" if nearest else "."
    return f"{name} is not a setting and has no effect{hint}"
