"""The mathematics of odds, all of it exact: a price is a ``Fraction``, money is a ``Decimal``, and nothing is a float.

Three ways to write one price: American (+150: a stake of 100 wins 150; -150: a stake of 150 wins 100),
decimal (2.50: what comes back for 1, stake included) and fractional (3/2: what is won for 1).
Everything else here is worked out from decimal odds. They are fractions because a price such as -300 wins
a third, which no decimal number holds: with a third that is cut off, $3 at that price would pay $3.99 and not $4.00.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor, prod

_FRACTION = re.compile(r"(\d{1,6})/(\d{1,6})")


class OddsError(ValueError):
    """These are no odds; the message states why."""


def american_to_decimal(american: int | Decimal) -> Fraction:
    """+150 -> 2.5, -200 -> 1.5. American odds are 100 and more, or -100 and less."""
    price = Decimal(american)
    if not price.is_finite() or abs(price) < 100:
        raise OddsError(f"American odds are +100 and more or -100 and less, not {american}.")
    exact = Fraction(price)
    return 1 + (exact / 100 if exact > 0 else 100 / -exact)


def decimal_to_american(decimal: Fraction) -> int:
    """2.5 -> 150, 1.5 -> -200, to the nearest whole number. Even money, 2.0, is +100."""
    won = _won(decimal)
    if won >= 1:
        return int(rounded(won * 100, 0))
    return -int(rounded(100 / won, 0)) if 100 / won >= Fraction(201, 2) else 100


def fractional_to_decimal(fractional: str) -> Fraction:
    """The other way round: 5/2 -> 3.5; "evens" is 1/1."""
    match = _FRACTION.fullmatch("1/1" if fractional.lower() in {"evens", "even", "evs"} else fractional.strip())
    if match is None or not int(match[1]) or not int(match[2]):
        raise OddsError(f"Fractional odds look like 5/2, not like {fractional!r}.")
    return 1 + Fraction(int(match[1]), int(match[2]))


def decimal_to_fractional(decimal: Fraction, *, largest: int = 1000) -> str:
    """3.5 -> "5/2": the closest fraction whose denominator is at most ``largest``."""
    nearest = _won(decimal).limit_denominator(largest) or Fraction(1, largest)
    return f"{nearest.numerator}/{nearest.denominator}"


def implied_probability(decimal: Fraction) -> Fraction:
    """The probability at which a price is fair: 2.5 -> 0.4."""
    _won(decimal)
    return 1 / decimal


def overround(decimals: Sequence[Fraction]) -> Fraction:
    """By how much the implied probabilities of a whole market exceed 1: two sides at -110 -> 1/21, or 4.76 %."""
    return sum((implied_probability(price) for price in decimals), Fraction(0)) - 1


def without_margin(decimals: Sequence[Fraction]) -> list[Fraction]:
    """The probabilities of a whole market's outcomes, its margin taken off each in proportion; their sum is 1."""
    implied = [implied_probability(price) for price in decimals]
    if len(implied) < 2:
        raise OddsError("A market has two outcomes or more.")
    total = sum(implied, Fraction(0))
    return [probability / total for probability in implied]


def parlay(decimals: Sequence[Fraction]) -> Fraction:
    """The decimal odds of a bet that wins only if every leg wins: their product. Nothing at all pays 1."""
    for price in decimals:
        _won(price)
    return prod(decimals, start=Fraction(1))


def payout(stake: Decimal, decimal: Fraction) -> Decimal:
    """What comes back, stake included, in whole cents.

    What is less than a cent is cut off. Bookmakers differ (some round to the nearest cent); this way no user is
    promised more than is due.
    """
    if not stake.is_finite() or stake < 0:
        raise OddsError("A stake is not less than nothing.")
    return _places(floor(Fraction(stake) * decimal * 100), 2)


def rounded(value: Fraction, places: int) -> Decimal:
    """For display: to so many places, half a unit away from nothing."""
    units = floor(abs(value) * 10**places + Fraction(1, 2))
    return _places(units if value >= 0 else -units, places)


def write_american(decimal: Fraction) -> str:
    """With its sign, as it stands on a board: "+150"."""
    return f"{decimal_to_american(decimal):+d}"


def _won(decimal: Fraction) -> Fraction:
    """What a stake of 1 wins beside itself."""
    if decimal <= 1:
        raise OddsError(f"Decimal odds are more than 1, not {decimal}.")
    return decimal - 1


def _places(units: int, places: int) -> Decimal:
    """12345, 2 -> 123.45, whatever the precision of decimal arithmetic is set to."""
    return Decimal((int(units < 0), tuple(map(int, str(abs(units)))), -places))
