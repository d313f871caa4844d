"""The kit can fail: a right store passes all of it, and each wrong one is caught, by name and by chance."""

import itertools
import uuid
from collections.abc import Iterator

import pytest

from chatkit_link.conformance import Promises, StoreSuite, store_suite
from chatkit_link.conformance.harness import REFUSALS, Harness
from chatkit_link.conformance.store.histories import HistoryRun
from tests.conformance import memory_store as stores
from tests.conformance.memory_store import MemoryStore


def new_owner() -> str:
    return uuid.uuid4().hex


TestMemoryStore = store_suite(MemoryStore.open, new_owner, promises=Promises(wide_ids=False), examples=200)

TestStoreOfOneUser = store_suite(
    stores.NoOwners.open, new_owner, promises=Promises(isolates_owners=False, wide_ids=False), examples=100
)

TestStoreThatPromisesLittle = store_suite(
    stores.ListsByCreation.open, new_owner, promises=Promises.of_the_sdk(), examples=50
)

#: A wrong store -> a check that catches it, and whether histories do so, too.
WRONG: dict[type[MemoryStore], tuple[str, bool]] = {
    stores.NoOwners: ("test_another_user_finds_nothing_there", True),
    stores.TimeCursors: ("test_pages_of_every_size_show_each_item_once_and_in_order", True),
    stores.OffsetCursors: ("test_what_comes_and_goes_between_two_pages_moves_nothing_else", True),
    stores.MovesOnSave: ("test_an_item_that_is_saved_again_changes_in_its_place", True),
    stores.Resurrects: ("test_a_deleted_thread_stays_deleted", True),
    stores.TakesAnyId: ("test_an_id_of_another_user_cannot_be_taken", True),
    stores.ItemsByIdAlone: ("test_one_item_id_in_two_threads_overwrites_neither", True),
    stores.ListsByCreation: ("test_threads_are_listed_by_their_last_activity", True),
    stores.Shares: ("test_changing_what_was_loaded_or_saved_changes_nothing_in_the_store", False),
    stores.LosesRaces: ("test_sixty_four_writers_lose_nothing", False),
    stores.NarrowIds: ("test_ids_do_not_collide", False),
    stores.ForgetsTheLastRow: ("test_pages_of_every_size_show_each_item_once_and_in_order", True),
}


class Found(StoreSuite):
    """Bound to no store."""


@pytest.fixture
def harness(request: pytest.FixtureRequest) -> Iterator[Harness]:
    with Harness(request.param.open, new_owner, Promises(), REFUSALS) as harness:
        yield harness


def fails(harness: Harness, name: str) -> bool:
    """Whether a check fails, with any of its parameters."""
    test = getattr(StoreSuite, name)
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    names = [mark.args[0] for mark in marks]
    for values in itertools.product(*(mark.args[1] for mark in marks)):
        try:
            test(StoreSuite(), harness, **dict(zip(names, values, strict=True)))
        except Exception:  # noqa: BLE001 - a check fails with whatever a wrong store raises
            return True
    return False


@pytest.mark.parametrize(
    ("harness", "name"), [(wrong, name) for wrong, (name, _) in WRONG.items()], indirect=["harness"]
)
def test_a_wrong_store_fails_the_check_that_names_its_mistake(harness: Harness, name: str) -> None:
    assert fails(harness, name)


@pytest.mark.parametrize(
    "harness", [wrong for wrong, (_, by_chance) in WRONG.items() if by_chance], indirect=True, ids=lambda p: p.__name__
)
def test_histories_find_the_mistake_without_being_told(harness: Harness) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - an assertion, a KeyError: whatever a wrong store leads to
        Found().run_histories(harness, HistoryRun(500, seconds=120, seed=1))
