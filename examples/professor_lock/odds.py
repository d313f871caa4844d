"""The mathematics of odds. All of it is decimal arithmetic: money and prices are never floats.

Three ways to write one price: American (+150: a stake of 100 wins 150; -150: a stake of 150 wins 100),
decimal (2.50: what comes back for 1, stake included) and fractional (3/2: what is won for 1).
Everything else here is worked out from decimal odds.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
_FRACTION = re.compile(r"(\d{1,6})/(\d{1,6})")


class OddsError(ValueError):
    """These are no odds; the message says why."""


def american_to_decimal(american: int | Decimal) -> Decimal:
    """+150 -> 2.5, -200 -> 1.5. American odds are 100 and more, or -100 and less."""
    price = Decimal(american)
    if not price.is_finite() or abs(price) < HUNDRED:
        raise OddsError(f"American odds are +100 and more or -100 and less, not {american}.")
    return 1 + (price / HUNDRED if price > 0 else HUNDRED / -price)


def decimal_to_american(decimal: Decimal) -> int:
    """2.5 -> 150, 1.5 -> -200, to the nearest whole number. Even money, 2.0, is +100."""
    won = _won(decimal)
    exact = won * HUNDRED if won >= 1 else -HUNDRED / won
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def fractional_to_decimal(fractional: str) -> Decimal:
    """The other way round: 5/2 -> 3.5; "evens" is 1/1."""
    match = _FRACTION.fullmatch("1/1" if fractional.lower() in {"evens", "even", "evs"} else fractional.strip())
    if match is None or not int(match[1]) or not int(match[2]):
        raise OddsError(f"Fractional odds look like 5/2, not like {fractional!r}.")
    return 1 + Decimal(match[1]) / Decimal(match[2])


def decimal_to_fractional(decimal: Decimal, *, largest: int = 1000) -> str:
    """3.5 -> "5/2": the closest fraction whose denominator is at most ``largest``."""
    nearest = Fraction(_won(decimal)).limit_denominator(largest)
    if not nearest:
        nearest = Fraction(1, largest)
    return f"{nearest.numerator}/{nearest.denominator}"


def implied_probability(decimal: Decimal) -> Decimal:
    """The probability at which a price is fair: 2.5 -> 0.4."""
    _won(decimal)
    return 1 / decimal


def overround(decimals: Sequence[Decimal]) -> Decimal:
    """By how much the implied probabilities of a whole market exceed 1: two sides at -110 -> 0.0476."""
    return sum((implied_probability(price) for price in decimals), Decimal(0)) - 1


def without_margin(decimals: Sequence[Decimal]) -> list[Decimal]:
    """The probabilities of a whole market's outcomes, its margin taken off each in proportion; their sum is 1."""
    implied = [implied_probability(price) for price in decimals]
    if len(implied) < 2:
        raise OddsError("A market has two outcomes or more.")
    total = sum(implied, Decimal(0))
    return [probability / total for probability in implied]


def parlay(decimals: Sequence[Decimal]) -> Decimal:
    """The decimal odds of a bet that wins only if every leg wins: their product. Nothing at all pays 1."""
    combined = Decimal(1)
    for price in decimals:
        _won(price)
        combined *= price
    return combined


def payout(stake: Decimal, decimal: Decimal) -> Decimal:
    """What comes back, stake included, in whole cents. Rounded down: never a promise of more than is due."""
    if not stake.is_finite() or stake < 0:
        raise OddsError("A stake is not less than nothing.")
    return (stake * decimal).quantize(CENT, ROUND_DOWN)


def write_american(decimal: Decimal) -> str:
    """With its sign, as it stands on a board: "+150"."""
    return f"{decimal_to_american(decimal):+d}"


def _won(decimal: Decimal) -> Decimal:
    """What a stake of 1 wins beside itself."""
    if not decimal.is_finite() or decimal <= 1:
        raise OddsError(f"Decimal odds are more than 1, not {decimal}.")
    return decimal - 1
