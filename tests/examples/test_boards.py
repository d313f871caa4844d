"""Boards and cards of odds that stay up to date: what moved, what a click does there, and when it ends."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from chatkit.types import WidgetItem
from chatkit.widgets import WidgetRoot

from chatkit_link.client import ClientError
from examples.professor_lock.actions import build_actions
from examples.professor_lock.board import Display, odds_board
from examples.professor_lock.boards import Boards
from examples.professor_lock.movement import Displayed
from examples.professor_lock.odds_api import Event, OddsApi
from examples.professor_lock.offers import offered as written
from examples.professor_lock.offers import read_offered
from examples.professor_lock.parlay import Parlay
from examples.professor_lock.slate import SampleSlate, slate
from examples.professor_lock.view import View
from tests.examples.conftest import Student, nodes, offered, tree, words
from tests.examples.lecture import BEGINS, LectureClock
from tests.examples.test_odds_api import KEY, OddsServer
from tests.examples.test_professor_lock import open_slip
from tests.sdk_server import serve

#: A price that has moved, with what may stand before it.
MOVED = re.compile(r"[✓★]?[▲▼] (?:[+-]?\d+(?:\.\d+)? \([+-]\d{3,}\)|[+-]\d{3,})")


def movement(item: WidgetItem) -> str:
    return next((node["value"] for node in nodes(tree(item.widget)) if node.get("key") == "movement"), "")


def moved(item: WidgetItem) -> list[str]:
    return [word for word in words(item.widget) if MOVED.fullmatch(word)]


async def test_one_card_has_spread_total_and_moneyline_of_a_game(student: Student) -> None:
    answer = await student.ask("What are the odds for the Yankees?")
    card = await student.widget("game-odds")
    said = words(card.widget)
    assert {"New York Yankees @ Boston Red Sox", "Spread", "Moneyline", "Total", "Over", "Under", "Sample data"} <= set(
        said
    )
    prices = offered(card.widget, "lock.add_leg")
    assert [price["payload"]["market"] for price in prices] == ["spreads"] * 2 + ["h2h"] * 2 + ["totals"] * 2
    assert {price["payload"]["bookmaker"] for price in prices} == {"draftkings"}
    assert "New York Yankees @ Boston Red Sox" in answer.text and "sample data" in answer.text


async def test_the_card_changes_to_another_bookmaker_and_its_prices_can_be_clicked(student: Student) -> None:
    await student.ask("Odds for the Lakers")
    card = await student.widget("game-odds")
    books = [action["payload"]["bookmaker"] for action in offered(card.widget, "lock.refresh")]
    changed = await student.change(card, "lock.refresh", at=books.index("betmgm"))
    assert {price["payload"]["bookmaker"] for price in offered(changed.widget, "lock.add_leg")} == {"betmgm"}
    await student.click(changed, "lock.add_leg", at=4)
    clicked = await student.widget("game-odds")  # which is still of that bookmaker
    assert {price["payload"]["bookmaker"] for price in offered(clicked.widget, "lock.add_leg")} == {"betmgm"}
    assert any(word.startswith("Over ") for word in words((await open_slip(student, "game-odds")).widget))


async def test_prices_that_moved_are_marked_and_stay_marked_after_a_reload(
    student: Student, clock: LectureClock
) -> None:
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    assert moved(board) == [] and movement(board) == "No price has moved yet."
    clock.go_on(hours=2)
    fresh = await student.change(board, "lock.follow")
    before, after = Displayed.of(board.widget).prices, Displayed.of(fresh.widget).prices
    changed = {key for key in after if after[key][0] != before[key][0]}
    assert changed and len(moved(fresh)) == len(changed)
    up = sum(after[key][1] == "up" for key in changed)
    assert movement(fresh) == f"Since 13:40 EST: {up} up ▲, {len(changed) - up} down ▼."
    for key in changed:
        was, now = read_offered(key[3], before[key][0]), read_offered(key[3], after[key][0])
        assert was and now and was.point == now.point
        assert (after[key][1] == "up") == (now.decimal > was.decimal)
    assert tree((await student.widget("odds-board")).widget) == tree(fresh.widget)


async def test_two_tabs_that_refresh_at_the_same_prices_show_the_same(student: Student, clock: LectureClock) -> None:
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    clock.go_on(hours=2)
    one = await student.change(board, "lock.follow")
    other = await student.change(one, "lock.follow")
    assert moved(one) and tree(other.widget) == tree(one.widget)
    both = await asyncio.gather(student.change(one, "lock.follow"), student.change(one, "lock.follow"))
    assert [tree(each.widget) for each in both] == [tree(one.widget)] * 2


async def test_another_market_begins_without_marks(student: Student, clock: LectureClock) -> None:
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    clock.go_on(hours=2)
    await student.change(board, "lock.follow")
    board = await student.widget("odds-board")
    markets = [action["payload"]["market"] for action in offered(board.widget, "lock.refresh")]
    totals = await student.change(board, "lock.refresh", at=markets.index("totals"))
    assert moved(totals) == [] and movement(totals) == "No price has moved yet."
    await student.click(totals, "lock.add_leg")
    clicked = await student.widget("odds-board")
    assert {price["payload"]["market"] for price in offered(clicked.widget, "lock.add_leg")} == {"totals"}


async def test_a_board_that_is_paused_is_refreshed_by_a_click_alone(student: Student) -> None:
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    live = [action["payload"]["live"] for action in offered(board.widget, "lock.refresh")]
    paused = await student.change(board, "lock.refresh", at=live.index(False))
    assert offered(paused.widget, "lock.follow") == [] and "Go live" in words(paused.widget)
    assert movement(paused) == ""
    again = await student.change(paused, "lock.refresh", at=-1)
    assert offered(again.widget, "lock.follow") and "Pause" in words(again.widget)


async def test_yesterdays_board_and_card_stay_what_they_were(student: Student, clock: LectureClock) -> None:
    await student.ask("What are tonight's odds?")
    await student.ask("Odds for the Lakers")
    clock.go_on(hours=24)
    for kind in ("odds-board", "game-odds"):
        item = await student.widget(kind)
        with pytest.raises(ClientError, match="games are over") as refused:
            await student.change(item, "lock.follow")
        assert refused.value.status == 422
        assert tree((await student.widget(kind)).widget) == tree(item.widget)


async def test_a_click_shows_where_it_was_made_and_a_second_one_takes_it_back(student: Student) -> None:
    await student.ask("What are tonight's odds?")
    await student.click(await student.widget("odds-board"), "lock.add_leg", at=7)
    board = await student.widget("odds-board")
    said = words(board.widget)
    (picked,) = offered(board.widget, "lock.drop_leg")
    assert any(word.startswith("✓ ") for word in said)
    (note,) = [word for word in said if word.startswith("Added ")]
    assert re.fullmatch(r"Added .+\. 1 leg at [+-]\d+, \$10\.00 would return \$\d+\.\d\d\.", note)
    later = words((await student.change(board, "lock.follow")).widget)  # what was done is not said for ever
    assert any(re.match(r"On your slip: .+\. 1 leg at", word) for word in later) and note not in later
    board = await student.widget("odds-board")
    await student.click(board, "lock.drop_leg")
    board = await student.widget("odds-board")
    assert offered(board.widget, "lock.drop_leg") == [] and picked["payload"] in [
        action["payload"] for action in offered(board.widget, "lock.add_leg")
    ]
    assert not any(word.startswith("On your slip") for word in words(board.widget))
    assert offered(board.widget, "lock.open_slip") == []


async def test_a_leg_of_a_game_that_is_over_is_taken_off_where_it_was_clicked(
    student: Student, clock: LectureClock
) -> None:
    await student.ask("Odds for the Lakers")
    await student.click(await student.widget("game-odds"), "lock.add_leg")
    await open_slip(student, "game-odds")
    card = await student.widget("game-odds")
    clock.go_on(hours=24)
    answer = await student.click(card, "lock.drop_leg")
    assert not [event for event in answer.events if event.type == "error"]
    assert "No legs yet" in str(words((await student.widget("parlay")).widget))
    assert tree((await student.widget("game-odds")).widget) == tree(card.widget)


async def test_a_board_learns_from_a_refresh_what_was_removed_on_the_slip(student: Student) -> None:
    await student.ask("What are tonight's odds?")
    await student.click(await student.widget("odds-board"), "lock.add_leg")
    await student.change(await open_slip(student), "lock.remove_leg")
    board = await student.widget("odds-board")
    assert offered(board.widget, "lock.drop_leg")
    assert offered((await student.change(board, "lock.follow")).widget, "lock.drop_leg") == []


async def test_a_click_on_an_old_board_shows_there(student: Student) -> None:
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    await student.click(board, "lock.add_leg")
    await student.ask("Thanks")
    await student.click(await student.widget("odds-board"), "lock.add_leg", at=8)
    said = words((await student.widget("odds-board")).widget)
    notes = [word for word in said if word.startswith(("On your slip: ", "Added "))]
    assert len(notes) == 2 and all("2 legs" in note for note in notes)
    assert len(_legs((await open_slip(student)).widget)) == 2


def _legs(slip: WidgetRoot) -> list[dict[str, Any]]:
    return offered(slip, "lock.remove_leg")


async def test_all_who_look_cost_one_request_a_minute() -> None:
    odds_server = OddsServer()
    async with serve(odds_server.app) as address:
        clock = LectureClock()
        boards = Boards(OddsApi(KEY, url=address, clock=clock), clock, 60)
        first = await boards.build(View(), Parlay(), zone="UTC")
        viewers = [boards.follow(View(), Parlay(), zone=zone, before=first) for zone in ("UTC", "Asia/Kolkata") * 10]
        await asyncio.gather(*viewers)
        assert len(odds_server.asked) == 1
        # Nor does it cost more when it fails, as without credits.
        odds_server.refusal = (429, "OUT_OF_USAGE_CREDITS")
        clock.time += timedelta(minutes=1)
        viewers = [boards.follow(View(), Parlay(), zone="UTC", before=first) for _ in range(20)]
        failed = await asyncio.gather(*viewers, return_exceptions=True)
        assert {str(error) for error in failed} == {str(failed[0])} and "credits" in str(failed[0])
        assert len(odds_server.asked) == 2
        odds_server.refusal = None
        clock.time += timedelta(seconds=6)
        await boards.follow(View(), Parlay(), zone="UTC", before=first)
        assert len(odds_server.asked) == 3


def test_a_price_keeps_its_place_when_a_game_or_a_bookmaker_above_it_is_gone() -> None:
    """So that the focus stays on it, and a key that is pressed then takes no other one."""
    events = [Event.model_validate(one) for one in slate(BEGINS, BEGINS)]
    display = Display(now=BEGINS, zone="UTC", sample=True)

    def places(shown: list[Event]) -> list[tuple[str, str]]:
        tables = [node for node in nodes(tree(odds_board(shown, View(), display))) if node["type"] == "Table"]
        return [(table["key"], row["key"]) for table in tables for row in table["children"] if "key" in row]

    before = places(events)
    assert len(set(before)) == len(before) == 15
    assert places(events[1:]) == [place for place in before if place[0] != events[0].title]
    without_one = [event.model_copy(update={"bookmakers": event.bookmakers[1:]}) for event in events]
    assert places(without_one) == [place for place in before if place[1] != events[0].bookmakers[0].title]


def test_a_board_without_all_games_says_so() -> None:
    event = Event.model_validate(slate(BEGINS, BEGINS)[0])
    events = [event.model_copy(update={"id": str(number)}) for number in range(15)]
    display = Display(now=BEGINS, zone="UTC", sample=True)
    sentence = "These are the first 8 of 15 games. Ask for any other by the name of a team."
    assert sentence in words(odds_board(events, View(), display))
    assert not any("These are" in word for word in words(odds_board(events[:8], View(), display)))


def test_what_a_board_writes_can_be_read_back() -> None:
    for event in (Event.model_validate(one) for one in slate(BEGINS, BEGINS)):
        for book in event.bookmakers:
            for market in book.markets:
                for offer in market.outcomes:
                    assert read_offered(offer.name, written(market.key, offer)) == offer
    assert read_offered("Over", "off the board") is None


async def test_without_refreshes_a_board_is_refreshed_by_clicks_alone() -> None:
    boards = Boards(SampleSlate(LectureClock()), LectureClock(), 0)
    board = await boards.build(View(), Parlay(), zone="UTC")
    assert build_actions(boards).refreshes() == {}
    assert offered(board, "lock.follow") == [] and "Go live" not in words(board)
    assert View.of(board) == View()
