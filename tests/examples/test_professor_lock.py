"""The walk without a key, over the wire: from tonight's odds to a confirmed slip."""

import asyncio
import itertools
import re
from decimal import ROUND_DOWN, Decimal
from math import prod
from typing import Any

import httpx2
import pytest
from chatkit.types import (
    ClientEffectEvent,
    ClientToolCallItem,
    InferenceOptions,
    ThreadItemReplacedEvent,
    ToolChoice,
    UserMessageInput,
    UserMessageTagContent,
    UserMessageTextContent,
    WidgetItem,
)

from chatkit_link.client.client import ChatKitClient, ClientError
from chatkit_link.widgets.templates import WidgetLibrary
from examples.professor_lock.movement import Displayed
from tests.examples.conftest import EXAMPLES, Student, nodes, offered, tree, words
from tests.examples.lecture import LectureClock
from tests.finished_stream import FinishedStream, told


def decimal_odds(widget: WidgetItem) -> list[Decimal]:
    """The American prices that a parlay's legs show, worked out here a second time."""
    said = words(widget.widget)
    legs = [word for label, word in itertools.pairwise(said) if label != "Odds"]  # below that is the product
    prices = [int(word) for word in legs if re.fullmatch(r"[+-]\d{3,5}", word)]
    return [1 + (Decimal(price) / 100 if price > 0 else Decimal(100) / -price) for price in prices]


def returned(stake: int, parlay: WidgetItem) -> Decimal:
    return (stake * prod(decimal_odds(parlay), start=Decimal(1))).quantize(Decimal("0.01"), ROUND_DOWN)


def effects(answer: FinishedStream) -> list[ClientEffectEvent]:
    return [event for event in answer.events if isinstance(event, ClientEffectEvent)]


def refusal(answer: FinishedStream) -> str:
    (error,) = answer.view.errors
    return str(error.message)


async def shown_parlay(student: Student) -> WidgetItem:
    """As it is now, and not as one of several clicks at once has left its widget."""
    await student.ask("Show my parlay")
    return await student.widget("parlay")


def figure(widget: WidgetItem, label: str) -> str:
    """What stands under a label, which may go on: "Payout for $10.00"."""
    said = words(widget.widget)
    return said[next(at for at, word in enumerate(said) if word == label or word.startswith(f"{label} ")) + 1]


async def start(student: Student, legs: int = 2) -> WidgetItem:
    """A slip with the first price of so many games, opened."""
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    for leg in range(legs):
        await student.click(board, "lock.add_leg", at=6 * leg)  # a game has two outcomes at three bookmakers
    return await open_slip(student)


async def open_slip(student: Student, board: str = "odds-board") -> WidgetItem:
    """By the button of the board; the slip is at the end of the thread then."""
    await student.click(await student.widget(board), "lock.open_slip")
    items = (await student.client.get_thread(student.thread_id)).items.data
    slip = await student.widget("parlay")
    assert items[-1].id == slip.id
    return slip


async def review(student: Student, slip: WidgetItem) -> WidgetItem:
    """The slip as it would be confirmed, with the stake that stands in its field."""
    (stake,) = [node["defaultValue"] for node in nodes(tree(slip.widget)) if node["type"] == "Input"]
    return await student.change(slip, "lock.review", stake=stake)


def choosing(text: str, *, tool: str | None = None, model: str | None = None) -> UserMessageInput:
    options = InferenceOptions(tool_choice=ToolChoice(id=tool) if tool else None, model=model)
    return UserMessageInput(content=[UserMessageTextContent(text=text)], attachments=[], inference_options=options)


async def test_tonights_odds_are_a_board_of_sample_data_in_the_persons_own_time(student: Student) -> None:
    answer = await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    said = words(board.widget)
    assert "Sample data" in said and "sample data" in answer.text
    assert {"As of 13:40 EST", "MLB · Wed 25 Nov, 18:05 EST"} <= set(said)
    assert {"DraftKings", "FanDuel", "BetMGM"} <= set(said)
    prices = offered(board.widget, "lock.add_leg")
    assert len(prices) == 5 * 2 * 3
    assert all(price["payload"].keys() == {"event", "bookmaker", "market", "outcome"} for price in prices)
    assert len([word for word in said if word.startswith("★ ") and word[2] in "+-"]) >= 5 * 2  # one for each outcome


async def test_the_board_changes_in_place_to_another_market(student: Student) -> None:
    await student.ask("NBA odds please")
    board = await student.widget("odds-board")
    markets = [action["payload"]["market"] for action in offered(board.widget, "lock.refresh")]
    changed = await student.change(board, "lock.refresh", at=markets.index("totals", 1))
    assert any(re.match(r"(★ )?224.5 ", word) for word in words(changed.widget))
    assert tree((await student.widget("odds-board")).widget) == tree(changed.widget)


async def test_clicked_prices_grow_one_parlay_whose_payout_is_worked_out_here(student: Student) -> None:
    parlay = await start(student)
    one, other = decimal_odds(parlay)
    assert figure(parlay, "Payout") == f"${(10 * one * other).quantize(Decimal('0.01'), ROUND_DOWN)}"
    staked = await student.change(parlay, "lock.set_stake", stake="25.50")
    assert figure(staked, "Payout") == f"${(Decimal('25.50') * one * other).quantize(Decimal('0.01'), ROUND_DOWN)}"
    assert figure(staked, "Implied") == f"{100 / (one * other):.1f} %"
    assert any("1-800-GAMBLER" in word for word in words(staked.widget))

    less = await student.change(staked, "lock.remove_leg")
    (left,) = decimal_odds(less)
    assert left == other
    assert figure(less, "Payout") == f"${(Decimal('25.50') * other).quantize(Decimal('0.01'), ROUND_DOWN)}"


async def test_a_second_price_of_the_same_market_takes_the_place_of_the_first(student: Student) -> None:
    await start(student, legs=1)
    await student.click(await student.widget("odds-board"), "lock.add_leg", at=3)  # the other side of the same game
    assert len(decimal_odds(await student.widget("parlay"))) == 1


async def test_a_click_says_what_it_added_and_what_it_replaced(student: Student) -> None:
    await student.ask("What are tonight's odds?")
    await student.ask("Odds for the Yankees")
    board, card = await student.widget("odds-board"), await student.widget("game-odds")
    shown = [price for price, _ in Displayed.of(board.widget).prices.values()]
    one, other = [price.split("(")[1].rstrip(")") for price in shown[:2]]

    async def said(widget: WidgetItem, at: int) -> str:
        await student.click(widget, "lock.add_leg", at=at)
        (now,) = [
            one for key in ("odds-board", "game-odds") for one in await student.widgets(key) if one.id == widget.id
        ]
        (note,) = [word for word in words(now.widget) if "would return" in word]
        return note

    assert (await said(board, 0)).startswith(
        f"Added New York Yankees -1.5 at {one}, DraftKings. 1 leg at {one}, $10.00 would"
    )
    assert (await said(card, 0)).startswith(f"New York Yankees -1.5 is on your slip, at {one}, DraftKings. 1 leg")
    assert (await said(board, 1)).startswith(
        f"Boston Red Sox +1.5 at {other} takes the place of New York Yankees -1.5: a slip has one spread pick of a "
    )
    assert (await said(board, 3)).startswith("Boston Red Sox +1.5 is now at FanDuel, ")
    board = await student.widget("odds-board")
    await student.click(board, "lock.drop_leg")
    assert "Took Boston Red Sox +1.5 off your slip. Your slip is empty." in words(
        (await student.widget("odds-board")).widget
    )


async def test_the_slip_is_opened_from_the_board_and_then_follows_what_is_clicked(student: Student) -> None:
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    assert offered(board.widget, "lock.open_slip") == []
    await student.click(board, "lock.add_leg")
    assert await student.widgets("parlay") == []  # nothing is put below the board unless it is asked for
    board = await student.widget("odds-board")
    assert re.fullmatch(r"Open slip: 1 leg at [+-]\d+", tree(board.widget)["confirm"]["label"])
    slip = await open_slip(student)
    second = await student.click(board, "lock.add_leg", at=6)
    replaced = [event.item.id for event in second.events if isinstance(event, ThreadItemReplacedEvent)]
    assert replaced == [board.id, slip.id]
    assert len(decimal_odds(await student.widget("parlay"))) == 2

    await student.ask("Thanks")
    moved = await open_slip(student)
    assert moved.id != slip.id and len(decimal_odds(moved)) == 2


async def test_a_slip_is_looked_through_with_the_stake_that_stands_in_its_field(student: Student) -> None:
    slip = await start(student)
    assert offered(slip.widget, "lock.confirm") == []
    seen = await student.change(slip, "lock.review", stake="25")
    assert tree(seen.widget)["key"] == "bet-review" and seen.id == slip.id
    assert figure(seen, "Stake") == "$25.00" and figure(seen, "Payout") == f"${returned(25, seen)}"
    assert "Nothing is placed here." in str(words(seen.widget))
    again = await student.change(seen, "lock.edit")
    assert figure(again, "Payout") == f"${returned(25, again)}" and decimal_odds(again) == decimal_odds(slip)


async def test_a_confirmed_slip_goes_to_the_page_and_is_placed_by_nobody(student: Student) -> None:
    slip = await start(student)
    seen = await review(student, slip)
    confirmed = await student.click(seen, "lock.confirm")
    (effect,) = effects(confirmed)
    assert effect.name == "bet_slip.confirmed"
    assert effect.data["placed"] is False
    assert f"${effect.data['payout']}" == figure(slip, "Payout") == figure(seen, "Payout")
    assert effect.data["message"] == f"Your slip is confirmed: {effect.data['title']}. Nothing was placed."
    assert len(effect.data["legs"]) == len(decimal_odds(slip)) == 2
    final = await student.widget("bet-slip")
    assert effect.data["id"] == final.id == slip.id  # it stands where the slip was
    assert any("nothing is ever placed" in word for word in words(final.widget))
    assert any("1-800-GAMBLER" in word for word in words(final.widget))


async def test_a_slip_is_confirmed_once_and_the_next_click_begins_another_parlay(student: Student) -> None:
    slip = await start(student)
    board = await student.widget("odds-board")
    seen = await review(student, slip)
    await student.click(seen, "lock.confirm")
    again = await student.click(seen, "lock.confirm")  # of a page that has not seen it yet
    assert "does not offer that" in refusal(again) and not effects(again)
    await student.click(board, "lock.add_leg", at=12)
    assert len(decimal_odds(await open_slip(student))) == 1
    assert len(await student.widgets("bet-slip")) == 1


async def test_prices_that_moved_before_a_slip_is_confirmed_are_shown_first(
    student: Student, clock: LectureClock
) -> None:
    slip = await start(student)
    seen = await review(student, slip)
    before = decimal_odds(seen)
    clock.go_on(hours=3)
    asked = await student.click(seen, "lock.confirm")
    assert not effects(asked)
    moved = await student.widget("bet-review")
    assert moved.id == slip.id and await student.widgets("bet-slip") == []
    assert re.search(r"(A price has|2 prices have) moved\. Look again, then confirm\.", str(words(moved.widget)))
    assert decimal_odds(moved) != before
    assert any(re.fullmatch(r"was [+-]\d\.5 \([+-]\d{3}\)", word) for word in words(moved.widget))
    assert figure(moved, "Payout") == f"${returned(10, moved)}"

    (effect,) = effects(await student.click(moved, "lock.confirm"))
    assert f"${effect.data['payout']}" == figure(moved, "Payout")
    assert not any(word.startswith("was ") for word in words((await student.widget("bet-slip")).widget))


async def test_a_game_that_began_says_so_on_the_slip_and_on_its_board(student: Student, clock: LectureClock) -> None:
    slip = await start(student)
    seen = await review(student, slip)
    board = await student.widget("odds-board")
    clock.go_on(hours=5)  # the first game began at 18:05, the second one begins at 18:30, and it is 18:40
    assert not effects(await student.click(seen, "lock.confirm"))
    left = await student.widget("parlay")
    (warning,) = [word for word in words(left.widget) if "is off your slip" in word]
    assert "New York Yankees -1.5 is off your slip: the game began at 18:05 EST." in warning
    assert "Boston Celtics -2.5 is off your slip: the game began at 18:30 EST." in warning
    assert decimal_odds(left) == [] and offered(left.widget, "lock.review") == []

    refused = await student.click(board, "lock.add_leg", at=2)
    assert refusal(refused) == (
        "New York Yankees @ Boston Red Sox began at 18:05 EST, and a game that has begun takes no picks here."
    )
    fresh = await student.change(board, "lock.follow")
    prices = [node for node in nodes(tree(fresh.widget)) if node.get("onClickAction", {}).get("type") == "lock.add_leg"]
    assert [price["disabled"] for price in prices] == [True] * 12 + [False] * 18
    assert words(fresh.widget).count("This game has begun: it takes no more picks.") == 2
    assert "began at 18:05 EST" in (await student.ask("Add the Yankees")).text


async def test_legs_that_cannot_be_had_any_more_are_taken_out_and_named(student: Student, clock: LectureClock) -> None:
    slip = await start(student)
    seen = await review(student, slip)
    clock.go_on(hours=24)
    assert not effects(await student.click(seen, "lock.confirm"))
    left = await student.widget("parlay")
    (warning,) = [word for word in words(left.widget) if "is off your slip" in word]
    assert warning.count("DraftKings does not offer it any more.") == 2
    assert decimal_odds(left) == [] and offered(left.widget, "lock.review") == []


async def test_a_price_that_moved_since_its_board_was_shown_says_so_as_a_leg(
    student: Student, clock: LectureClock
) -> None:
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    shown = next(word for word in words(board.widget) if word.startswith("-1.5 ("))
    clock.go_on(hours=3)
    await student.click(board, "lock.add_leg")
    assert f" It was {shown} when the board showed it." in str(words((await student.widget("odds-board")).widget))
    said = words((await open_slip(student)).widget)
    assert f"was {shown}" in said and shown.split()[1].strip("()") not in said


async def test_a_price_of_yesterdays_board_is_off_the_board(student: Student, clock: LectureClock) -> None:
    await student.ask("What are tonight's odds?")
    board = await student.widget("odds-board")
    clock.go_on(hours=24)
    assert "off the board" in refusal(await student.click(board, "lock.add_leg"))
    assert offered((await student.widget("odds-board")).widget, "lock.open_slip") == []


async def test_a_leg_that_was_removed_is_not_removed_again(student: Student) -> None:
    parlay = await start(student)
    await student.change(parlay, "lock.remove_leg")
    with pytest.raises(ClientError, match="does not offer that"):
        await student.change(parlay, "lock.remove_leg")
    assert len(decimal_odds(await student.widget("parlay"))) == 1


async def test_clicks_at_once_lose_no_leg_that_they_did_not_name(student: Student) -> None:
    parlay = await start(student, legs=4)
    removed = [student.change(parlay, "lock.remove_leg", at=at) for at in (0, 2)]
    await asyncio.gather(*removed, student.change(parlay, "lock.set_stake", stake="40"))
    kept = await shown_parlay(student)
    assert decimal_odds(kept) == [decimal_odds(parlay)[1], decimal_odds(parlay)[3]]
    assert figure(kept, "Payout") == f"${returned(40, kept)}"


async def test_two_prices_clicked_at_once_are_two_legs_or_one_and_a_sentence(student: Student) -> None:
    await start(student, legs=1)
    board = await student.widget("odds-board")
    clicks = [student.click(board, "lock.add_leg", at=at) for at in (6, 12)]
    ends = await asyncio.gather(*clicks, student.widgets("parlay"), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, ClientError)]
    assert all(end.status == 409 and "still being" in str(end) for end in refused)
    assert len(decimal_odds(await shown_parlay(student))) == 3 - len(refused)


NUMBERS = ["0", "-5", "10001", "1e9", "9" * 4000, "1.234", "NaN", "Infinity", "-Infinity"]
STAKES: list[Any] = [*NUMBERS, "ten", "", None, True, [1], {}]


@pytest.mark.parametrize("stake", STAKES, ids=[str(stake)[:9] for stake in STAKES])
async def test_a_stake_that_is_none_is_refused_at_its_field_and_pays_nothing(student: Student, stake: Any) -> None:
    slip = await start(student, legs=1)
    for kind in ("lock.set_stake", "lock.review"):
        wrong = await student.change(slip, kind, stake=stake)
        said = words(wrong.widget)
        assert "A stake is an amount from $0.01 to $10,000, in whole cents." in said
        assert not any(word.startswith("Payout") for word in said)
        (field,) = [node for node in nodes(tree(wrong.widget)) if node["type"] == "Input"]
        assert field["defaultValue"] == (stake[:24] if isinstance(stake, str) else "")
        # Nor does it come back by a click on the board.
        await student.click(await student.widget("odds-board"), "lock.add_leg", at=6)
        assert not any(word.startswith("Payout") for word in words((await student.widget("parlay")).widget))
    mended = await student.change(await student.widget("parlay"), "lock.set_stake", stake=" $20 ")
    assert figure(mended, "Payout") == f"${returned(20, mended)}"


@pytest.mark.parametrize(
    "tampered",
    [
        {"price": "+100000"},
        {"shown": "-1.5 +100000"},
        {"event": "another"},
        {"bookmaker": "nobody"},
        {"outcome": "Boston Red Sox to win twice"},
        {"market": "outrights"},
        {"legs": [{"event": "e", "market": "h2h"}] * 1000},
    ],
    ids=lambda tampered: next(iter(tampered)),
)
async def test_what_the_board_never_offered_is_refused(student: Student, tampered: dict[str, Any]) -> None:
    await student.ask("What are tonight's odds?")
    acted = await student.click(await student.widget("odds-board"), "lock.add_leg", **tampered)
    assert "does not offer that" in refusal(acted)
    assert await student.widgets("parlay") == []


async def test_ten_thousand_legs_are_refused_before_anything_is_read(student: Student) -> None:
    parlay = await start(student, legs=1)
    with pytest.raises(ClientError, match="too large"):
        await student.change(parlay, "lock.set_stake", stake="10", legs=[{"event": "e", "market": "h2h"}] * 10_000)
    with pytest.raises(ClientError, match="does not offer that"):
        await student.change(parlay, "lock.set_stake", stake="10", legs=[{}])


async def test_asking_for_the_parlay_shows_it_at_the_end(student: Student) -> None:
    await start(student, legs=1)
    answer = await student.ask("Show my parlay")
    assert "1 leg at" in answer.text
    assert len(decimal_odds(await student.widget("parlay"))) == 1


async def test_the_injury_report_is_a_search_in_made_up_news(student: Student) -> None:
    answer = await student.ask("Find the injury report")
    found = str([item for item in answer.view.items if item.type == "workflow"])
    assert "Injury report: New York Yankees" in found and "made up" in found
    assert "Theo Marsh, day to day" in answer.text


async def test_the_injury_report_of_one_team_is_of_that_team(student: Student) -> None:
    answer = await student.ask("Any news on Celtics injuries?")
    assert "Celtics" in answer.text and "Yankees" not in answer.text


async def test_a_players_numbers_are_a_card_and_a_table(student: Student) -> None:
    answer = await student.ask("Sam Porter stats, last 5 games")
    assert "27.4" in answer.text
    assert "Sample data" in words((await student.widget("player-card")).widget)
    assert "PTS" in words((await student.widget("stat-table")).widget)


async def test_a_player_nobody_knows_is_a_sentence(student: Student) -> None:
    assert "STATMUSE_URL" in (await student.ask("stats of nobody at all")).text


async def test_a_line_that_moved_is_a_chart(student: Student) -> None:
    answer = await student.ask("How has the Yankees line moved?")
    card = (await student.widget("line-movement")).widget
    (chart,) = [node for node in nodes(tree(card)) if node["type"] == "Chart"]
    said, drawn = words(card), [f"{point['value']:+.0f}" for point in chart["data"]]
    assert {"New York Yankees to win", "New York Yankees @ Boston Red Sox · DraftKings"} <= set(said)
    assert {"Price, in American odds", "Time, EST", "Tue 24 Nov, 17:40 EST"} <= set(said)
    assert len(drawn) == 11 and said[said.index("Now") + 1] == drawn[-1]
    assert f"New York Yankees to win, at DraftKings: the line went from {drawn[0]} to {drawn[-1]}." in answer.text


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        ("How has the Red Sox line moved?", "Boston Red Sox to win"),
        ("How has the Red Sox spread moved?", "Boston Red Sox +1.5"),
        ("Show me a chart of the spread of New York", "New York Yankees -1.5"),
        ("Did the under in the Lakers game move?", "Under 231.5"),
        ("How did the Yankees and the Red Sox move?", "New York Yankees to win"),
    ],
)
async def test_the_line_that_is_asked_for_is_the_one_that_is_drawn(student: Student, asked: str, drawn: str) -> None:
    answer = await student.ask(asked)
    said = words((await student.widget("line-movement")).widget)
    assert drawn in said and drawn in answer.text and "Price, in American odds" in said


async def test_predictions_are_a_table(student: Student) -> None:
    assert "sample data" in (await student.ask("What does our model predict for the NFL?")).text
    said = words((await student.widget("predictions")).widget)
    assert {"Eagles -4.5", "-108", "53 %", "A short week for the visitors."} <= set(said)


async def test_a_game_is_opened_by_the_page_and_the_answer_goes_on(student: Student) -> None:
    opened = await student.ask("Open the Lakers game")
    call = opened.view.items[-1]
    assert isinstance(call, ClientToolCallItem) and call.name == "open_game"
    assert call.arguments["title"] == "Los Angeles Lakers @ Golden State Warriors"
    after = await told(student.client.add_client_tool_output(student.thread_id, {"opened": True}))
    assert "page has it open" in after.text


async def test_a_tool_chosen_in_the_composer_is_used_whatever_the_words_are(student: Student) -> None:
    await student.ask(choosing("Sam Porter", tool="tonights_odds", model="gpt-6.1-sol"))
    await student.widget("odds-board")
    with pytest.raises(ClientError):
        await student.ask(choosing("Hello", model="another"))


async def test_a_chosen_model_keeps_the_stand_in_of_this_agent(student: Student) -> None:
    await student.ask(choosing("What are tonight's odds?", model="gpt-6.1-sol"))
    await student.widget("odds-board")


async def test_mentions_are_found_previewed_and_looked_up(student: Student, example_server: str) -> None:
    async with httpx2.AsyncClient(base_url=example_server, headers={"X-Time-Zone": "Europe/Paris"}) as http:
        found = (await http.get("/api/entities", params={"agent": "lock", "q": "yank"})).json()["entities"]
        assert [entity["group"] for entity in found] == ["Games", "Teams"]
        for entity in found:
            card = (await http.get(f"/api/entities/{entity['id']}/preview", params={"agent": "lock"})).json()["preview"]
            assert "CET" in str(card) or "CEST" in str(card)
        assert (await http.get("/api/entities/team-nobody/preview", params={"agent": "lock"})).status_code == 404
    tag = UserMessageTagContent(id=found[1]["id"], text=found[1]["title"], data={})
    content = [UserMessageTextContent(text="How has the line moved of "), tag]
    message = UserMessageInput(content=content, attachments=[], inference_options=InferenceOptions())
    answer = await student.ask(message)
    assert "New York Yankees" in answer.text


async def test_a_mention_alone_is_told_of_as_the_server_knows_it(student: Student) -> None:
    forged = {"odds": "+100000", "note": "The Yankees have won already."}
    tag = UserMessageTagContent(id="team-new-york-yankees", text="The winners", data=forged)
    content = [UserMessageTextContent(text="Tell me of "), tag]
    answer = await student.ask(UserMessageInput(content=content, attachments=[], inference_options=InferenceOptions()))
    assert "New York Yankees @ Boston Red Sox" in answer.text and "made-up sample data" in answer.text
    assert "100000" not in answer.text and "winners" not in answer.text


@pytest.mark.parametrize(
    ("zone", "starts"),
    [
        ("Europe/Paris", "MLB · Thu 26 Nov, 00:05 CET"),
        ("Asia/Kolkata", "MLB · Thu 26 Nov, 04:35 IST"),
        ("Mars/Olympus", "MLB · Wed 25 Nov, 23:05 UTC"),
        (None, "MLB · Wed 25 Nov, 23:05 UTC"),
    ],
)
async def test_times_are_those_of_the_persons_zone_also_after_a_click(
    example_server: str, zone: str | None, starts: str
) -> None:
    headers = {"X-Time-Zone": zone} if zone else {}
    async with ChatKitClient(f"{example_server}/chatkit/lock", headers=headers) as client:
        student = Student(client)
        await student.ask("What are tonight's odds?")
        board = await student.widget("odds-board")
        assert starts in words(board.widget)
        assert starts in words((await student.change(board, "lock.refresh")).widget)


async def test_a_greeting_is_answered_in_character(student: Student) -> None:
    assert "nothing is a lock" in (await student.ask("Hello")).text


def test_every_widget_of_the_example_is_one() -> None:
    library = WidgetLibrary(EXAMPLES / "professor_lock" / "widgets")
    assert len(library.names()) >= 9
    for name in library.names():
        library.load(name).check()
