"""Budgets: how many tokens, and how much money, a user and a tenant may use in a day and in a month.

A budget is looked at before an answer begins, against what was used until then. An answer that passes
it midway is finished: its tokens are paid for already, and half an answer is worth nothing. So a budget
can be passed by what is being written at that moment, and the answer after that is refused.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chatkit_link.errors import BudgetUsedUp
from chatkit_link.settings import Settings
from chatkit_link.store.spending import Spent

_SPANS = {"day": "today", "month": "this month"}


@dataclass(frozen=True, slots=True)
class Budget:
    """whole_tenant: of everybody in the tenant together. span: ``day`` or ``month``. unit: ``tokens`` or ``cost``."""

    whole_tenant: bool
    span: str
    unit: str
    most: Decimal

    @property
    def name(self) -> str:
        return f"{'The' if self.whole_tenant else 'Your'} budget for {_SPANS[self.span]}"

    def used(self, spent: Spent) -> Decimal:
        return Decimal(spent.tokens) if self.unit == "tokens" else spent.cost

    def applies_to(self, spent: Spent) -> bool:
        return spent.whole_tenant == self.whole_tenant and spent.span == self.span


class Budgets:
    """All budgets of the settings. notice: the used part of one at which people are told."""

    def __init__(self, settings: Settings) -> None:
        self._budgets = list(_budgets(settings))
        self._notice = Decimal(str(settings.budget_notice))

    def __bool__(self) -> bool:
        return bool(self._budgets)

    def require_room(self, spent: Sequence[Spent]) -> None:
        """Raises BudgetUsedUp, for the one that is used up longest."""
        over = [(one, budget) for one, budget in self._pairs(spent) if budget.used(one) >= budget.most]
        if over:
            longest, budget = max(over, key=lambda pair: pair[0].left)
            raise BudgetUsedUp(
                f"{budget.name} is used up. It begins anew {_moment(longest)}.", retry_after=math.ceil(longest.left)
            )

    def notices(self, spent: Sequence[Spent], tokens: int, cost: Decimal) -> list[str]:
        """What to tell people when ``tokens`` and ``cost`` have just been added: of the marks they passed."""
        notices: list[str] = []
        for one, budget in self._pairs(spent):
            used = budget.used(one)
            before = used - (tokens if budget.unit == "tokens" else cost)
            if before < budget.most <= used:
                notices.append(f"{budget.name} is used up with this answer. It begins anew {_moment(one)}.")
            elif self._notice and before < budget.most * self._notice <= used:
                notices.append(f"{budget.name} is nearly used up: {int(100 * used / budget.most)} % are gone.")
        return list(dict.fromkeys(notices))

    def _pairs(self, spent: Sequence[Spent]) -> Iterator[tuple[Spent, Budget]]:
        return ((one, budget) for budget in self._budgets for one in spent if budget.applies_to(one))


def _budgets(settings: Settings) -> Iterator[Budget]:
    for whole_tenant, span, unit, most in (
        (False, "day", "tokens", settings.budget_user_day_tokens),
        (False, "month", "tokens", settings.budget_user_month_tokens),
        (False, "day", "cost", settings.budget_user_day_cost),
        (False, "month", "cost", settings.budget_user_month_cost),
        (True, "day", "tokens", settings.budget_tenant_day_tokens),
        (True, "month", "tokens", settings.budget_tenant_month_tokens),
        (True, "day", "cost", settings.budget_tenant_day_cost),
        (True, "month", "cost", settings.budget_tenant_month_cost),
    ):
        if most:
            yield Budget(whole_tenant, span, unit, Decimal(most))


def _moment(spent: Spent) -> str:
    """When the span ends: months and days begin at midnight UTC."""
    return f"on {spent.until.day} {spent.until:%B %Y} at 00:00 UTC"
