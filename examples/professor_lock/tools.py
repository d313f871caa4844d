"""The agent's tools: each displays a widget and returns its content to the model as JSON."""

import itertools
import json
from datetime import datetime
from typing import Any, Literal

from agents import RunContextWrapper, Tool, function_tool
from chatkit.agents import ClientToolCall

from chatkit_link import LinkContext, Progress, progress

from . import board, odds, statistics
from .boards import Boards
from .exchange import FeedError
from .games import look_up
from .line import line_chart, line_of
from .odds_api import MARKETS, Event, MarketKey
from .offers import pick_name
from .parlay import Parlay
from .parlay_tools import build_parlay_tools
from .sources import Sources
from .supabase import Filter, TableQuery, Tables
from .view import View

Sport = Literal["all", "mlb", "nba", "nfl", "nhl"]
Context = RunContextWrapper[LinkContext]


def build_tools(sources: Sources, boards: Boards) -> list[Tool]:
    return [*_odds_tools(boards), *build_parlay_tools(boards), *_number_tools(sources)]


def _odds_tools(boards: Boards) -> list[Tool]:
    feed = boards.feed

    @progress("Looking up tonight's odds: {sport}", failed="No odds: {sport}", icon="chart")
    async def tonights_odds(ctx: Context, sport: Sport = "all", market: MarketKey = "spreads") -> str:
        """Show the odds board: the coming games with every bookmaker's prices, which users can click.

        Args:
            sport: which games.
            market: h2h is the moneyline.
        """
        zone = _zone(ctx)
        widget = await boards.build(View(sport=sport, market=market), _parlay(ctx), zone=zone)
        await ctx.context.stream_widget(widget, copy_text="The odds board")
        games = [_game(event, market, boards.clock(), zone) for event in await feed.events(sport)]
        return _json({"sample": feed.sample, "market": market, "games": games})

    @progress("Looking up the odds of {game}", failed="No odds of {game}", icon="chart")
    async def game_odds(ctx: Context, game: str) -> str:
        """Show one game's spread, total and moneyline together on a card, with prices that users can click.

        Args:
            game: a team's name, or the game's id.
        """
        event, zone = await _find(game), _zone(ctx)
        widget = await boards.build(View(event=event.id), _parlay(ctx), zone=zone)
        await ctx.context.stream_widget(widget, copy_text=f"Odds of {event.title}")
        markets = {market: _game(event, market, boards.clock(), zone) for market in MARKETS}
        return _json({"sample": feed.sample, "game": event.title, "markets": markets})

    @progress("Looking up how the line of {game} moved", failed="No line of {game}", icon="analytics")
    async def line_movement(ctx: Context, game: str, market: MarketKey = "h2h", outcome: str = "") -> str:
        """Show how the line of one outcome has moved over the last day, as a chart.

        Args:
            game: a team's name, or the game's id.
            market: h2h is the moneyline.
            outcome: whose line: a team's name, Draw, Over or Under; empty for the team that game names.
        """
        event = await _find(game)
        line = line_of(event, await feed.history(event, market), market, f"{outcome} {game}")
        widget = line_chart(line, zone=_zone(ctx), sample=feed.sample)
        await ctx.context.stream_widget(widget, copy_text=f"Line movement of {line.pick}")
        then, now = line.ends or (None, None)
        shown = {"game": event.title, "line": line.pick, "bookmaker": line.book, "then": then, "now": now}
        return _json({"sample": feed.sample, **shown, "snapshots": len(line.offers)})

    @progress("Opening {game}", failed="Not opened: {game}")
    async def open_game(ctx: Context, game: str) -> str:
        """Open a game in the page around this chat.

        Args:
            game: a team's name, or the game's id.
        """
        event = await _find(game)
        # What a page without games of its own may tell its user.
        message = f"This page has no games: one of yours would open {event.title} now."
        arguments = {"id": event.id, "title": event.title, "sport": event.sport_key, "message": message}
        ctx.context.client_tool_call = ClientToolCall(name="open_game", arguments=arguments)
        return _json({"opened": event.title})

    async def _find(game: str) -> Event:
        event = await look_up(feed, game)
        if event is None:
            raise FeedError("No coming game has such a team. Look at the odds board for the games there are.")
        return event

    return [function_tool(tool) for tool in (tonights_odds, game_odds, line_movement, open_game)]


def _number_tools(sources: Sources) -> list[Tool]:
    @progress("Looking up {question}", done="Looked up {question}", failed="Not looked up: {question}", icon="search")
    async def player_stats(ctx: Context, question: str) -> str:
        """Ask about a player's or a team's statistics, such as "Sam Porter points last 5 games".

        Args:
            question: in a few words, with the name in it.
        """
        answer = await sources.stats.ask(question)
        sample = sources.stats.sample
        if answer.player:
            card = statistics.player_card(answer.player, answer=answer.answer, link=answer.link, sample=sample)
            await ctx.context.stream_widget(card, copy_text=answer.player.name)
        elif answer.answer:
            card = statistics.stat_answer(question, answer, sample=sample)
            await ctx.context.stream_widget(card, copy_text=answer.answer)
        if answer.columns and answer.rows:
            title = f"{answer.player.name}, last {len(answer.rows)} games" if answer.player else "Statistics"
            # Where there is a card, the link is in it.
            link = "" if answer.player or answer.answer else answer.link
            table = statistics.stat_table(title, answer.columns, answer.rows, link=link, sample=sample)
            await ctx.context.stream_widget(table, copy_text=title)
        found = {"sample": sample, "answer": answer.answer, "columns": answer.columns, "rows": answer.rows}
        return _json(found | ({"url": answer.url} if answer.link else {}))

    @progress("Asking our model: {sport} games", failed="No predictions: {sport} games", icon="analytics")
    async def predictions(ctx: Context, sport: Sport = "all") -> str:
        """Show the predictions of our own model for the coming games, with their odds and the reasons.

        Args:
            sport: which games.
        """
        predicted = await sources.predictions.predict(sport)
        sample = sources.predictions.sample
        widget = statistics.prediction_table(predicted, sample=sample)
        await ctx.context.stream_widget(widget, copy_text="Predictions")
        return _json({"sample": sample, "predictions": [one.model_dump(exclude_none=True) for one in predicted]})

    tools: list[Tool] = [function_tool(player_stats), function_tool(predictions)]
    return [*tools, _table_tool(sources.tables)] if sources.tables else tools


def _table_tool(tables: Tables) -> Tool:
    @progress("Reading {table}", done="Read {table}", failed="Not read: {table}", icon="document")
    async def read_table(
        ctx: Context,
        report: Progress,
        table: str,
        columns: list[str] | None = None,
        filters: list[Filter] | None = None,
        order: str | None = None,
        *,
        descending: bool = True,
        limit: int = 20,
    ) -> str:
        """Read rows of the user's own database, and show them as a table.

        Args:
            table: its name.
            columns: all of them where none is named.
            filters: all of them have to fit. For like and ilike, * stands for any text.
            order: the column to sort by.
            descending: from the largest, or the newest.
            limit: rows, at most 50.
        """
        query = TableQuery(
            table=table,
            columns=columns or [],
            filters=filters or [],
            order=order,
            descending=descending,
            limit=limit,
        )
        rows = await tables.read(query, ctx.context.request_context.token)
        if rows:
            await ctx.context.stream_widget(statistics.own_table(query, rows, _zone(ctx)), copy_text=table)
        else:
            report("There are no rows that you may see.")
        return _json({"table": table, "rows": rows})

    named = ", ".join(tables.names)
    about = f"Read rows of the user's own database, and show them as a table. The tables are: {named}."
    return function_tool(read_table, description_override=about)


def _game(event: Event, market: MarketKey, now: datetime, zone: str) -> dict[str, Any]:
    """A game as the model reads it: each bookmaker's prices, and the margin-free probabilities behind one's."""
    game: dict[str, Any] = {"id": event.id, "game": event.title, "starts": board.starts(event, now, zone)}
    sides = len(event.sides(market))
    whole = (found for book in event.bookmakers if (found := book.market(market)) and len(found.outcomes) == sides)
    for found in itertools.islice(whole, 1):
        fair = odds.without_margin([outcome.decimal for outcome in found.outcomes])
        game["fair"] = {
            pick_name(market, outcome): f"{odds.rounded(probability * 100, 1)} %"
            for outcome, probability in zip(found.outcomes, fair, strict=True)
        }
    game["prices"] = {
        bookmaker.title: {pick_name(market, one): f"{int(one.price):+d}" for one in found.outcomes}
        for bookmaker in event.bookmakers
        if (found := bookmaker.market(market))
    }
    return game


def _parlay(ctx: Context) -> Parlay:
    return Parlay.of(ctx.context.thread.metadata)


def _zone(ctx: Context) -> str:
    return ctx.context.request_context.zone


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
