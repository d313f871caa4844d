"""The commands about models: ``doctor --model`` and ``models refresh``, and how a terminal shows what ends."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from openai import OpenAIError
from rich.console import Console
from rich.markup import escape

from chatkit_link.agents.catalog import Catalog
from chatkit_link.agents.model_probe import probe, server_words
from chatkit_link.agents.models.provider import openai_client
from chatkit_link.agents.models.refresh import ask_dates, write_dates
from chatkit_link.agents.models.shutdowns import Notice, has_error, refreshed_file, server_of
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings

#: Seconds that a server may take to list its models.
_LISTING = 20
_STYLES = {"ok": "green", "warning": "yellow", "error": "red", "failed": "red"}


def ask_model(settings: Settings, today: date) -> int:
    """Ask the configured server, print what came of each step, and give the exit status."""
    if settings.offline:
        _print("There is nothing to ask: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set, so no model answers.")
        return 0
    _print(f"Asking {settings.model_name} at {server_of(settings)} ...")
    logging.disable()  # what fails is a line here, and needs none of the Agents SDK's beside it
    try:
        outcomes = asyncio.run(probe(settings))
    finally:
        logging.disable(logging.NOTSET)
    for outcome in outcomes:
        _line(outcome.level, f"{outcome.step}: {outcome.text}")
    notices = shutdown_notices(settings, Catalog(), {}, today)
    print_notices(notices)
    return 1 if has_error(notices) or any(outcome.level == "failed" for outcome in outcomes) else 0


def refresh_dates(settings: Settings, file: Path | None, today: date) -> None:
    """Ask the configured server for its models, and write the days on which they are shut down.

    Raises:
        ConfigurationError: there is no server, it cannot be asked, or it gives no dates.
    """
    if settings.offline:
        raise ConfigurationError("There is no model's server to ask: set OPENAI_API_KEY.")
    try:
        listed = asyncio.run(_listed(settings))
    except (OpenAIError, TimeoutError) as error:
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
        raise ConfigurationError(f"The model's server did not list its models: {server_words(error, key)}") from error
    written = file or refreshed_file(settings)
    found = write_dates(settings, listed, written, today)
    _print(f"{written} is up to date: {found.dated} of {found.listed} models have a day on which they are shut down.")


async def _listed(settings: Settings) -> dict[str, date | None]:
    client = openai_client(settings)
    assert client is not None  # the settings name a server
    async with client, asyncio.timeout(_LISTING):
        return await ask_dates(client)


def print_notices(notices: Iterable[Notice]) -> None:
    """Print a line for each, its level first."""
    for notice in notices:
        _line(notice.level, notice.text)


def _line(level: str, text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(f"[{_STYLES[level]}]{level:<7}[/]", escape(text))


def _print(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)
