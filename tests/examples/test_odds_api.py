"""The Odds API against a local server that speaks its format: answers, gaps in them, and refusals."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from examples.professor_lock.board import Display, odds_board
from examples.professor_lock.exchange import FeedError
from examples.professor_lock.games import look_up
from examples.professor_lock.line import line_chart, line_of, side_asked
from examples.professor_lock.odds_api import Event, OddsApi, Snapshot
from examples.professor_lock.slate import SampleSlate, slate
from examples.professor_lock.view import View
from tests.examples.conftest import nodes, offered, tree, words
from tests.examples.lecture import BEGINS, LectureClock
from tests.sdk_server import serve

KEY = "key-that-nobody-may-see"
#: What every answer says of the credits of its key.
QUOTA = {"x-requests-remaining": "0", "x-requests-used": "500", "x-requests-last": "3"}


class OddsServer:
    """Its paths, its parameters and its errors. asked: what for. games: what it has. refusal: all it says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.games: list[dict[str, Any]] | None = None
        self.refusal: tuple[int, str] | None = None
        self.app = FastAPI()
        self.app.get("/v4/sports/{sport}/odds")(self.odds)
        self.app.get("/v4/historical/sports/{sport}/odds")(self.historical)

    def refuses(self, sport: str, request: Request) -> Response | None:
        self.asked.append((sport, dict(request.query_params)))
        key = request.query_params.get("apiKey")
        status, code = self.refusal or ((401, "INVALID_KEY") if key != KEY else (200, ""))
        if status == 200:
            return None
        page = "https://the-odds-api.com/liveapi/guides/v4/api-error-codes.html"
        body = {"message": f"Not with {key}.", "error_code": code, "details_url": f"{page}#{code.lower()}"}
        return JSONResponse(body, status, headers=QUOTA)

    async def odds(self, sport: str, request: Request) -> Response:
        games = slate(BEGINS, BEGINS, sport)[::-1] if self.games is None else self.games
        return self.refuses(sport, request) or JSONResponse(games, headers=QUOTA)

    async def historical(self, sport: str, date: datetime, request: Request) -> Response:
        moment = date.strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"timestamp": moment, "previous_timestamp": moment, "next_timestamp": moment}
        return self.refuses(sport, request) or JSONResponse(body | {"data": slate(BEGINS, date, sport)}, headers=QUOTA)


def feed_at(address: str, key: str = KEY) -> tuple[OddsApi, LectureClock]:
    clock = LectureClock()
    return OddsApi(key, url=address, clock=clock), clock


async def test_odds_are_asked_for_once_a_minute_and_come_in_order() -> None:
    server = OddsServer()
    async with serve(server.app) as address:
        feed, clock = feed_at(address)
        first, second = await asyncio.gather(feed.events("mlb"), feed.events("mlb"))
        assert first == second
        assert [event.sport_key for event in first] == ["baseball_mlb"] * 2
        assert first[0].commence_time < first[1].commence_time
        ((sport, params),) = server.asked
        assert sport == "baseball_mlb"
        assert params == {
            "apiKey": KEY,
            "regions": "us",
            "oddsFormat": "american",
            "dateFormat": "iso",
            "markets": "h2h,spreads,totals",
        }
        assert await feed.event(first[1].id) == first[1] and len(server.asked) == 1
        assert await feed.event("nothing-of-that-id") is None
        asked = len(server.asked)
        clock.time += timedelta(seconds=60)
        await feed.events("mlb")
        assert len(server.asked) == asked + 1


async def test_a_game_is_asked_for_again_in_its_own_sport_alone() -> None:
    server = OddsServer()
    async with serve(server.app) as address:
        feed, clock = feed_at(address)
        await feed.events("mlb")
        (game, *_) = await feed.events("nba")
        clock.time += timedelta(minutes=2)
        server.asked.clear()
        assert await feed.event(game.id) == game
        assert [sport for sport, _ in server.asked] == ["basketball_nba"]


class NextTwo(SampleSlate):
    """Has two games only where no sport is named, as The Odds API has eight. asked: for which sports."""

    def __init__(self) -> None:
        super().__init__(LectureClock())
        self.asked: list[str] = []

    async def events(self, sport: str) -> Sequence[Event]:
        self.asked.append(sport)
        found = await super().events(sport)
        return found[:2] if sport == "all" else found


async def test_a_game_that_is_not_among_the_next_is_found_in_its_sport() -> None:
    feed = NextTwo()
    first, *_ = await feed.events("all")
    for meant, asked in ((first.away_team, ["all"]), (first.id, ["all"]), ("Cowboys", ["all", "mlb", "nba", "nfl"])):
        feed.asked.clear()
        found = await look_up(feed, meant)
        assert found and (found.id == meant or meant in found.title)
        assert feed.asked == asked
    assert await look_up(feed, "Rangers") is None
    dodgers = await look_up(feed, "Los Angeles Dodgers of tonight")
    assert dodgers and "Dodgers" in dodgers.title


async def test_the_way_of_a_line_is_the_historical_endpoint_day_long_and_paid_for_once_an_hour() -> None:
    server = OddsServer()
    async with serve(server.app) as address:
        feed, clock = feed_at(address)
        event = (await feed.events("nba"))[0]
        history = await feed.history(event, "h2h")
        assert [event.id in {one.id for one in snapshot.data} for snapshot in history] == [True] * 7
        assert history[-1].timestamp == BEGINS
        assert history[0].timestamp == BEGINS.replace(minute=0) - timedelta(hours=24)
        past = server.asked[1:]
        assert len(past) == 6 and all(params["markets"] == "h2h" for _, params in past)
        clock.time += timedelta(minutes=15)
        await feed.history(event, "h2h")
        assert len(server.asked) == 7
        clock.go_on(hours=1)
        await feed.history(event, "h2h")
        assert len(server.asked) == 13


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (401, "INVALID_KEY", "did not accept the key. Check ODDS_API_KEY."),
        (401, "MISSING_KEY", "did not accept the key. Check ODDS_API_KEY."),
        (401, "DEACTIVATED_KEY", "the key has been deactivated"),
        (401, "OUT_OF_USAGE_CREDITS", "the credits of the key are used up"),
        (401, "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN", "on a paid plan only"),
        (404, "UNKNOWN_SPORT", "does not know that sport"),
        (422, "INVALID_REGION", "Check ODDS_REGIONS"),
        (422, "INVALID_MARKET_COMBO", "does not know that sport or market"),
        (429, "EXCEEDED_FREQ_LIMIT", "was asked too often"),
        (500, "", "answered with status 500"),
    ],
)
async def test_a_refusal_is_a_sentence_without_the_key(status: int, code: str, said: str) -> None:
    server = OddsServer()
    server.refusal = status, code
    async with serve(server.app) as address:
        feed, _ = feed_at(address)
        event = Event.model_validate(slate(BEGINS, BEGINS)[0])
        for ask in (feed.events("all"), feed.history(event, "h2h")):
            with pytest.raises(FeedError, match=said) as error:
                await ask
            assert KEY not in str(error.value) and error.value.__cause__ is None


async def test_a_wrong_key_is_named_by_its_variable() -> None:
    async with serve(OddsServer().app) as address:
        with pytest.raises(FeedError, match="ODDS_API_KEY") as error:
            await feed_at(address, "wrong-key")[0].events("all")
        assert "wrong-key" not in str(error.value)


async def test_an_answer_without_games_is_none() -> None:
    server = OddsServer()
    server.games = []
    async with serve(server.app) as address:
        feed, _ = feed_at(address)
        assert await feed.events("all") == []
        assert await feed.event("any") is None


async def test_what_a_bookmaker_leaves_out_is_missing_and_takes_nothing_else_with_it() -> None:
    """A tournament without teams, a game without bookmakers, a bookmaker without a market, a side without a price."""
    server = OddsServer()
    whole, bare, *_ = slate(BEGINS, BEGINS)
    first, second, third = whole["bookmakers"]
    first["markets"] = [market for market in first["markets"] if market["key"] != "spreads"]
    second["markets"][1]["outcomes"][1]["price"] = 0
    third["markets"][1]["outcomes"].pop(0)
    bare["bookmakers"] = []
    cup = {**bare, "id": "cup", "sport_key": "golf_masters_tournament_winner", "home_team": None, "away_team": None}
    server.games = [whole, bare, cup]
    async with serve(server.app) as address:
        events = await feed_at(address)[0].events("all")
    assert [event.id for event in events] == [whole["id"], bare["id"]]
    board = odds_board(events, View(), Display(BEGINS, "UTC", sample=False))
    said = words(board)
    assert "DraftKings" not in said and {"FanDuel", "BetMGM", "–"} <= set(said)
    assert len(offered(board, "lock.add_leg")) == 2
    assert "No bookmaker offers this yet." in said
    chart = line_chart(line_of(events[1], [], "h2h", "any"), zone="UTC", sample=False)
    assert "Nobody has kept how this line moved." in words(chart)


def test_an_empty_board_says_so() -> None:
    board = odds_board([], View(sport="nhl", market="h2h"), Display(BEGINS, "UTC", sample=True))
    assert "No games are coming up." in words(board) and offered(board, "lock.add_leg") == []


def test_a_draw_is_a_side_and_a_game_under_way_says_so() -> None:
    (match, *_) = slate(BEGINS, BEGINS)
    match["commence_time"] = "2026-11-25T18:05:00Z"
    for bookmaker in match["bookmakers"]:
        bookmaker["markets"][0]["outcomes"].append({"name": "Draw", "price": 240})
    event = Event.model_validate(match)
    board = odds_board([event], View(market="h2h"), Display(BEGINS, "America/New_York", sample=False))
    sides = [one["payload"]["outcome"] for one in offered(board, "lock.add_leg")][:3]
    assert sides == [event.away_team, "Draw", event.home_team]
    said = words(board)
    assert "MLB · under way since 13:05 EST" in said and "This game has begun: it takes no more picks." in said
    assert {
        node["disabled"] for node in nodes(tree(board)) if node.get("onClickAction", {}).get("type") == "lock.add_leg"
    } == {True}


def test_a_line_that_moved_by_points_is_drawn_in_points() -> None:
    past, now = slate(BEGINS, BEGINS)[0], slate(BEGINS, BEGINS)[0]
    for outcome, point in zip(past["bookmakers"][0]["markets"][1]["outcomes"], ("-2.5", "2.5"), strict=True):
        outcome["point"] = point
    event = Event.model_validate(now)
    history = [
        Snapshot(timestamp=BEGINS - timedelta(hours=1), data=[Event.model_validate(past)]),
        Snapshot(timestamp=BEGINS, data=[event]),
    ]
    chart = line_chart(line_of(event, history, "spreads", "yankees"), zone="UTC", sample=False)
    (drawn,) = [node for node in nodes(tree(chart)) if node["type"] == "Chart"]
    assert [point["value"] for point in drawn["data"]] == [-2.5, -1.5]
    assert drawn["series"][0]["label"] == "Spread, in points"


def test_a_price_that_crossed_even_money_is_drawn_as_the_chance_that_it_implies() -> None:
    past, now = slate(BEGINS, BEGINS)[0], slate(BEGINS, BEGINS)[0]
    for game, price in ((past, -110), (now, 120)):
        game["bookmakers"][0]["markets"][0]["outcomes"][1]["price"] = price
    event = Event.model_validate(now)
    history = [
        Snapshot(timestamp=BEGINS - timedelta(hours=1), data=[Event.model_validate(past)]),
        Snapshot(timestamp=BEGINS, data=[event]),
    ]
    chart = line_chart(line_of(event, history, "h2h", "red sox"), zone="UTC", sample=False)
    (drawn,) = [node for node in nodes(tree(chart)) if node["type"] == "Chart"]
    assert [point["value"] for point in drawn["data"]] == [52.4, 45.5]
    assert {"Boston Red Sox to win", "-110", "+120", "Chance that the price implies, in %"} <= set(words(chart))


def test_a_word_that_both_teams_have_names_neither() -> None:
    event = Event.model_validate(slate(BEGINS, BEGINS)[0])
    derby = event.model_copy(update={"away_team": "Chicago White Sox", "home_team": "Boston Red Sox"})
    assert side_asked(derby, "h2h", "How did the sox move, the red ones?") == "Boston Red Sox"
    assert side_asked(derby, "h2h", "How did the Sox move?") == "Chicago White Sox"
