"""Checks of any ``chatkit.store.Store``.

    TestStore = store_suite(open_store, new_owner)

``open_store`` gives an async context manager around an open store, ``new_owner`` a context (the SDK's
``TContext``) of a user who has nothing in it yet. Where these need pytest's fixtures, derive from
``StoreSuite`` and override the fixtures of those names.

A check without a name beside ``@check`` is of what the SDK expects from every store. A name is a promise
that goes further (``Promises``), and the check is skipped where the store does not make it.
"""

import functools
from collections.abc import Callable
from typing import Any

import pytest
from chatkit.store import Store
from hypothesis import HealthCheck, settings
from typing_extensions import override

from chatkit_link.conformance.harness import REFUSALS, Harness, Refusals
from chatkit_link.conformance.loop_runner import Factory
from chatkit_link.conformance.losses import add_loss
from chatkit_link.conformance.machine import StoreMachine
from chatkit_link.conformance.promises import Promises
from chatkit_link.conformance.store.checks import check
from chatkit_link.conformance.store.concurrency import Concurrency
from chatkit_link.conformance.store.crud import Crud
from chatkit_link.conformance.store.histories import HistoryRun
from chatkit_link.conformance.store.isolation import Isolation
from chatkit_link.conformance.store.pagination import Pagination

__all__ = ["Promises", "StoreSuite", "check", "store_suite"]


class StoreSuite(Concurrency, Isolation, Pagination, Crud):
    """Derive from it, or let ``store_suite`` do so."""

    def test_any_history_leaves_what_a_plain_model_leaves(
        self, harness: Harness, request: pytest.FixtureRequest
    ) -> None:
        """``machine/`` defines what a history is made of."""
        try:
            self.run_histories(harness, HistoryRun.of(request.config, self.examples))
        except Exception as error:
            add_loss(error, "test_any_history_leaves_what_a_plain_model_leaves")
            raise

    def run_histories(self, harness: Harness, histories: HistoryRun) -> None:
        histories.run(functools.partial(StoreMachine, harness), self.histories(histories.examples))

    def histories(self, examples: int) -> settings:
        """How Hypothesis looks for mistakes; override it to look otherwise."""
        return settings(
            max_examples=examples,
            stateful_step_count=self.steps,
            deadline=None,  # a database is slow when it is, and that is no mistake
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        )


def store_suite(
    open_store: Factory[Store[Any]],
    new_owner: Callable[[], Any],
    *,
    promises: Promises = Promises(),  # noqa: B008 - frozen
    refusals: Refusals = REFUSALS,
    examples: int = 500,
) -> type[StoreSuite]:
    """The suite for one store, to be bound to a name that pytest collects.

    Args:
        open_store: gives an async context manager around an open store.
        new_owner: a context of a user who has nothing in the store yet.
        promises: what this store promises beyond the SDK's interface.
        refusals: what it raises for ids that are unknown or another user's.
        examples: how many histories Hypothesis generates.
    """

    class Suite(StoreSuite):
        @pytest.fixture(scope="class")
        @classmethod
        @override
        def open_store(cls) -> Factory[Store[Any]]:
            return open_store

        @pytest.fixture(scope="class")
        @classmethod
        @override
        def new_owner(cls) -> Callable[[], Any]:
            return new_owner

    Suite.promises, Suite.refusals, Suite.examples = promises, refusals, examples
    return Suite
