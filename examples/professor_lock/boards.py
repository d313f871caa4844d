"""Boards and cards of odds, built for a user's thread: the odds of now, what changed, and the user's own legs."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatkit.widgets import WidgetRoot

from chatkit_link.errors import Unprocessable

from . import moments
from .board import Display, game_odds, odds_board
from .movement import Displayed
from .odds_api import Event, OddsFeed
from .parlay import Parlay
from .view import View

_GONE = "These games are over, or nobody takes bets on them any more. Ask for the odds again."


@dataclass(frozen=True, slots=True)
class Done:
    """What a click on a price of this game has done to the slip, in a sentence."""

    event: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Boards:
    """every: seconds between two refreshes of a board that is in view; 0 for none."""

    feed: OddsFeed
    clock: moments.Clock
    every: int

    async def build(
        self,
        view: View,
        parlay: Parlay,
        *,
        zone: str,
        before: WidgetRoot | None = None,
        done: Done | None = None,
    ) -> WidgetRoot:
        """The widget of a view. before: the one whose place it takes, against which prices have moved.

        Raises:
            FeedError: the odds cannot be looked up.
            Unprocessable: nobody offers the game any more.
        """
        events = await self.events(view)
        display = Display(
            now=self.clock(),
            zone=zone,
            sample=self.feed.sample,
            every=self.every,
            before=Displayed.of(before) if before else Displayed(),
            picked=frozenset((leg.event, leg.bookmaker, leg.market, leg.outcome) for leg in parlay.legs),
            notes=_notes(parlay, done),
            slip=f"Open slip: {parlay.brief}" if parlay.legs else "",
        )
        if not view.event:
            return odds_board(events, view, display)
        if not events:
            raise Unprocessable(_GONE)
        return game_odds(events[0], view, display)

    async def follow(self, view: View, parlay: Parlay, *, zone: str, before: WidgetRoot) -> WidgetRoot:
        """The same, as long as one of its games is still on offer: yesterday's board does not become today's."""
        games = Displayed.of(before).games
        if games and not any(event.id in games for event in await self.events(view)):
            raise Unprocessable(_GONE)
        return await self.build(view, parlay, zone=zone, before=before)

    async def events(self, view: View) -> Sequence[Event]:
        """The games of a view. Raises FeedError."""
        if not view.event:
            return await self.feed.events(view.sport)
        event = await self.feed.event(view.event)
        return [event] if event else []


def _notes(parlay: Parlay, done: Done | None) -> dict[str, str]:
    """By game, what stands below it: what was just done there, or else the legs that it has on the slip."""
    notes = {leg.event: parlay.note_on(leg.event) for leg in parlay.legs}
    return notes | ({done.event: parlay.note_on(done.event, done.sentence)} if done else {})
