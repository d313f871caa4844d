"""How answers ended that are not whole, beside the messages that they answer."""

from chatkit.types import ErrorEvent

from chatkit_link.caller import Caller, Retry
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.turns import TurnRecord
from tests.store.build import assistant, thread, user

_BUSY = ErrorEvent(message="The model is busy.", allow_retry=True)


async def test_an_ending_stands_beside_what_a_model_remembers_until_the_message_is_answered_again(
    store: PostgresStore, ada: Caller
) -> None:
    here = await thread(store, ada)
    question, answer = user(here.id, "Why?"), assistant(here.id, "Because")
    await store.add_thread_item(here.id, question, ada)
    await store.add_thread_item(here.id, answer, ada)
    record = TurnRecord(input=[{"x": 1}], covers=[answer.id], sources={})
    await store.save_turn(here.id, question.id, record, ada)
    await store.save_ending(here.id, "failed", ada, _BUSY)

    assert await store.load_turn(here.id, question.id, ada) == {
        **record,
        "ending": {"status": "failed", "after": answer.id, "error": _BUSY.model_dump(mode="json", exclude_none=True)},
    }

    await store.replace_answer(Retry(here.id, question.id), assistant(here.id, "Therefore"), ada)
    assert await store.load_endings(here.id, ada) == {}


async def test_a_click_that_goes_well_settles_what_failed_and_not_what_was_stopped(
    store: PostgresStore, ada: Caller
) -> None:
    here = await thread(store, ada)
    first, second = user(here.id, "One?"), user(here.id, "Two?")
    await store.add_thread_item(here.id, first, ada)
    await store.save_ending(here.id, "cancelled", ada)
    await store.settle_ending(here.id, ada)
    assert (await store.load_endings(here.id, ada))[first.id]["status"] == "cancelled"

    await store.add_thread_item(here.id, second, ada)
    await store.save_ending(here.id, "interrupted", ada, _BUSY)
    assert set(await store.load_endings(here.id, ada)) == {first.id, second.id}
    await store.settle_ending(here.id, ada)
    assert set(await store.load_endings(here.id, ada)) == {first.id}


async def test_a_thread_without_a_message_has_no_ending(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    await store.save_ending(here.id, "failed", ada, _BUSY)
    assert await store.load_endings(here.id, ada) == {}
