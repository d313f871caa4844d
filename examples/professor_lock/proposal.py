"""Legs that the Professor puts together himself: of different games, at one bookmaker, under a limit.

Of all that is on offer it takes the legs on which the bookmaker keeps least: those whose fair probability, its margin
taken off, times the price is highest. That makes no bet a good one, and is the one thing that a board can tell.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from chatkit_link.errors import Unprocessable

from . import odds
from .odds_api import MARKETS, Bookmaker, Event
from .parlay import Leg, Pick, quote

#: The games that come first: more are not gone through.
_GAMES = 20
#: Combinations that are kept while games are gone through, for each number of legs.
_KEPT = 24


@dataclass(frozen=True, slots=True)
class _Candidate:
    """fair: its probability without the margin. decimal, value: for comparison, where a float is enough."""

    leg: Leg
    fair: Fraction
    decimal: float
    value: float


@dataclass(frozen=True, slots=True)
class _Combination:
    """decimal: what it pays. value: the share of a stake that it gives back in the long run."""

    legs: tuple[_Candidate, ...] = ()
    decimal: float = 1.0
    value: float = 1.0

    def and_also(self, one: _Candidate) -> "_Combination":
        return _Combination((*self.legs, one), self.decimal * one.decimal, self.value * one.value)


def propose(events: Sequence[Event], *, legs: int, under: Fraction | None) -> list[Leg]:
    """So many legs, each with its reason. under: decimal odds that all of them stay below.

    Raises:
        Unprocessable: there are not so many games, or no such legs stay below it.
    """
    games = events[:_GAMES]
    books = sorted({book.key for event in games for book in event.bookmakers})
    # A little less, so that rounding never lets one through.
    limit = inf if under is None else float(under) * (1 - 1e-9)
    found = [one for key in books if (one := _best(games, key, legs, limit, _by_value))]
    if found:
        return [_with_reason(one) for one in max(found, key=_by_value).legs]
    shortest = [one for key in books if (one := _best(games, key, legs, inf, _by_price))]
    if not shortest:
        raise Unprocessable(f"There are not enough games for {legs} legs: the board has {len(events)}.")
    prices = [odds.parlay([one.leg.decimal for one in each.legs]) for each in shortest]
    least = odds.write_american(min(prices))
    raise Unprocessable(f"The shortest {legs} legs on the board come to {least} together, which is not under that.")


def _by_value(one: _Combination) -> float:
    return one.value


def _by_price(one: _Combination) -> float:
    return -one.decimal


def _best(
    events: Sequence[Event], book: str, legs: int, limit: float, rank: Callable[[_Combination], float]
) -> _Combination | None:
    """The combination of one bookmaker that ranks highest, each leg of another game."""
    kept: list[list[_Combination]] = [[_Combination()], *([] for _ in range(legs))]
    for event in events:
        candidates = list(_candidates(event, event.bookmaker(book)))
        # From the longest on, so that a game is in a combination once.
        for size in range(legs, 0, -1):
            longer = (one.and_also(candidate) for one in kept[size - 1] for candidate in candidates)
            everything = kept[size] + [one for one in longer if one.decimal < limit]
            best = sorted(everything, key=rank, reverse=True)[:_KEPT]
            # The shortest ones leave most room below the limit.
            low = sorted(everything, key=_by_price, reverse=True)[:_KEPT]
            kept[size] = best + [one for one in low if all(one is not other for other in best)]
    return max(kept[legs], key=rank, default=None)


def _candidates(event: Event, book: Bookmaker | None) -> Iterator[_Candidate]:
    if book is None:
        return
    for key in MARKETS:
        market = book.market(key)
        if market is None or len(market.outcomes) != len(event.sides(key)):
            continue
        fair = odds.without_margin([outcome.decimal for outcome in market.outcomes])
        for outcome, probability in zip(market.outcomes, fair, strict=True):
            pick = Pick(event=event.id, bookmaker=book.key, market=key, outcome=outcome.name)
            if leg := quote(event, pick):
                yield _Candidate(leg, probability, float(leg.decimal), float(probability * leg.decimal))


def _with_reason(one: _Candidate) -> Leg:
    fair = odds.rounded(one.fair * 100, 1)
    implied = odds.rounded(odds.implied_probability(one.leg.decimal) * 100, 1)
    return one.leg.because(f"A small margin: the price implies {implied} %, and {fair} % is fair.")
