"""What the model asks for in words, found on the board: games, outcomes, bookmakers, and legs of a parlay."""

from collections.abc import Sequence
from fractions import Fraction

from pydantic import BaseModel, Field

from chatkit_link.errors import Unprocessable

from . import odds
from .games import find_game, words_of
from .odds_api import Event, MarketKey
from .parlay import Leg, Parlay, Pick, quote


class Choice(BaseModel):
    """A leg as the model names it. It has no price: that is looked up."""

    game: str = Field(description="A team's name, or the game's id.")
    market: MarketKey = Field(description="h2h is the moneyline.")
    outcome: str = Field(description="A team's name, Draw, Over or Under.")
    reason: str = Field(default="", description="Why this leg, in one short sentence without a price.")


def find_legs(events: Sequence[Event], choices: Sequence[Choice], bookmaker: str, own: Sequence[Leg]) -> list[Leg]:
    """The legs at the prices of now. bookmaker: where they are to be had; empty for whichever is best.

    All are taken at one bookmaker if one has them all, that of ``own`` legs before others, so that they can be one bet.

    Raises:
        Unprocessable: a game, an outcome or a price of them is not on the board.
    """
    offers = [_offers(_game(events, choice.game), choice, bookmaker) for choice in choices]
    shared = set[str].intersection(*({leg.bookmaker for leg in legs} for legs in offers))
    among = (shared & {leg.bookmaker for leg in own}) or shared
    # Where no bookmaker has all of them, each is taken where it pays most.
    together = max(sorted(among), key=lambda key: odds.parlay([_at(legs, key) for legs in offers]), default=None)
    legs = [
        max((leg for leg in offered if together in (None, leg.bookmaker)), key=lambda leg: leg.decimal)
        for offered in offers
    ]
    return [leg.because(" ".join(choice.reason.split())[:160]) for leg, choice in zip(legs, choices, strict=True)]


def _at(legs: Sequence[Leg], bookmaker: str) -> Fraction:
    return next(leg.decimal for leg in legs if leg.bookmaker == bookmaker)


def without(parlay: Parlay, removed: Sequence[str]) -> list[Leg]:
    """The legs that stay when those are removed that ``removed`` names, each in words; "all" names every leg.

    Raises:
        Unprocessable: one of them names no leg.
    """
    gone = [leg for words in removed for leg in _meant(parlay, words)]
    return [leg for leg in parlay.legs if leg not in gone]


def _meant(parlay: Parlay, words: str) -> list[Leg]:
    """The legs of just that name, or whose name has the most of the words; among them, those whose game has."""
    if named := [leg for leg in parlay.legs if leg.name.casefold() == " ".join(words.casefold().split())]:
        return named
    wanted = words_of(words)
    if wanted & {"all", "everything"}:
        return parlay.legs
    scores = [(len(wanted & words_of(leg.name)), len(wanted & words_of(leg.game))) for leg in parlay.legs]
    best = max(scores, default=(0, 0))
    if any(best):
        return [leg for leg, score in zip(parlay.legs, scores, strict=True) if score == best]
    there = ", ".join(leg.name for leg in parlay.legs) or "none"
    raise Unprocessable(f"No leg of the parlay is meant by {words!r}. Its legs: {there}.")


def _game(events: Sequence[Event], words: str) -> Event:
    event = find_game(events, words)
    if event is None:
        raise Unprocessable(f"No coming game is meant by {words!r}. Look at the odds board for the games there are.")
    return event


def _offers(event: Event, choice: Choice, bookmaker: str) -> list[Leg]:
    """This outcome at each bookmaker that has it."""
    name = _outcome(event, choice)
    books = [
        book
        for book in event.bookmakers
        if not bookmaker or bookmaker.casefold() in {book.key.casefold(), book.title.casefold()}
    ]
    picks = [Pick(event=event.id, bookmaker=book.key, market=choice.market, outcome=name) for book in books]
    legs = [leg for pick in picks if (leg := quote(event, pick))]
    if not legs:
        where = f" at {bookmaker}" if bookmaker else ""
        raise Unprocessable(f"{name} of {event.title} is not on the board{where}.")
    return legs


def _outcome(event: Event, choice: Choice) -> str:
    sides = event.sides(choice.market)
    wanted = words_of(choice.outcome)
    scores = {side: len(wanted & words_of(side)) for side in sides}
    best = max(scores, key=lambda side: scores[side])
    if not scores[best] or list(scores.values()).count(scores[best]) > 1:
        raise Unprocessable(f"{choice.outcome!r} is no outcome of {event.title}. There are: {', '.join(sides)}.")
    return best
