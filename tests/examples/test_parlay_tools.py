"""A parlay by words: built, changed and staked by the assistant, at prices of the server alone."""

import json
import re
import time
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from math import prod
from typing import Any

import pytest
from chatkit.widgets import WidgetRoot

from chatkit_link.errors import Unprocessable
from chatkit_link.settings import Settings
from examples.professor_lock import odds
from examples.professor_lock.choices import Choice, find_legs, without
from examples.professor_lock.odds_api import Event
from examples.professor_lock.parlay import Parlay
from examples.professor_lock.proposal import propose
from examples.professor_lock.slate import slate
from tests.agents.test_models import conversation, scripted
from tests.examples.conftest import Student, nodes, student_of, tree, words
from tests.examples.lecture import BEGINS
from tests.examples.test_professor_lock import decimal_odds, figure, start
from tests.model_server import Call, Say

EVENTS = [Event.model_validate(event) for event in slate(BEGINS, BEGINS)]


async def test_a_parlay_is_made_changed_and_staked_in_three_sentences(student: Student) -> None:
    made = await student.ask("Make me a three-leg parlay under +600")
    parlay = await student.widget("parlay")
    prices = decimal_odds(parlay)
    assert len(prices) == 3 and prod(prices) < 7
    assert len(re.findall(r"^- \*\*.+\*\* \([+-]\d+\): .+ % is fair\.$", made.text, re.MULTILINE)) == 3
    assert len([word for word in words(parlay.widget) if "% is fair" in word]) == 3
    assert "cannot be one bet" not in str(words(parlay.widget))  # all at one bookmaker
    games = [word for word in words(parlay.widget) if " @ " in word]
    assert len(set(games)) == 3

    team = games[0].split(" @ ")[0].split()[-1]
    dropped = await student.ask(f"Drop the {team}")
    parlay = await student.widget("parlay")
    assert decimal_odds(parlay) == prices[1:] and "2 legs at" in dropped.text

    await student.ask("Make it a $20 stake")
    parlay = await student.widget("parlay")
    returned = prod(prices[1:], start=Decimal(20)).quantize(Decimal("0.01"), ROUND_DOWN)
    assert figure(parlay, "Payout") == f"${returned}"
    items = (await student.client.get_thread(student.thread_id)).items.data
    assert parlay.id in [item.id for item in items[-2:]]


async def test_what_a_made_parlay_takes_off_the_slip_is_named_until_the_next_change(student: Student) -> None:
    await start(student, legs=2)
    had = _legs((await student.widget("parlay")).widget)
    made = await student.ask("Make me a one-leg parlay")
    parlay = (await student.widget("parlay")).widget
    note = f"Off your slip: {', '.join(had)}."
    assert len(had) == 2 and not set(had) & set(_legs(parlay))
    assert note in words(parlay) and note in made.text
    await student.ask("Make me a two-leg parlay")
    last = _legs((await student.widget("parlay")).widget)[-1]
    assert f"Off your slip: {last}." in (await student.ask(f"Drop the {last}")).text
    staked = await student.ask("Make it a $20 stake")
    assert "Off your slip" not in staked.text + str(words((await student.widget("parlay")).widget))


def _legs(parlay: WidgetRoot) -> list[str]:
    """The names of its legs."""
    rows = [node for node in nodes(tree(parlay)) if str(node.get("key", "")).startswith("leg-")]
    return [next(node["value"] for node in nodes(row) if node["type"] == "Text") for row in rows]


async def test_what_cannot_be_is_a_sentence_and_changes_nothing(student: Student) -> None:
    parlay = await start(student)
    assert "come to +" in (await student.ask("Make me a three-leg parlay under +150")).text
    assert "the board has 5" in (await student.ask("Make me a nine-leg parlay")).text
    assert "No leg of the parlay is meant by 'rangers'" in (await student.ask("Drop the Rangers")).text
    assert "A stake is an amount from $0.01" in (await student.ask("Make it a $20000 stake")).text
    assert tree((await student.widget("parlay")).widget) == tree(parlay.widget)


async def test_a_leg_is_added_by_name_at_the_bookmaker_of_the_others(student: Student) -> None:
    await start(student, legs=1)
    await student.ask("Add the Lakers moneyline")
    said = words((await student.widget("parlay")).widget)
    assert "Los Angeles Lakers to win" in said and "cannot be one bet" not in str(said)


async def test_a_model_names_legs_and_is_told_the_prices_of_the_server(
    make_settings: Callable[..., Settings],
) -> None:
    leg = {"game": "Yankees", "market": "h2h", "outcome": "Red Sox", "reason": "Rested\n bullpen.", "price": "+9900"}
    change = Call("change_parlay", {"add": [leg], "remove": None, "stake": "20", "bookmaker": "", "under": None})
    async with scripted(change, Say("There you go.")) as model, student_of(make_settings, model.address) as student:
        await student.ask("Red Sox to win, twenty bucks")
        parlay = await student.widget("parlay")
    first, second = conversation(model)
    (schema,) = [tool["parameters"] for tool in first["tools"] if tool["name"] == "change_parlay"]
    assert schema["$defs"]["Choice"]["properties"].keys() == {"game", "market", "outcome", "reason"}
    told = json.loads(next(item["output"] for item in second["input"] if item.get("type") == "function_call_output"))
    (named,) = told["legs"]
    best = max(int(outcome.price) for outcome in _moneylines("Boston Red Sox"))
    assert named["price"] == f"{best:+d}" and named["reason"] == "Rested bullpen."
    assert told["stake"] == "20.00" and "Rested bullpen." in words(parlay.widget)


def _moneylines(name: str) -> list[Any]:
    found = [book.market("h2h") for book in EVENTS[0].bookmakers]
    return [outcome for market in found if market and (outcome := market.outcome(name))]


def test_a_proposal_stays_below_its_limit_with_legs_of_different_games() -> None:
    for legs, under in ((1, 100), (2, 300), (3, 600), (4, 1100), (5, 5000), (3, None)):
        limit = odds.american_to_decimal(under) if under else None
        found = propose(EVENTS, legs=legs, under=limit)
        assert len(found) == len({leg.event for leg in found}) == legs
        assert len({leg.bookmaker for leg in found}) == 1
        assert limit is None or odds.parlay([leg.decimal for leg in found]) < limit
        assert all(leg.reason for leg in found)


def test_a_proposal_from_a_long_board_is_ready_at_once() -> None:
    long = [event.model_copy(update={"id": f"{event.id}{at}"}) for at in range(12) for event in EVENTS]
    began = time.process_time()
    assert len(propose(long, legs=6, under=odds.american_to_decimal(2500))) == 6
    assert time.process_time() - began < 5


def test_a_limit_that_no_legs_meet_is_told_with_the_shortest_there_are() -> None:
    with pytest.raises(Unprocessable, match=r"The shortest 3 legs on the board come to \+\d+ together"):
        propose(EVENTS, legs=3, under=Fraction(3, 2))
    with pytest.raises(Unprocessable, match="the board has 5"):
        propose(EVENTS, legs=6, under=None)
    with pytest.raises(Unprocessable, match="the board has 0"):
        propose([], legs=1, under=None)


def test_legs_are_found_by_the_words_that_people_use() -> None:
    def found(game: str, market: Any, outcome: str) -> str:
        (leg,) = find_legs(EVENTS, [Choice(game=game, market=market, outcome=outcome)], "", [])
        return leg.name

    assert found("red sox", "spreads", "the Sox") == "Boston Red Sox +1.5"
    assert found("Lakers @ Warriors", "totals", "under 231.5") == "Under 231.5"
    assert found(EVENTS[1].id, "h2h", "Knicks") == "New York Knicks to win"
    for game, outcome, sentence in (
        ("Rangers", "Rangers", "No coming game is meant"),
        ("Yankees", "Draw", "is no outcome of"),
        ("Yankees", "over", "is no outcome of"),
    ):
        with pytest.raises(Unprocessable, match=sentence):
            find_legs(EVENTS, [Choice(game=game, market="h2h", outcome=outcome)], "", [])
    with pytest.raises(Unprocessable, match="not on the board at Betfair"):
        find_legs(EVENTS, [Choice(game="Yankees", market="h2h", outcome="Yankees")], "Betfair", [])


def test_a_team_names_its_own_leg_before_one_of_its_game() -> None:
    choices = [
        Choice(game="Yankees", market="h2h", outcome="Yankees"),
        Choice(game="Yankees", market="totals", outcome="over"),
        Choice(game="Knicks", market="spreads", outcome="Celtics"),
    ]
    parlay = Parlay(legs=find_legs(EVENTS, choices, "", []))
    names = [leg.name for leg in parlay.legs]
    assert [leg.name for leg in without(parlay, ["the Yankees"])] == names[1:]
    assert [leg.name for leg in without(parlay, ["over"])] == [names[0], names[2]]
    assert [leg.name for leg in without(parlay, ["Knicks"])] == names[:2]
    assert [leg.name for leg in without(parlay, ["red sox"])] == names[2:]
    assert without(parlay, ["all"]) == [] and without(parlay, []) == parlay.legs


def test_one_of_two_legs_on_over_is_meant_by_its_name_or_by_its_game() -> None:
    choices = [Choice(game=game, market="totals", outcome="Over") for game in ("Yankees", "Knicks")]
    parlay = Parlay(legs=find_legs(EVENTS, choices, "", []))
    one, other = [leg.name for leg in parlay.legs]
    assert one != other
    for meant in (one, one.upper(), "the over of the Yankees", "Yankees over"):
        assert [leg.name for leg in without(parlay, [meant])] == [other]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Give me a two leg parlay below +400", "2 legs at"),
        ("Cook me up another 4-leg NBA parlay", "There are not enough games"),
        ("I want to see my parlay", "Your parlay is empty"),
        ("Please remove everything", "Your parlay is empty"),
        ("Did the line drop on the Yankees?", "Your parlay"),
    ],
)
async def test_sentences_of_the_same_kind_mean_what_they_say(student: Student, asked: str, found: str) -> None:
    answer = (await student.ask(asked)).text
    assert (found in answer) is not asked.startswith("Did"), answer
