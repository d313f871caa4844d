"""All limits on what a request may cost, behind one interface."""

from chatkit_link.caller import Caller
from chatkit_link.limits.budgets import Budgets
from chatkit_link.limits.counter import build_counter
from chatkit_link.limits.ledger import Ledger
from chatkit_link.limits.prices import Prices
from chatkit_link.limits.rates import Kind, Rates
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database

#: What no model of ours is asked for.
_FREE: frozenset[Kind] = frozenset({"uploads", "sessions", "shares"})


class Limits:
    """rates: of requests. ledger: of tokens and money."""

    def __init__(self, rates: Rates, ledger: Ledger) -> None:
        self.rates = rates
        self.ledger = ledger

    async def admit(self, kind: Kind, caller: Caller, address: str | None) -> None:
        """Let a request through that will cost something. address: the client's, ``None`` for that of a back end.

        Raises:
            TooManyRequests: too many within a minute, or a budget is used up; with ``Retry-After``.
        """
        await self.rates.take(kind, caller, address)
        if kind not in _FREE:
            await self.ledger.require_budget(caller)


def build_limits(settings: Settings, database: Database) -> Limits:
    """Raises ConfigurationError where a package is missing."""
    return Limits(
        Rates(build_counter(settings, database), settings),
        Ledger(database, Prices(settings.prices), Budgets(settings)),
    )
