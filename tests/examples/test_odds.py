"""Professor Lock's mathematics: published examples, and what holds for all odds."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.professor_lock import odds

CENT = Decimal("0.01")
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
    assert odds.rounded(exact, 2) == Decimal(decimal)
    assert odds.decimal_to_american(exact) == line
    assert odds.decimal_to_fractional(odds.american_to_decimal(line)) == fractional
    assert odds.rounded(odds.implied_probability(exact) * 100, 2) == Decimal(percent)


def test_two_sides_at_minus_110_hold_a_margin_of_4_76_percent() -> None:
    market = [odds.american_to_decimal(-110)] * 2
    assert odds.overround(market) == Fraction(1, 21)
    assert odds.without_margin(market) == [Fraction(1, 2)] * 2


def test_the_published_book_of_a_match_with_a_draw() -> None:
    """Wikipedia, "Mathematics of bookmaking": real chances of 50, 30 and 20 % are sold as 53, 33 and 23 %."""
    book = [1 / Fraction(percent, 100) for percent in (53, 33, 23)]
    assert odds.overround(book) == Fraction(9, 100)
    assert [odds.rounded(100 * fair, 1) for fair in odds.without_margin(book)] == [
        Decimal("48.6"),
        Decimal("30.3"),
        Decimal("21.1"),
    ]


def test_the_margin_of_a_favourite_and_an_underdog_is_taken_off_in_proportion() -> None:
    # -150 and +130: 60.00 % and 43.48 %, together 103.48 %.
    favourite, underdog = odds.without_margin([odds.american_to_decimal(-150), odds.american_to_decimal(130)])
    assert odds.rounded(favourite * 100, 2) == Decimal("57.98")
    assert odds.rounded(underdog * 100, 2) == Decimal("42.02")


# What books that pay parlays of legs at -110 by multiplication publish, to one.
@pytest.mark.parametrize(
    ("legs", "to_one"), [(2, "2.64"), (3, "5.95"), (4, "12.28"), (6, "47.41"), (7, "91.42"), (8, "175.44")]
)
def test_the_published_table_of_parlays(legs: int, to_one: str) -> None:
    won = odds.payout(Decimal(1), odds.parlay([odds.american_to_decimal(-110)] * legs)) - 1
    assert won == Decimal(to_one)


@pytest.mark.parametrize(
    ("legs", "stake", "back"),
    [
        ([-110, -110], "100", "364.46"),
        ([-110, -110, -110], "100", "695.79"),
        ([150, -200], "20", "75.00"),
        ([-300], "3", "4.00"),  # a third in decimal arithmetic would be cut off, and pay 3.99
        ([-700, -700], "49", "64.00"),
        ([100], "0", "0.00"),
        ([], "12.34", "12.34"),
    ],
)
def test_what_a_parlay_pays(legs: list[int], stake: str, back: str) -> None:
    combined = odds.parlay([odds.american_to_decimal(leg) for leg in legs])
    assert odds.payout(Decimal(stake), combined) == Decimal(back)


def test_a_dozen_long_shots_are_paid_to_the_cent_whatever_the_precision_is_set_to() -> None:
    with localcontext() as context:
        context.prec = 5
        combined = odds.parlay([odds.american_to_decimal(100_000)] * 12)
        assert str(odds.payout(Decimal("10000.00"), combined)) == f"{1001**12 * 10_000}.00"


@pytest.mark.parametrize(("decimal", "line"), [("2.0", 100), ("1.9999", 100), ("1.99", -101), ("2.004", 100)])
def test_even_money_has_one_name(decimal: str, line: int) -> None:
    assert odds.decimal_to_american(Fraction(decimal)) == line


@pytest.mark.parametrize("wrong", [0, 99, -99, Decimal("NaN"), Decimal("Infinity")])
def test_what_are_no_american_odds(wrong: int | Decimal) -> None:
    with pytest.raises(odds.OddsError):
        odds.american_to_decimal(wrong)


@pytest.mark.parametrize("wrong", ["1", "0.5", "0", "-2"])
def test_what_are_no_decimal_odds(wrong: str) -> None:
    for reads in (odds.decimal_to_american, odds.decimal_to_fractional, odds.implied_probability):
        with pytest.raises(odds.OddsError):
            reads(Fraction(wrong))
    with pytest.raises(odds.OddsError):
        odds.parlay([Fraction(2), Fraction(wrong)])


@pytest.mark.parametrize("wrong", ["5", "0/2", "5/0", "-5/2", "5/2/1", "five to two", ""])
def test_what_are_no_fractional_odds(wrong: str) -> None:
    with pytest.raises(odds.OddsError):
        odds.fractional_to_decimal(wrong)


@pytest.mark.parametrize("stake", ["-0.01", "NaN", "Infinity", "-Infinity"])
def test_what_is_no_stake(stake: str) -> None:
    with pytest.raises(odds.OddsError):
        odds.payout(Decimal(stake), Fraction(2))


def test_a_market_has_two_sides() -> None:
    with pytest.raises(odds.OddsError):
        odds.without_margin([Fraction(2)])


@given(american)
def test_american_odds_survive_the_way_through_decimal_odds(line: int) -> None:
    assert odds.decimal_to_american(odds.american_to_decimal(line)) == line


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_fractional_odds_survive_it_too(won: int, staked: int) -> None:
    decimal = odds.fractional_to_decimal(f"{won}/{staked}")
    assert odds.fractional_to_decimal(odds.decimal_to_fractional(decimal)) == decimal


@given(decimals)
def test_a_price_and_its_implied_probability_are_two_ways_to_say_one_thing(price: Fraction) -> None:
    assert 1 / odds.implied_probability(price) == price
    assert 0 < odds.implied_probability(price) < 1


@given(decimals, decimals)
def test_the_higher_price_is_the_less_likely_one(one: Fraction, other: Fraction) -> None:
    assert (one > other) == (odds.implied_probability(one) < odds.implied_probability(other))
    assert (one > other) <= (odds.decimal_to_american(one) != odds.decimal_to_american(other))


@given(st.lists(decimals, min_size=2, max_size=8))
def test_probabilities_without_margin_add_up_to_one_and_keep_their_order(market: list[Fraction]) -> None:
    fair = odds.without_margin(market)
    assert sum(fair) == 1
    assert sorted(fair, reverse=True) == [fair[at] for at in sorted(range(len(fair)), key=lambda at: market[at])]


@given(st.lists(decimals, min_size=1, max_size=12), decimals)
def test_a_leg_more_pays_more_and_is_less_likely_and_the_order_does_not_matter(
    legs: list[Fraction], leg: Fraction
) -> None:
    before, after = odds.parlay(legs), odds.parlay([*legs, leg])
    assert after > before
    assert odds.implied_probability(after) < odds.implied_probability(before)
    assert odds.parlay([leg, *legs]) == after


@given(stakes, st.lists(decimals, max_size=12))
def test_a_payout_is_in_whole_cents_and_less_than_a_cent_below_what_is_due(
    stake: Decimal, legs: list[Fraction]
) -> None:
    price = odds.parlay(legs)
    back = odds.payout(stake, price)
    assert back.as_tuple().exponent == -2
    assert Fraction(stake) <= Fraction(back) <= Fraction(stake) * price < Fraction(back) + Fraction(CENT)


@given(stakes, stakes, decimals)
def test_whoever_stakes_more_gets_no_less(one: Decimal, other: Decimal, price: Fraction) -> None:
    assert (one <= other) <= (odds.payout(one, price) <= odds.payout(other, price))


@given(st.fractions(-1000, 1000), st.integers(0, 6))
def test_what_is_rounded_is_at_most_half_a_place_away(value: Fraction, places: int) -> None:
    assert abs(Fraction(odds.rounded(value, places)) - value) <= Fraction(1, 2 * 10**places)
