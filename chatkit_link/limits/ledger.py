"""Records what was used, and checks the budgets."""

from decimal import Decimal

from chatkit_link.caller import Caller
from chatkit_link.limits.budgets import Budgets
from chatkit_link.limits.meter import Meter, Reading
from chatkit_link.limits.prices import Prices
from chatkit_link.store.engine import Database
from chatkit_link.store.spending import Used, load_spent, record


class Ledger:
    """The usage of all users."""

    def __init__(self, database: Database, prices: Prices, budgets: Budgets) -> None:
        self._database = database
        self._prices = prices
        self._budgets = budgets

    async def require_budget(self, caller: Caller) -> None:
        """Raises BudgetUsedUp. Where no budget is set, nothing is asked."""
        if self._budgets:
            async with self._database.session(caller) as session:
                spent = await load_spent(session)
            self._budgets.require_room(spent)

    async def keep(self, meter: Meter, caller: Caller) -> list[str]:
        """Store what the meter has read, and take it out of the meter; returns the notices that its user is due.

        Raises:
            Unavailable: the database is away; the readings stay in the meter, and count once however often
                this is tried.
        """
        if not (readings := list(meter.readings)):
            return []
        used = [self._used(reading, meter) for reading in readings]
        async with self._database.session(caller) as session:
            spent = await record(session, used)
        del meter.readings[: len(readings)]
        tokens = sum(row.input_tokens + row.output_tokens for row in used)
        return self._budgets.notices(spent, tokens, sum((row.cost for row in used), Decimal(0)), caller.locale)

    def _used(self, reading: Reading, meter: Meter) -> Used:
        return Used(
            id=reading.id,
            run_id=meter.run_id,
            generation=meter.generation,
            agent=meter.agent,
            model=reading.model,
            kind=reading.kind,
            requests=reading.requests,
            input_tokens=reading.input_tokens,
            cached_tokens=reading.cached_tokens,
            output_tokens=reading.output_tokens,
            cost=self._prices.cost(
                reading.model,
                input_tokens=reading.input_tokens,
                cached_tokens=reading.cached_tokens,
                output_tokens=reading.output_tokens,
                seconds=reading.seconds,
            ),
        )
