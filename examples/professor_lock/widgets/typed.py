"""What the widgets take. Written by `chatkit-link widgets types`; it is not edited by hand."""

from pathlib import Path
from typing import Any, Literal, overload

from typing_extensions import TypedDict

from chatkit_link import widgets
from chatkit_link.widgets import Template


class BetSlipLegsItemPick(TypedDict):
    event: str
    bookmaker: str
    market: Literal["h2h", "spreads", "totals"]
    outcome: str


class BetSlipLegsItem(TypedDict):
    pick: BetSlipLegsItemPick
    name: str
    game: str
    bookmaker: str
    price: str
    moved: str
    reason: str


class BetSlip(TypedDict):
    legs: list[BetSlipLegsItem]
    sample: bool
    stake: str
    american: str
    decimal: str
    probability: str
    payout: str
    profit: str
    responsible: str
    caveats: str
    confirmed: bool
    warning: str


class GameCardLinesItem(TypedDict):
    name: str
    price: str


class GameCard(TypedDict):
    title: str
    caption: str
    lines: list[GameCardLinesItem]
    sample: bool


class GameOddsView(TypedDict):
    sport: str
    market: Literal["h2h", "spreads", "totals"]
    event: str
    bookmaker: str
    live: bool


class GameOddsView2(TypedDict):
    sport: str
    market: Literal["h2h", "spreads", "totals"]
    event: str
    bookmaker: str
    live: bool


class GameOddsView3(TypedDict):
    sport: str
    market: Literal["h2h", "spreads", "totals"]
    event: str
    bookmaker: str
    live: bool


class GameOddsChoice(TypedDict):
    name: str
    chosen: bool
    view: GameOddsView3


class GameOddsPrice(TypedDict):
    event: str
    bookmaker: str
    market: Literal["h2h", "spreads", "totals"]
    outcome: str
    shown: str
    best: bool
    moved: Literal["", "up", "down"]
    picked: bool
    closed: bool


class GameOddsRow(TypedDict):
    name: str
    prices: list[GameOddsPrice | None]


class GameOddsTable(TypedDict):
    columns: list[str]
    rows: list[GameOddsRow]


class GameOdds(TypedDict):
    view: GameOddsView
    live: bool
    other: GameOddsView2 | None
    updated: str
    movement: str
    sample: bool
    title: str
    caption: str
    bookmakers: list[GameOddsChoice]
    tables: list[GameOddsTable]
    note: str
    slip: str


class LineMovementPointsItem(TypedDict):
    time: str
    value: float


class LineMovement(TypedDict):
    pick: str
    place: str
    since: str
    then: str
    now: str
    axis: str
    times: str
    points: list[LineMovementPointsItem]
    sample: bool


class OddsBoardView(TypedDict):
    sport: str
    market: Literal["h2h", "spreads", "totals"]
    event: str
    bookmaker: str
    live: bool


class OddsBoardView2(TypedDict):
    sport: str
    market: Literal["h2h", "spreads", "totals"]
    event: str
    bookmaker: str
    live: bool


class OddsBoardView3(TypedDict):
    sport: str
    market: Literal["h2h", "spreads", "totals"]
    event: str
    bookmaker: str
    live: bool


class OddsBoardChoice(TypedDict):
    name: str
    chosen: bool
    view: OddsBoardView3


class OddsBoardPrice(TypedDict):
    event: str
    bookmaker: str
    market: Literal["h2h", "spreads", "totals"]
    outcome: str
    shown: str
    best: bool
    moved: Literal["", "up", "down"]
    picked: bool
    closed: bool


class OddsBoardRow(TypedDict):
    name: str
    prices: list[OddsBoardPrice | None]


class OddsBoardGame(TypedDict):
    title: str
    league: str
    starts: str
    columns: list[str]
    rows: list[OddsBoardRow]
    note: str


class OddsBoard(TypedDict):
    view: OddsBoardView
    live: bool
    other: OddsBoardView2 | None
    updated: str
    movement: str
    sample: bool
    markets: list[OddsBoardChoice]
    games: list[OddsBoardGame]
    more: str
    legend: str
    slip: str


class ParlayLegsItemPick(TypedDict):
    event: str
    bookmaker: str
    market: Literal["h2h", "spreads", "totals"]
    outcome: str


class ParlayLegsItem(TypedDict):
    pick: ParlayLegsItemPick
    name: str
    game: str
    bookmaker: str
    price: str
    moved: str
    reason: str


class Parlay(TypedDict):
    legs: list[ParlayLegsItem]
    sample: bool
    note: str
    stake: str
    american: str
    decimal: str
    probability: str
    payout: str
    profit: str
    responsible: str
    caveats: str
    warning: str
    typed: str
    wrong: str


class PlayerCardFiguresItem(TypedDict):
    label: str
    value: str


class PlayerCard(TypedDict):
    name: str
    team: str
    position: str
    figures: list[PlayerCardFiguresItem]
    answer: str
    link: str
    sample: bool


class PredictionsPredictionsItem(TypedDict):
    game: str
    pick: str
    odds: str
    confidence: str
    reasoning: str


class Predictions(TypedDict):
    title: str
    predictions: list[PredictionsPredictionsItem]
    note: str
    sample: bool


class StatAnswer(TypedDict):
    question: str
    answer: str
    link: str
    sample: bool


class StatTableColumnsItem(TypedDict):
    name: str
    align: Literal["start", "end"]


class StatTable(TypedDict):
    title: str
    columns: list[StatTableColumnsItem]
    rows: list[list[str]]
    note: str
    link: str
    sample: bool


@overload
def load(name: Literal["bet-slip"]) -> Template[BetSlip]: ...


@overload
def load(name: Literal["game-card"]) -> Template[GameCard]: ...


@overload
def load(name: Literal["game-odds"]) -> Template[GameOdds]: ...


@overload
def load(name: Literal["line-movement"]) -> Template[LineMovement]: ...


@overload
def load(name: Literal["odds-board"]) -> Template[OddsBoard]: ...


@overload
def load(name: Literal["parlay"]) -> Template[Parlay]: ...


@overload
def load(name: Literal["player-card"]) -> Template[PlayerCard]: ...


@overload
def load(name: Literal["predictions"]) -> Template[Predictions]: ...


@overload
def load(name: Literal["stat-answer"]) -> Template[StatAnswer]: ...


@overload
def load(name: Literal["stat-table"]) -> Template[StatTable]: ...


def load(name: str) -> Template[Any]:
    """The template in ``{name}.widget``; read again when the file changed. Raises ``WidgetError``."""
    return widgets.load(name, Path(__file__).parent)
