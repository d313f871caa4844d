"""When models end: the shipped table, a server's list of its own models, and what is due on a given day.

The table covers OpenAI's own API. Another server's `gpt-4o` is that server's business, Azure's too, which retires
its deployments by a calendar of its own; such a server counts only where it gives dates itself, and was asked for
them with ``chatkit-link models refresh``.
"""

import logging
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from chatkit_link.agents.models.item_origin import is_openai, without_credentials
from chatkit_link.settings import Settings

logger = logging.getLogger(__name__)

Level = Literal["warning", "error"]

SHIPPED = Path(__file__).with_name("shutdowns.toml")
OPENAI = "https://api.openai.com/v1"
PROMPTS = "reusable prompts"
EVALS = "Evals"
#: Days before a shutdown from which on it is a warning.
NOTICE_DAYS = 30
# gpt-5-mini-2025-08-07 is a snapshot of gpt-5-mini.
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
# Fine-tuned models end with the model that they are made from: ft:gpt-4o-mini-2024-07-18:acme::B1x2.
_FINE_TUNED = re.compile(r"ft:([^:]+)(:.*)?")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ShutdownRow(_Strict):
    """Models with one date. replacement: what their server recommends, empty if it names nothing."""

    models: list[str]
    date: date
    replacement: str = ""
    source: str


class Feature(_Strict):
    """Something else than a model that ends."""

    name: str
    date: date
    replacement: str = ""
    source: str


class Table(_Strict):
    """The file. checked: the day on which its server was asked or its page was read.

    server: the API that it covers. undated: models that the server lists without a date, which overrides other tables.
    """

    checked: date
    server: str = OPENAI
    undated: list[str] = []
    shutdown: list[ShutdownRow] = []
    feature: list[Feature] = []


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The end of a model or a feature."""

    date: date
    replacement: str
    source: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about something that ends."""

    level: Level
    text: str


def has_error(notices: Iterable[Notice]) -> bool:
    return any(notice.level == "error" for notice in notices)


@dataclass(frozen=True, slots=True)
class Shutdowns:
    """Known ends, by name."""

    models: Mapping[str, Shutdown] = field(default_factory=dict[str, Shutdown])
    features: Mapping[str, Shutdown] = field(default_factory=dict[str, Shutdown])

    def find(self, model: str) -> Shutdown | None:
        """The end of a model, of a dated snapshot of it, or of one that was fine-tuned from it."""
        fine_tuned = _FINE_TUNED.fullmatch(model)
        name = fine_tuned[1] if fine_tuned else model
        return self.models.get(model) or self.models.get(name) or self.models.get(_SNAPSHOT.sub("", name))

    def of_model(self, model: str, today: date) -> Notice | None:
        return _notice(model, self.find(model), today)

    def of_feature(self, name: str, today: date) -> Notice | None:
        return _notice(f"OpenAI's API for {name}", self.features.get(name), today)


def _notice(name: str, end: Shutdown | None, today: date) -> Notice | None:
    if end is None or (days := (end.date - today).days) > NOTICE_DAYS:
        return None
    instead = f"use {end.replacement}" if end.replacement else "choose another"
    day = f"{end.date.day} {_MONTHS[end.date.month - 1]} {end.date.year}"
    if days <= 0:
        return Notice("error", f"{name} was shut down on {day}: {instead}.")
    left = "tomorrow" if days == 1 else f"in {days} days"
    return Notice("warning", f"{name} is shut down on {day}, {left}: {instead}.")


def server_of(settings: Settings) -> str:
    """The address of the configured API, as a table names it, without a password that may be in it."""
    return without_credentials(settings.openai_base_url or OPENAI).rstrip("/")


def refreshed_file(settings: Settings) -> Path:
    """Where ``chatkit-link models refresh`` writes."""
    return settings.data / "model-shutdowns.toml"


def shipped_shutdowns() -> Shutdowns:
    """What holds for every name that goes to OpenAI."""
    return combine([read_table(SHIPPED)])


def shutdowns_for(settings: Settings) -> Shutdowns:
    """What holds for names that go to the configured server."""
    server = server_of(settings)
    tables = [read_table(SHIPPED)] if is_openai(server) else []
    own = _read_own(refreshed_file(settings))
    if own is not None and own.server == server:
        # A newer version of this program knows better than an old answer.
        tables = sorted([*tables, own], key=lambda table: (table.checked, table is own))
    return combine(tables)


def read_table(file: Path) -> Table:
    """Raises ValueError for a file that is no such table."""
    return Table.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def _read_own(file: Path) -> Table | None:
    try:
        return read_table(file) if file.is_file() else None
    except (OSError, ValueError, ValidationError):
        logger.warning("%s cannot be read and is left out: run `chatkit-link models refresh`", file)
        return None


def combine(tables: Iterable[Table]) -> Shutdowns:
    """The tables merged; a later one overrides an earlier one."""
    models: dict[str, Shutdown] = {}
    features: dict[str, Shutdown] = {}
    for table in tables:
        for name in table.undated:
            models.pop(name, None)
        for row in table.shutdown:
            for name in row.models:
                known = models.get(name) or models.get(_SNAPSHOT.sub("", name))
                replacement = row.replacement or (known.replacement if known else "")
                models[name] = Shutdown(row.date, replacement, row.source)
        features |= {one.name: Shutdown(one.date, one.replacement, one.source) for one in table.feature}
    return Shutdowns(models, features)
