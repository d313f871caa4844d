"""Widgets of statistics and predictions, and the card over a mention."""

from collections.abc import Sequence

from chatkit.widgets import WidgetRoot

from .backend import Prediction
from .stats import Player, StatAnswer
from .widgets.typed import load


def player_card(player: Player, *, answer: str, sample: bool) -> WidgetRoot:
    return load("player-card").build(
        {
            "name": player.name,
            "team": player.team,
            "position": player.position,
            "figures": [{"label": figure.label, "value": figure.value} for figure in player.figures[:4]],
            "answer": answer,
            "sample": sample,
        }
    )


def stat_table(title: str, answer: StatAnswer, *, sample: bool) -> WidgetRoot:
    """Rows are made as long as the head of the table."""
    width = len(answer.columns)
    rows = [(row + [""] * width)[:width] for row in answer.rows[:20]]
    return load("stat-table").build(
        {"title": title, "columns": answer.columns, "rows": rows, "source": answer.url or "", "sample": sample}
    )


def prediction_table(predictions: Sequence[Prediction], *, sample: bool) -> WidgetRoot:
    rows = [[one.game, one.pick, f"{one.confidence:.0f} %"] for one in predictions]
    answer = StatAnswer(columns=["Game", "Pick", "Confidence"], rows=rows)
    return stat_table("Predictions", answer, sample=sample)
