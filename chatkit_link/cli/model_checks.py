"""Models, checked: what ``doctor --model`` asks of their server, and the days on which they are shut down."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from openai import OpenAIError
from rich.markup import escape

from chatkit_link.agents.catalog import Catalog
from chatkit_link.agents.model_probe import Outcome, probe, server_message
from chatkit_link.agents.models.provider import openai_client
from chatkit_link.agents.models.refresh import Refreshed, ask_dates, write_dates
from chatkit_link.agents.models.shutdowns import Notice, refreshed_file
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.cli import event_loop
from chatkit_link.cli.output import console
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings

#: Seconds that a server may take to list its models.
_LISTING = 20
_STYLES = {"ok": "green", "note": "yellow", "warning": "yellow", "error": "red", "failed": "red", "bad": "red"}


def day(given: datetime | None) -> date:
    """The day of the option ``--on``; today in UTC if it was not given."""
    return (given or datetime.now(UTC)).date()


def ask_model(settings: Settings, today: date) -> tuple[list[Outcome], list[Notice]]:
    """Ask the configured server for each thing that a chat needs, and look for what is shut down."""
    logging.disable()  # what fails is a line here, and needs none of the Agents SDK's beside it
    try:
        outcomes = event_loop.run(probe(settings))
    finally:
        logging.disable(logging.NOTSET)
    return outcomes, shutdown_notices(settings, Catalog(), {}, today)


def refresh_dates(settings: Settings, file: Path | None, today: date) -> tuple[Path, Refreshed]:
    """Ask the configured server for its models, and write the days on which they are shut down.

    Raises:
        ConfigurationError: there is no server, it cannot be asked, it gives no dates, or they cannot be written.
    """
    if settings.offline:
        raise ConfigurationError("There is no model's server to ask: set OPENAI_API_KEY.")
    try:
        listed = event_loop.run(_listed(settings))
    except (OpenAIError, TimeoutError) as error:
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
        raise ConfigurationError(f"The model's server did not list its models: {server_message(error, key)}") from error
    written = file or refreshed_file(settings)
    return written, write_dates(settings, listed, written, today)


async def _listed(settings: Settings) -> dict[str, date | None]:
    client = openai_client(settings)
    assert client is not None  # the settings name a server
    async with client, asyncio.timeout(_LISTING):
        return await ask_dates(client)


def print_notices(notices: Iterable[Notice]) -> None:
    """Print a line for each, its level first."""
    for notice in notices:
        print_level(notice.level, notice.text)


def print_level(level: str, text: str) -> None:
    console().print(f"[{_STYLES[level]}]{level:<7}[/]", escape(text))
