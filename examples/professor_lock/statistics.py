"""Widgets of statistics and predictions, and the card over a mention."""

from collections.abc import Sequence

from chatkit.widgets import WidgetRoot

from chatkit_link.widgets import WidgetLibrary

from .backend import Prediction
from .stats import Player, StatAnswer


def player_card(library: WidgetLibrary, player: Player, *, answer: str, sample: bool) -> WidgetRoot:
    figures = [figure.model_dump() for figure in player.figures[:4]]
    data = player.model_dump(include={"name", "team", "position"}) | {"figures": figures}
    return library.load("player-card").build(data | {"answer": answer, "sample": sample})


def stat_table(library: WidgetLibrary, title: str, answer: StatAnswer, *, sample: bool) -> WidgetRoot:
    """Rows are made as long as the head of the table."""
    width = len(answer.columns)
    rows = [(row + [""] * width)[:width] for row in answer.rows[:20]]
    data = {"title": title, "columns": answer.columns, "rows": rows, "source": answer.url or "", "sample": sample}
    return library.load("stat-table").build(data)


def prediction_table(library: WidgetLibrary, predictions: Sequence[Prediction], *, sample: bool) -> WidgetRoot:
    rows = [[one.game, one.pick, f"{one.confidence:.0f} %"] for one in predictions]
    answer = StatAnswer(columns=["Game", "Pick", "Confidence"], rows=rows)
    return stat_table(library, "Predictions", answer, sample=sample)
