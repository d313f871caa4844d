"""What the kit writes about a stranger's store: a loss for each check, a seed, progress, and an end in time."""

import itertools
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, rule

from chatkit_link.conformance import StoreSuite
from chatkit_link.conformance.losses import LOSSES
from chatkit_link.conformance.store.histories import HistoryRun

pytest_plugins = ["pytester"]

STORE = """
from contextlib import asynccontextmanager
from uuid import uuid4

from chatkit_link.conformance import store_suite
from tests.conformance.memory_store import MemoryStore


class Careless(MemoryStore):
    async def load_thread(self, thread_id, context):
        return self.threads[thread_id].data

    async def save_attachment(self, attachment, context):
        raise NotImplementedError("no files here")


@asynccontextmanager
async def open_store():
    yield Careless()


TestStore = store_suite(open_store, lambda: str(uuid4()))
"""


def test_each_check_of_a_store_says_what_a_user_loses() -> None:
    assert {name for name in dir(StoreSuite) if name.startswith("test_")} == set(LOSSES)


class Fine(RuleBasedStateMachine):
    @rule()
    def nothing(self) -> None:
        """Goes well."""


class Wrong(RuleBasedStateMachine):
    @rule()
    def fails(self) -> None:
        raise AssertionError("two and two are five")


def test_histories_tell_how_far_they_are_and_stop_in_time() -> None:
    lines: list[str] = []
    clock = itertools.count(0.0, 4)  # each look at it takes four seconds
    run = HistoryRun(500, seconds=30, seed=7, report=lines.append, clock=lambda: next(clock))
    run.run(Fine, settings(stateful_step_count=2, deadline=None))
    assert lines[0] == "40 of 500 histories in 8 s, seed 7"
    assert lines[-1] == "stopped after 32 s: 160 of 500 histories, none went wrong"


def test_a_failed_history_names_the_seed_that_repeats_it() -> None:
    with pytest.raises(AssertionError, match="two and two") as failed:
        HistoryRun(20, seed=7).run(Wrong, settings(stateful_step_count=2, deadline=None))
    assert "--conformance-seed 7" in "".join(failed.value.__notes__)


def test_a_careless_store_is_told_what_its_users_lose(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(STORE)
    pytester.syspathinsert(Path(__file__).parents[2])
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-rs", "-k", "as_it_was_saved or another_user_finds_nothing", timeout=60
    )
    result.stdout.fnmatch_lines(["*What a user loses: privacy: another user reads or changes the chat."])
    result.stdout.fnmatch_lines(["*this store does not implement it, so users go without: no files here"])
