"""The widgets of a parlay: the slip that can be changed, the one to look through, and the one that is confirmed."""

from chatkit.widgets import WidgetRoot
from typing_extensions import TypedDict

from . import odds
from .parlay import NO_STAKE, Parlay
from .widgets.typed import BetSlipLegsItem, load

RESPONSIBLE = (
    "Only stake what you can afford to lose, and stop when it stops being fun. "
    "Help is free and confidential: in the US call 1-800-GAMBLER; elsewhere see gamblingtherapy.org."
)


class Figures(TypedDict):
    """What all of them show."""

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


def editable_slip(parlay: Parlay, *, sample: bool, note: str = "", warning: str = "") -> WidgetRoot:
    """note: on what was just done. warning: on what the user should know first."""
    typed = parlay.refused
    return load("parlay").build(
        {
            **figures(parlay, sample=sample),
            "note": note,
            "warning": warning,
            "typed": f"{parlay.stake:.2f}" if typed is None else typed,
            "wrong": "" if typed is None else NO_STAKE,
        }
    )


def slip_to_confirm(parlay: Parlay, *, sample: bool, warning: str = "") -> WidgetRoot:
    """As it would be confirmed. warning: on what has changed since the user last saw it."""
    return _final(parlay, sample=sample, confirmed=False, warning=warning)


def confirmed_slip(parlay: Parlay, *, sample: bool) -> WidgetRoot:
    """What was handed to the page. No bet is placed here."""
    return _final(parlay, sample=sample, confirmed=True, warning="")


def _final(parlay: Parlay, *, sample: bool, confirmed: bool, warning: str) -> WidgetRoot:
    return load("bet-slip").build({**figures(parlay, sample=sample), "confirmed": confirmed, "warning": warning})


def figures(parlay: Parlay, *, sample: bool = False) -> Figures:
    """Worked out here, whatever a browser or a model says."""
    combined = parlay.decimal
    return {
        "legs": [
            {
                "pick": {
                    "event": leg.event,
                    "bookmaker": leg.bookmaker,
                    "market": leg.market,
                    "outcome": leg.outcome,
                },
                "name": leg.name,
                "game": leg.game,
                "bookmaker": leg.book,
                "price": f"{leg.price:+d}",
                "moved": f"was {leg.moved}" if leg.moved else "",
                "reason": leg.reason,
            }
            for leg in parlay.legs
        ],
        "stake": f"{parlay.stake:.2f}",
        "american": odds.write_american(combined) if parlay.legs else "",
        "decimal": str(odds.rounded(combined, 2)),
        "probability": f"{odds.rounded(odds.implied_probability(combined) * 100, 1)} %" if parlay.legs else "",
        "payout": f"{parlay.payout:,.2f}",
        "profit": f"{parlay.payout - parlay.stake:,.2f}",
        "caveats": parlay.caveats,
        "responsible": RESPONSIBLE,
        "sample": sample,
    }
