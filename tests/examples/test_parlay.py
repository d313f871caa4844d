"""The parlay by itself: what moves in it, and what it says of its legs."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from examples.professor_lock.odds_api import Event, MarketKey
from examples.professor_lock.parlay import MOST_LEGS, Parlay, Pick, quote
from examples.professor_lock.slate import slate
from examples.professor_lock.slip import figures
from tests.examples.lecture import BEGINS


def test_a_leg_whose_line_moved_at_the_same_price_has_moved() -> None:
    event = Event.model_validate(slate(BEGINS, BEGINS)[0])
    leg = quote(event, Pick(event=event.id, bookmaker="fanduel", market="spreads", outcome=event.home_team))
    assert leg is not None
    event.bookmakers[1].markets[1].outcomes[1].point = Decimal("2.5")
    parlay = Parlay(legs=[leg])
    assert parlay.reprice([event], BEGINS, "UTC") == []
    assert (parlay.legs[0].price, parlay.legs[0].moved) == (leg.price, leg.shown)
    assert parlay.legs[0].name == "Boston Red Sox +2.5"
    assert parlay.reprice([event], BEGINS, "UTC") == [] and parlay.legs[0].moved == ""  # looked at again, it has not


def test_a_parlay_says_what_a_bookmaker_would() -> None:
    one, other, *_ = [Event.model_validate(event) for event in slate(BEGINS, BEGINS)]

    def caveats(*picks: tuple[Event, str, MarketKey]) -> str:
        legs = [
            quote(event, Pick(event=event.id, bookmaker=book, market=market, outcome=event.sides(market)[0]))
            for event, book, market in picks
        ]
        return Parlay(legs=[leg for leg in legs if leg]).caveats

    assert caveats((one, "fanduel", "h2h"), (other, "fanduel", "h2h")) == ""
    assert "hang together" in caveats((one, "fanduel", "h2h"), (one, "fanduel", "totals"))
    assert "cannot be one bet" in caveats((one, "fanduel", "h2h"), (other, "betmgm", "h2h"))


@given(
    st.lists(st.one_of(st.integers(100, 100_000), st.integers(-100_000, -101)), max_size=MOST_LEGS),
    st.decimals("0.01", 10_000, places=2),
)
def test_any_parlay_can_be_shown_and_kept(prices: list[int], stake: Decimal) -> None:
    leg = {"bookmaker": "b", "market": "h2h", "outcome": "o", "name": "n", "game": "g", "book": "B", "shown": "s"}
    legs = [{**leg, "event": str(at), "price": price} for at, price in enumerate(prices)]
    parlay = Parlay.model_validate({"legs": legs, "stake": stake})
    assert Decimal(figures(parlay)["payout"].replace(",", "")) == parlay.payout >= stake
    assert Parlay.model_validate_json(parlay.model_dump_json()) == parlay


def test_what_cannot_be_read_is_an_empty_parlay() -> None:
    assert Parlay.of({"parlay": {"legs": 7}}) == Parlay.of({}) == Parlay()
