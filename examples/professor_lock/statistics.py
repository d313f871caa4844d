"""Widgets of statistics, predictions and your own tables, and the card over a mention."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from chatkit.widgets import WidgetRoot

from . import moments
from .backend import Prediction
from .stats import Player, StatAnswer
from .supabase import TableQuery, columns_of
from .widgets.typed import StatTableColumnsItem, load

#: Rows and columns that a table displays, and characters of one of its cells.
_ROWS: Final = 20
_COLUMNS: Final = 6
_CELL: Final = 80
_NUMBER = re.compile(r"[+-]?[$€£]?\d[\d.,]*\s?%?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)")


def stat_answer(question: str, answer: StatAnswer, *, sample: bool) -> WidgetRoot:
    """A sentence, with a link to where it is from."""
    return load("stat-answer").build(
        {"question": question, "answer": answer.answer, "link": answer.link, "sample": sample}
    )


def player_card(player: Player, *, answer: str, sample: bool, link: str = "") -> WidgetRoot:
    """link: Markdown."""
    return load("player-card").build(
        {
            "name": player.name,
            "team": player.team,
            "position": player.position,
            "figures": [{"label": figure.label, "value": figure.value} for figure in player.figures[:4]],
            "answer": answer,
            "link": link,
            "sample": sample,
        }
    )


def stat_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, sample: bool, note: str = "", link: str = ""
) -> WidgetRoot:
    """Rows are made as long as the head of the table; columns of numbers stand at its end. link: Markdown."""
    width = len(columns)
    cells = [([*row] + [""] * width)[:width] for row in rows[:_ROWS]]
    return load("stat-table").build(
        {
            "title": title,
            "columns": [_column(name, [row[at] for row in cells]) for at, name in enumerate(columns)],
            "rows": cells,
            "note": " · ".join(filter(None, [note, _cut(rows)])),
            "link": link,
            "sample": sample,
        }
    )


def prediction_table(predictions: Sequence[Prediction], *, sample: bool) -> WidgetRoot:
    """Each pick with its price, how sure the model is, and why."""
    return load("predictions").build(
        {
            "title": "Predictions",
            "predictions": [
                {
                    "game": one.game,
                    "pick": one.pick,
                    "odds": one.odds or "–",
                    "confidence": "–" if one.confidence is None else f"{one.confidence:.0f} %",
                    "reasoning": one.reasoning,
                }
                for one in predictions[:_ROWS]
            ],
            "note": _cut(predictions) if predictions else "There are none for these games.",
            "sample": sample,
        }
    )


def own_table(query: TableQuery, rows: Sequence[dict[str, Any]], zone: str) -> WidgetRoot:
    """Rows of your database. Columns of ids that only a machine reads, or of nothing, are there if asked for."""
    said = [name for name in columns_of(rows) if not all(_says_nothing(row.get(name)) for row in rows)]
    names = query.columns or said
    names = names[:_COLUMNS]
    conditions = [f"{one.column} {one.operator} {one.value}" for one in query.filters]
    found = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    return stat_table(
        _label(query.table),
        [_label(name) for name in names],
        [[_cell(row.get(name), zone) for name in names] for row in rows],
        note=" · ".join([found, *conditions]),
        sample=False,
    )


def _cut(rows: Sequence[object]) -> str:
    """That a table does not display all of them; empty where it does."""
    return f"Only the first {_ROWS} of {len(rows)} are displayed." if len(rows) > _ROWS else ""


def _column(name: str, cells: Sequence[str]) -> StatTableColumnsItem:
    filled = [cell for cell in cells if cell not in ("", "–")]
    return {"name": name, "align": "end" if filled and all(map(_NUMBER.fullmatch, filled)) else "start"}


def _label(name: str) -> str:
    words = name.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}"


def _says_nothing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, str) and _UUID.fullmatch(value) is not None)


def _cell(value: Any, zone: str) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return moments.day_and_time(datetime.fromisoformat(value), zone)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
