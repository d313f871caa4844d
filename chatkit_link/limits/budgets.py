"""Budgets: how many tokens, and how much money, a user and a tenant may use in a day and in a month.

A budget is checked before an answer starts, against what was used until then. An answer that passes
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
from chatkit_link.translations import Localized

#: Names of budgets, by whether it is of the whole tenant, and by their span.
_NAMES = {
    (False, "day"): Localized("budget_user_day"),
    (False, "month"): Localized("budget_user_month"),
    (True, "day"): Localized("budget_tenant_day"),
    (True, "month"): Localized("budget_tenant_month"),
}


@dataclass(frozen=True, slots=True)
class Budget:
    """whole_tenant: of all users of the tenant together. span: ``day`` or ``month``. unit: ``tokens`` or ``cost``."""

    whole_tenant: bool
    span: str
    unit: str
    most: Decimal

    @property
    def name(self) -> Localized:
        return _NAMES[self.whole_tenant, self.span]

    def used(self, spent: Spent) -> Decimal:
        return Decimal(spent.tokens) if self.unit == "tokens" else spent.cost

    def applies_to(self, spent: Spent) -> bool:
        return spent.whole_tenant == self.whole_tenant and spent.span == self.span


class Budgets:
    """All budgets of the settings. notice: the used part of a budget at which its users get a notice."""

    def __init__(self, settings: Settings) -> None:
        self._budgets = list(_budgets(settings))
        self._notice = Decimal(str(settings.budget_notice))

    def __bool__(self) -> bool:
        return bool(self._budgets)

    def require_room(self, spent: Sequence[Spent]) -> None:
        """Raises BudgetUsedUp, for the one that is used up longest."""
        over = [(one, budget) for one, budget in self._pairs(spent) if budget.used(one) >= budget.most]
        if over:
            # On the last day of a month, that of the day ends with that of the month, which says more.
            longest, budget = max(reversed(over), key=lambda pair: pair[0].left)
            refused = Localized("budget_used_up", budget=budget.name, until=longest.until)
            raise BudgetUsedUp(refused, retry_after=math.ceil(longest.left))

    def notices(self, spent: Sequence[Spent], tokens: int, cost: Decimal, locale: str) -> list[str]:
        """Notices for a user when ``tokens`` and ``cost`` have just been added: of the marks they passed."""
        notices: list[Localized] = []
        for one, budget in self._pairs(spent):
            used = budget.used(one)
            before = used - (tokens if budget.unit == "tokens" else cost)
            if before < budget.most <= used:
                notices.append(Localized("budget_used_up_by_answer", budget=budget.name, until=one.until))
            elif self._notice and before < budget.most * self._notice <= used:
                percent = int(100 * used / budget.most)
                notices.append(Localized("budget_nearly_used_up", budget=budget.name, percent=percent))
        return list(dict.fromkeys(notice.in_language(locale) for notice in notices))

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
