"""Who is asking.

A ``Caller`` is made once per request by ``identity/``, passed explicitly to everything below it, and
is the context (``TContext``) of every ChatKit call. Nothing about a person travels any other way.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated person (or anonymous browser) within one tenant.

    tenant: the organisation whose data this is; ``"default"`` when the server has only one.
    user: the person's stable id within the tenant.
    request_id: names this request in responses and logs.
    locale: a BCP 47 language tag from ``Accept-Language``; ``"en"`` when unknown.
    """

    tenant: str
    user: str
    request_id: str = "-"
    locale: str = "en"

    @property
    def owner(self) -> tuple[str, str]:
        """The pair every stored row is filtered by."""
        return (self.tenant, self.user)
