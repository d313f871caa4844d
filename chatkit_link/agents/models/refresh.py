"""The table of shutdowns, updated with a server's list of its own models.

Source: "List models", GET /v1/models, whose entries may carry ``shutdown_date``: a day as YYYY-MM-DD, or null.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openai import AsyncOpenAI

from chatkit_link.agents.models.item_origin import is_openai
from chatkit_link.agents.models.shutdowns import (
    SHIPPED,
    Feature,
    ShutdownRow,
    Shutdowns,
    Table,
    combine,
    read_table,
    server_of,
)
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings

_HEAD = """\
# When models and features of an API are shut down. A name without a date at its end stands for its dated
# snapshots, too, unless these have rows of their own.
#
# `chatkit-link models refresh` writes this file from GET /v1/models, and keeps what that does not answer. In a
# checkout, `--file chatkit_link/agents/models/shutdowns.toml` does the same to the file that is shipped: the
# replacements, which the API does not name, are put in there by hand, from OpenAI's page.
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """listed: models of the server. dated: those with a date."""

    listed: int
    dated: int


async def ask_dates(client: AsyncOpenAI) -> dict[str, date | None]:
    """The models that a server lists, each with the day of its shutdown.

    Raises:
        openai.OpenAIError: the server refuses, or cannot be reached.
        ConfigurationError: what it sends is no list of models.
    """
    try:
        return {model.id: _day(getattr(model, "shutdown_date", None)) async for model in client.models.list()}
    except (AttributeError, TypeError, ValueError) as error:  # the client gives what is no JSON as it is
        raise ConfigurationError(f"{client.base_url.host} does not answer with a list of its models.") from error


def write_dates(settings: Settings, listed: Mapping[str, date | None], file: Path, today: date) -> Refreshed:
    """Write into ``file`` what the configured server listed on this day.

    Raises:
        ConfigurationError: the server gives no dates; nothing is written then.
    """
    dated = {name: day for name, day in listed.items() if day is not None}
    server = server_of(settings)
    if not dated:
        raise ConfigurationError(
            f"{server} lists {len(listed)} models and no shutdown_date of any: nothing is written. "
            "Only OpenAI's own API is known to give dates."
        )
    before = _before(file, server, today)
    shipped = read_table(SHIPPED) if is_openai(server) else Table(checked=today)
    source = f"{server}/models, asked on {today.isoformat()}"
    table = updated(before, listed, source, today, known=combine([shipped, before]))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(as_toml(table), encoding="utf-8")
    return Refreshed(len(listed), len(dated))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _before(file: Path, server: str, today: date) -> Table:
    try:
        table = read_table(file)
    except (OSError, ValueError):
        table = None
    return table if table is not None and table.server == server else Table(checked=today, server=server)


def updated(before: Table, listed: Mapping[str, date | None], source: str, today: date, *, known: Shutdowns) -> Table:
    """``before`` with the dates of ``listed``, where they are news. known: the dates and replacements so far."""
    news = {name: day for name, day in listed.items() if day is not None and _date(known, name) != day}
    reopened = {name for name, day in listed.items() if day is None and name in known.models}
    rows = [
        row.model_copy(update={"models": remaining})
        for row in before.shutdown
        if (remaining := [name for name in row.models if name not in news and name not in reopened])
    ]
    for name, day in news.items():
        end = known.find(name)
        rows.append(ShutdownRow(models=[name], date=day, replacement=end.replacement if end else "", source=source))
    # A name that the shipped table dates and the server does not: the file that overlays it has to list it as undated.
    undated = sorted(reopened - {name for row in before.shutdown for name in row.models} | {*before.undated} - {*news})
    return before.model_copy(update={"checked": today, "undated": undated, "shutdown": _grouped(rows)})


def _date(known: Shutdowns, name: str) -> date | None:
    end = known.find(name)
    return end.date if end else None


def _grouped(rows: Iterable[ShutdownRow]) -> list[ShutdownRow]:
    """One row for entries that differ in nothing but the name; what ends last comes first."""
    groups: dict[tuple[date, str, str], list[str]] = {}
    for row in rows:
        groups.setdefault((row.date, row.replacement, row.source), []).extend(row.models)
    return [
        ShutdownRow(models=sorted(set(names)), date=day, replacement=replacement, source=source)
        for (day, replacement, source), names in sorted(groups.items(), key=lambda group: group[0], reverse=True)
    ]


def as_toml(table: Table) -> str:
    """The table as the text of its file. A JSON string is a TOML string."""
    head = [_HEAD.rstrip(), f"checked = {table.checked.isoformat()}", f"server = {json.dumps(table.server)}"]
    if table.undated:
        head.append(f"undated = {_names(table.undated)}")
    blocks = ["\n".join(head)]
    for row in table.shutdown:
        blocks.append("\n".join(["[[shutdown]]", f"models = {_names(row.models)}", *_end(row)]))
    for one in table.feature:
        blocks.append("\n".join(["[[feature]]", f"name = {json.dumps(one.name)}", *_end(one)]))
    return "\n\n".join(blocks) + "\n"


def _names(names: list[str]) -> str:
    line = ", ".join(json.dumps(name) for name in names)
    return f"[{line}]" if len(line) < 100 else "[\n" + "".join(f"    {json.dumps(name)},\n" for name in names) + "]"


def _end(row: ShutdownRow | Feature) -> list[str]:
    replacement = [f"replacement = {json.dumps(row.replacement)}"] if row.replacement else []
    return [f"date = {row.date.isoformat()}", *replacement, f"source = {json.dumps(row.source)}"]
