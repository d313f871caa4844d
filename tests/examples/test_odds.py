"""Professor Lock's mathematics: published examples, and what holds for all odds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.professor_lock import odds

# What stands on boards: American odds in whole numbers, both signs.
american = st.one_of(st.integers(100, 100_000), st.integers(-100_000, -101))
decimals = american.map(odds.american_to_decimal)
stakes = st.decimals(0, 1_000_000, places=2)


# The conversion table that every primer on odds prints: fractional, decimal, American, implied probability in %.
@pytest.mark.parametrize(
    ("fractional", "decimal", "line", "percent"),
    [
        ("1/5", "1.20", -500, "83.33"),
        ("2/5", "1.40", -250, "71.43"),
        ("1/2", "1.50", -200, "66.67"),
        ("4/5", "1.80", -125, "55.56"),
        ("10/11", "1.91", -110, "52.38"),
        ("1/1", "2.00", 100, "50.00"),
        ("6/5", "2.20", 120, "45.45"),
        ("3/2", "2.50", 150, "40.00"),
        ("5/2", "3.50", 250, "28.57"),
        ("10/1", "11.00", 1000, "9.09"),
    ],
)
def test_the_published_table_of_conversions(fractional: str, decimal: str, line: int, percent: str) -> None:
    exact = odds.fractional_to_decimal(fractional)
    assert exact.quantize(Decimal("0.01")) == Decimal(decimal)
    assert odds.decimal_to_american(exact) == line
    assert odds.decimal_to_fractional(odds.american_to_decimal(line)) == fractional
    assert (odds.implied_probability(exact) * 100).quantize(Decimal("0.01")) == Decimal(percent)


def test_two_sides_at_minus_110_hold_a_margin_of_4_76_percent() -> None:
    market = [odds.american_to_decimal(-110)] * 2
    assert odds.overround(market).quantize(Decimal("0.0001")) == Decimal("0.0476")
    assert [round(fair, 20) for fair in odds.without_margin(market)] == [Decimal("0.5")] * 2


def test_the_margin_of_a_favourite_and_an_underdog_is_taken_off_in_proportion() -> None:
    # -150 and +130: 60.00 % and 43.48 %, together 103.48 %.
    favourite, underdog = odds.without_margin([odds.american_to_decimal(-150), odds.american_to_decimal(130)])
    assert (favourite * 100).quantize(Decimal("0.01")) == Decimal("57.98")
    assert (underdog * 100).quantize(Decimal("0.01")) == Decimal("42.02")


@pytest.mark.parametrize(
    ("legs", "stake", "back"),
    [
        ([-110, -110], "100", "364.46"),  # the two-leg parlay that pays 2.64 to 1
        ([-110, -110, -110], "100", "695.79"),  # and the three-leg one that pays 5.96 to 1
        ([150, -200], "20", "75.00"),
        ([100], "0", "0.00"),
        ([], "12.34", "12.34"),
    ],
)
def test_what_a_parlay_pays(legs: list[int], stake: str, back: str) -> None:
    combined = odds.parlay([odds.american_to_decimal(leg) for leg in legs])
    assert odds.payout(Decimal(stake), combined) == Decimal(back)


@pytest.mark.parametrize("wrong", [0, 99, -99, Decimal("NaN"), Decimal("Infinity")])
def test_what_are_no_american_odds(wrong: int | Decimal) -> None:
    with pytest.raises(odds.OddsError):
        odds.american_to_decimal(wrong)


@pytest.mark.parametrize("wrong", ["1", "0.5", "0", "-2", "NaN", "Infinity"])
def test_what_are_no_decimal_odds(wrong: str) -> None:
    for reads in (odds.decimal_to_american, odds.decimal_to_fractional, odds.implied_probability):
        with pytest.raises(odds.OddsError):
            reads(Decimal(wrong))
    with pytest.raises(odds.OddsError):
        odds.parlay([Decimal(2), Decimal(wrong)])


@pytest.mark.parametrize("wrong", ["5", "0/2", "5/0", "-5/2", "5/2/1", "five to two", ""])
def test_what_are_no_fractional_odds(wrong: str) -> None:
    with pytest.raises(odds.OddsError):
        odds.fractional_to_decimal(wrong)


def test_a_stake_is_not_negative_and_a_market_has_two_sides() -> None:
    with pytest.raises(odds.OddsError):
        odds.payout(Decimal("-0.01"), Decimal(2))
    with pytest.raises(odds.OddsError):
        odds.without_margin([Decimal(2)])


@given(american)
def test_american_odds_survive_the_way_through_decimal_odds(line: int) -> None:
    assert odds.decimal_to_american(odds.american_to_decimal(line)) == line


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_fractional_odds_survive_it_too(won: int, staked: int) -> None:
    decimal = odds.fractional_to_decimal(f"{won}/{staked}")
    assert odds.fractional_to_decimal(odds.decimal_to_fractional(decimal)) == decimal


@given(decimals, decimals)
def test_the_higher_price_is_the_less_likely_one(one: Decimal, other: Decimal) -> None:
    assert (one > other) == (odds.implied_probability(one) < odds.implied_probability(other))


@given(st.lists(decimals, min_size=2, max_size=8))
def test_probabilities_without_margin_add_up_to_one_and_keep_their_order(market: list[Decimal]) -> None:
    fair = odds.without_margin(market)
    assert abs(sum(fair, Decimal(0)) - 1) < Decimal("1e-20")
    assert sorted(fair, reverse=True) == [fair[at] for at in sorted(range(len(fair)), key=lambda at: market[at])]


@given(st.lists(decimals, min_size=1, max_size=6), decimals)
def test_a_leg_more_pays_more_and_is_less_likely(legs: list[Decimal], leg: Decimal) -> None:
    before, after = odds.parlay(legs), odds.parlay([*legs, leg])
    assert after > before
    assert odds.implied_probability(after) < odds.implied_probability(before)
    assert abs(odds.parlay([leg, *legs]) - after) <= after * Decimal("1e-24")  # whatever the order


@given(stakes, decimals)
def test_a_payout_is_in_whole_cents_and_never_more_than_is_due(stake: Decimal, price: Decimal) -> None:
    back = odds.payout(stake, price)
    assert back.as_tuple().exponent == -2
    assert stake <= back <= stake * price < back + odds.CENT
