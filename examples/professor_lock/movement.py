"""Which prices have moved since a widget was last built: read from the stored widget, so that a reload shows the same.

A price is up when it pays more than before, or on a better line. Marks stay until a price moves again: a widget that
is refreshed twice at the same prices, as by two tabs, is the same twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel

from .odds_api import Event, MarketKey, Outcome
from .offers import offered, read_offered, worth
from .view import nodes_of

#: Event, bookmaker, market and outcome.
PriceKey = tuple[str, str, str, str]
Direction = Literal["", "up", "down"]

UP, DOWN = "▲", "▼"
#: What stands before a price: on the slip, best, up or down.
_MARKS = f"✓★{UP}{DOWN} "
#: Keys of the nodes whose text is read back.
_AS_OF, _MOVEMENT = "as-of", "movement"
_PICKS = frozenset({"lock.add_leg", "lock.drop_leg"})


@dataclass(frozen=True, slots=True)
class Displayed:
    """What a stored widget shows. prices: each as ``offered`` wrote it, with its mark. as_of: such as "18:05 EST"."""

    prices: Mapping[PriceKey, tuple[str, Direction]] = field(default_factory=dict[PriceKey, "tuple[str, Direction]"])
    as_of: str = ""
    movement: str = ""

    @staticmethod
    def of(widget: BaseModel) -> "Displayed":
        prices: dict[PriceKey, tuple[str, Direction]] = {}
        texts: dict[str, str] = {}
        for node in nodes_of(widget):
            texts[str(node.get("key"))] = str(node.get("value"))
            action = node.get("onClickAction") or {}
            if action.get("type") in _PICKS:
                pick, label = action["payload"], str(node.get("label"))
                key = (pick["event"], pick["bookmaker"], pick["market"], pick["outcome"])
                prices[key] = label.lstrip(_MARKS), "up" if UP in label else "down" if DOWN in label else ""
        movement = texts.get(_MOVEMENT, "")
        return Displayed(
            prices, texts.get(_AS_OF, "").removeprefix("As of "), movement if movement.startswith("Since ") else ""
        )

    @property
    def games(self) -> frozenset[str]:
        return frozenset(event for event, *_ in self.prices)


@dataclass(frozen=True, slots=True)
class Movement:
    """marks: of the prices that moved. sentence: how many, and since when; empty where none ever has."""

    marks: Mapping[PriceKey, Direction]
    sentence: str


def movement_since(before: Displayed, events: Sequence[Event], markets: Sequence[MarketKey]) -> Movement:
    """How the prices of these markets have moved since ``before``."""
    now = dict(_offers(events, markets))
    moved: dict[PriceKey, Direction] = {}
    for key, (shown, _) in before.prices.items():
        offer, former = now.get(key), read_offered(key[3], shown)
        if offer and former and offered(key[2], offer) != shown:
            moved[key] = "up" if worth(key[2], offer) > worth(key[2], former) else "down"
    if moved:
        up = sum(direction == "up" for direction in moved.values())
        return Movement(moved, f"Since {before.as_of}: {up} up {UP}, {len(moved) - up} down {DOWN}.")
    # Of another market than before, nothing is known.
    is_same = any(key in now for key in before.prices)
    kept: dict[PriceKey, Direction] = {
        key: direction for key, (_, direction) in before.prices.items() if direction and key in now
    }
    return Movement(kept, before.movement if is_same else "")


def _offers(events: Sequence[Event], markets: Sequence[MarketKey]) -> Iterator[tuple[PriceKey, Outcome]]:
    for event in events:
        for book in event.bookmakers:
            for market in markets:
                for offer in found.outcomes if (found := book.market(market)) else []:
                    yield (event.id, book.key, market, offer.name), offer
