"""Edited messages and answers that were given again: what leaves a thread's path, and comes back as it was."""

import asyncio
import contextlib
import json
from datetime import datetime
from typing import Any

import pytest
from chatkit.types import ClientToolCallItem, HiddenContextItem, ThreadMetadata

from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import Conflict, NotFound, ThreadBusy, Unprocessable
from chatkit_link.protocol.branches import list_branches, switch_branch
from chatkit_link.protocol.thread_export import as_json
from chatkit_link.protocol.thread_search import search_threads
from chatkit_link.store import imports, runs
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.turns import TurnRecord
from tests.store.build import assistant, text_of, thread, user


def record(name: str, *covers: str) -> TurnRecord:
    return {"input": [{"name": name}], "covers": list(covers), "sources": {}}


async def talk(store: PostgresStore, caller: Caller, *texts: str) -> ThreadMetadata:
    """A thread of questions and answers, whose ids are their texts; each question has a record of its answer."""
    here = await thread(store, caller)
    for question, answer in zip(texts[::2], texts[1::2], strict=True):
        await store.add_message(here.id, user(here.id, question, item_id=question), caller)
        await store.add_thread_item(here.id, assistant(here.id, answer, item_id=answer), caller)
        await store.save_turn(here.id, question, record(answer, answer), caller)
    return here


async def edit(
    store: PostgresStore, caller: Caller, here: ThreadMetadata, edits: str, question: str, answer: str
) -> None:
    await store.add_message(here.id, user(here.id, question, item_id=question), caller, edits=edits)
    await store.add_thread_item(here.id, assistant(here.id, answer, item_id=answer), caller)
    await store.save_turn(here.id, question, record(answer, answer), caller)


async def again(store: PostgresStore, caller: Caller, here: ThreadMetadata, question: str, answer: str) -> None:
    retry = Retry(here.id, question, record(answer, answer))
    await store.replace_answer(retry, assistant(here.id, answer, item_id=answer), caller)


async def path(store: PostgresStore, caller: Caller, here: ThreadMetadata) -> list[tuple[str, str | None]]:
    """Each item, and what is recorded of the turn that answers it."""
    history = await store.load_history(here.id, 100, caller)
    page = await store.load_thread_items(here.id, None, 100, "asc", caller)
    assert [item for item, _ in history] == page.data
    return [(text_of(item), found["input"][0]["name"] if found else None) for item, found in history]


async def points(store: PostgresStore, caller: Caller, here: ThreadMetadata) -> list[tuple[str, tuple[str, ...]]]:
    return [(point.item_id, point.siblings) for point in await list_branches(store, here.id, caller)]


async def test_an_edited_message_leaves_with_all_that_followed_and_comes_back_with_it(
    store: PostgresStore, ada: Caller
) -> None:
    here = await talk(store, ada, "q1", "a1", "q2", "a2", "q3", "a3")
    before = await path(store, ada, here)
    await store.save_feedback(here.id, ["a3"], "positive", ada)
    await edit(store, ada, here, "q2", "q2b", "a2b")

    assert await path(store, ada, here) == [("q1", "a1"), ("a1", None), ("q2b", "a2b"), ("a2b", None)]
    assert await points(store, ada, here) == [("q2b", ("q2", "q2b"))]
    assert await store.load_feedback(here.id, ada) == {}
    with pytest.raises(NotFound):
        await store.load_item(here.id, "a3", ada)

    await switch_branch(store, here.id, "q2", ada)
    assert await path(store, ada, here) == before
    assert await points(store, ada, here) == [("q2", ("q2", "q2b"))]
    assert await store.load_feedback(here.id, ada) == {"a3": "positive"}


async def test_the_first_message_can_be_edited(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q1", "a1")
    await edit(store, ada, here, "q1", "q1b", "a1b")
    await edit(store, ada, here, "q1b", "q1c", "a1c")
    assert await points(store, ada, here) == [("q1c", ("q1", "q1b", "q1c"))]
    await switch_branch(store, here.id, "q1", ada)
    assert await path(store, ada, here) == [("q1", "a1"), ("a1", None)]


async def test_an_answer_that_was_given_again_takes_its_record_along(store: PostgresStore, ada: Caller) -> None:
    """The record hangs on the question, which stays where it is."""
    here = await talk(store, ada, "q1", "a1", "q2", "a2")
    await again(store, ada, here, "q1", "b1")
    assert await path(store, ada, here) == [("q1", "b1"), ("b1", None)]
    assert await points(store, ada, here) == [("b1", ("a1", "b1"))]

    await switch_branch(store, here.id, "a1", ada)
    assert await path(store, ada, here) == [("q1", "a1"), ("a1", None), ("q2", "a2"), ("a2", None)]
    await switch_branch(store, here.id, "b1", ada)
    assert await path(store, ada, here) == [("q1", "b1"), ("b1", None)]


async def test_an_answer_without_a_record_comes_back_without_one(store: PostgresStore, ada: Caller) -> None:
    here = await thread(store, ada)
    await store.add_message(here.id, user(here.id, "q", item_id="q"), ada)
    await store.add_thread_item(here.id, assistant(here.id, "a", item_id="a"), ada)
    await again(store, ada, here, "q", "b")
    await switch_branch(store, here.id, "a", ada)
    assert await path(store, ada, here) == [("q", None), ("a", None)]


async def test_what_a_server_stores_before_its_new_answer_is_of_that_one(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    retry = Retry(here.id, "q", last_seq=(await store.load_thread(here.id, ada)).last_seq)
    await store.add_thread_item(here.id, assistant(here.id, "note", item_id="note"), ada)
    await store.replace_answer(retry, assistant(here.id, "b", item_id="b"), ada)
    assert await path(store, ada, here) == [("q", None), ("note", None), ("b", None)]
    await switch_branch(store, here.id, "a", ada)
    assert await path(store, ada, here) == [("q", "a"), ("a", None)]


async def test_how_an_answer_ended_belongs_to_that_answer(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    await store.save_ending(here.id, "cancelled", ada)
    await again(store, ada, here, "q", "b")
    assert await store.load_endings(here.id, ada) == {}
    await switch_branch(store, here.id, "a", ada)
    endings = await store.load_endings(here.id, ada)
    assert {key: (end["status"], end["after"]) for key, end in endings.items()} == {"q": ("cancelled", "a")}
    assert (await path(store, ada, here))[0] == ("q", "a")


async def test_a_branch_is_shown_with_what_followed_it_last(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q1", "a1", "q2", "a2")
    await edit(store, ada, here, "q2", "q2b", "a2b")
    await again(store, ada, here, "q2b", "a2c")
    await edit(store, ada, here, "q1", "q1b", "a1b")
    assert await points(store, ada, here) == [("q1b", ("q1", "q1b"))]

    await switch_branch(store, here.id, "q1", ada)
    assert [text for text, _ in await path(store, ada, here)] == ["q1", "a1", "q2b", "a2c"]
    expected = [("q1", ("q1", "q1b")), ("q2b", ("q2", "q2b")), ("a2c", ("a2b", "a2c"))]
    assert await points(store, ada, here) == expected

    # Any item can be gone to, however deep it is.
    await switch_branch(store, here.id, "q1b", ada)
    await switch_branch(store, here.id, "a2", ada)
    assert [text for text, _ in await path(store, ada, here)] == ["q1", "a1", "q2", "a2"]


async def test_records_follow_the_branch_that_is_gone_to_and_not_the_newest(store: PostgresStore, ada: Caller) -> None:
    """An inner version left the path together with its question, and another one of it comes back."""
    here = await talk(store, ada, "q1", "a1", "q2", "a2")
    await again(store, ada, here, "q2", "b2")
    await edit(store, ada, here, "q1", "q1b", "a1b")
    await switch_branch(store, here.id, "a2", ada)
    assert await path(store, ada, here) == [("q1", "a1"), ("a1", None), ("q2", "a2"), ("a2", None)]
    assert await points(store, ada, here) == [("q1", ("q1", "q1b")), ("a2", ("a2", "b2"))]
    await switch_branch(store, here.id, "b2", ada)
    assert await path(store, ada, here) == [("q1", "a1"), ("a1", None), ("q2", "b2"), ("b2", None)]


async def test_a_waiting_call_is_that_of_the_branch(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    now = datetime.now()
    call = ClientToolCallItem(id="c", thread_id=here.id, created_at=now, call_id="1", name="where", arguments={})
    await store.add_thread_item(here.id, call, ada)
    await again(store, ada, here, "q", "b")
    assert await store.load_pending_tool_calls(here.id, ada) == []
    await switch_branch(store, here.id, "a", ada)
    assert [each.id for each in await store.load_pending_tool_calls(here.id, ada)] == ["c"]


async def test_ids_that_repeat_are_told_apart(store: PostgresStore, ada: Caller) -> None:
    """A server may give each answer the same id; before, the new one simply took the place of the old."""
    here = await thread(store, ada)
    await store.add_message(here.id, user(here.id, "q", item_id="q"), ada)
    for text in ("one", "two", "three"):
        retry, item = Retry(here.id, "q", record(text, "answer")), assistant(here.id, text, item_id="answer")
        await store.replace_answer(retry, item, ada)
    ((item_id, siblings),) = await points(store, ada, here)
    assert item_id == "answer"
    assert len(set(siblings)) == 3 and siblings[2] == "answer"

    await switch_branch(store, here.id, siblings[1], ada)
    assert await path(store, ada, here) == [("q", "two"), ("two", None)]
    ((item_id, now),) = await points(store, ada, here)
    assert now.index(item_id) == 1
    await switch_branch(store, here.id, now[0], ada)
    assert await path(store, ada, here) == [("q", "one"), ("one", None)]


async def test_what_users_do_not_see_is_no_version_that_they_could_find(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    note = HiddenContextItem(id="note", thread_id=here.id, created_at=datetime.now(), content="for the model")
    await store.replace_answer(Retry(here.id, "q"), note, ada)
    await store.add_thread_item(here.id, assistant(here.id, "b", item_id="b"), ada)
    assert await points(store, ada, here) == [("b", ("a", "b"))]
    await switch_branch(store, here.id, "a", ada)
    ((item_id, (_, other)),) = await points(store, ada, here)
    assert item_id == "a"
    await switch_branch(store, here.id, other, ada)
    assert await points(store, ada, here) == [("b", ("a", "b"))]


async def test_nothing_moves_while_an_answer_is_written(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    await again(store, ada, here, "q", "b")
    async with store.database.session(ada) as session:
        await runs.insert_run(session, run := f"run_{here.id}", here.id, "x", "rep", 60)
    with pytest.raises(ThreadBusy):
        await switch_branch(store, here.id, "a", ada)
    assert [text for text, _ in await path(store, ada, here)] == ["q", "b"]
    async with store.database.system() as connection:
        await connection.connection.execute("UPDATE runs SET status = 'completed' WHERE id = $1", run)
    await switch_branch(store, here.id, "a", ada)
    async with store.database.session(ada) as session:
        assert (await runs.find_latest(session, here.id)).id == run, "a walk is no run"  # type: ignore[union-attr]


async def test_a_claim_waits_until_the_path_is_the_other_one(store: PostgresStore, ada: Caller) -> None:
    """And many walks at once leave a whole path."""
    here = await talk(store, ada, "q", "a")
    await again(store, ada, here, "q", "b")

    async def claim(number: int) -> None:
        async with store.database.session(ada) as session:
            await runs.insert_run(session, f"run_{number}_{here.id}", here.id, "x", "rep", 60)
            texts = [text for text, _ in await path(store, ada, here)]
            assert texts in (["q", "a"], ["q", "b"])
        async with store.database.system() as connection:
            await connection.connection.execute("UPDATE runs SET status = 'completed' WHERE thread_id = $1", here.id)

    async def walk(name: str) -> None:
        with contextlib.suppress(ThreadBusy):
            await switch_branch(store, here.id, name, ada)

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(walk("a"))
            group.create_task(walk("b"))
            group.create_task(claim(number))
    assert [text for text, _ in await path(store, ada, here)] in (["q", "a"], ["q", "b"])
    ((_, siblings),) = await points(store, ada, here)
    assert siblings == ("a", "b")


async def test_of_two_edits_of_one_message_one_wins(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    edits = (edit(store, ada, here, "q", f"q{number}", f"a{number}") for number in range(2))
    results = await asyncio.gather(*edits, return_exceptions=True)
    refused = [result for result in results if result is not None]
    assert len(refused) == 1 and isinstance(refused[0], Conflict)
    assert "another window" in str(refused[0])
    won = next(number for number, result in enumerate(results) if result is None)
    assert [text for text, _ in await path(store, ada, here)] == [f"q{won}", f"a{won}"]


@pytest.mark.parametrize(("edits", "error"), [("unknown", NotFound), ("a", Unprocessable)])
async def test_what_is_no_message_of_the_path_is_not_edited(
    store: PostgresStore, ada: Caller, edits: str, error: type[Exception]
) -> None:
    here = await talk(store, ada, "q", "a")
    with pytest.raises(error):
        await store.add_message(here.id, user(here.id, "x"), ada, edits=edits)
    assert [text for text, _ in await path(store, ada, here)] == ["q", "a"]


async def test_branches_are_their_owners(store: PostgresStore, ada: Caller, bob: Caller, eve: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    await again(store, ada, here, "q", "b")
    for other in (bob, eve):
        with pytest.raises(NotFound):
            await list_branches(store, here.id, other)
        with pytest.raises(NotFound):
            await switch_branch(store, here.id, "a", other)
        with pytest.raises(NotFound):
            await store.add_message(here.id, user(here.id, "x"), other, edits="q")
    assert await path(store, ada, here) == [("q", "b"), ("b", None)]


async def test_a_deleted_thread_takes_all_branches_along(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    await again(store, ada, here, "q", "b")
    assert await _inactive(store, here) == ["a"]
    await store.delete_thread(here.id, ada)
    assert await _inactive(store, here) == []


async def test_what_branches_off_behind_a_deleted_item_branches_off_before_it(
    store: PostgresStore, ada: Caller
) -> None:
    here = await talk(store, ada, "q1", "a1")
    await store.add_thread_item(here.id, assistant(here.id, "progress", item_id="progress"), ada)
    await store.add_message(here.id, user(here.id, "q2", item_id="q2"), ada)
    await edit(store, ada, here, "q2", "q2b", "a2b")
    await store.delete_thread_item(here.id, "progress", ada)
    assert await points(store, ada, here) == [("q2b", ("q2", "q2b"))]
    await switch_branch(store, here.id, "q2", ada)
    assert await path(store, ada, here) == [("q1", "a1"), ("a1", None), ("q2", None)]


async def test_the_answers_to_a_deleted_question_go_with_it(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q1", "a1", "q2", "a2", "q3", "a3")
    await again(store, ada, here, "q2", "b2")
    for item_id in ("b2", "q2"):
        await store.delete_thread_item(here.id, item_id, ada)
    assert await _inactive(store, here) == []
    assert await path(store, ada, here) == [("q1", "a1"), ("a1", None)]


async def test_an_item_of_another_branch_is_not_imported_again(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    await edit(store, ada, here, "q", "q2", "a2")
    whole = imports.WholeThread(here, [user(here.id, "q", item_id="q"), assistant(here.id, "a", item_id="a")], [])
    async with store.database.session(ada, atomic=True) as session:
        assert await imports.add_missing(session, whole) == 0
    assert [text for text, _ in await path(store, ada, here)] == ["q2", "a2"]


async def test_an_answer_knows_whether_it_has_taken_the_old_ones_place(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "q", "a")
    mark = (await store.load_thread(here.id, ada)).last_seq
    assert not await store.is_replaced(here.id, "q", mark, ada)
    await again(store, ada, here, "q", "b")
    assert await store.is_replaced(here.id, "q", mark, ada)
    assert not await store.is_replaced(here.id, "b", mark, ada)


async def test_search_and_the_export_know_the_displayed_path_alone(store: PostgresStore, ada: Caller) -> None:
    here = await talk(store, ada, "apples", "sweet", "pears", "juicy")
    assert await found(store, ada, "juicy") == ["juicy"]
    await edit(store, ada, here, "pears", "plums", "sour")
    assert (await found(store, ada, "juicy"), await found(store, ada, "sour")) == ([], ["sour"])
    assert await exported(store, ada, here) == ["apples", "sweet", "plums", "sour"]

    await switch_branch(store, here.id, "pears", ada)
    assert (await found(store, ada, "juicy"), await found(store, ada, "sour")) == (["juicy"], [])
    assert await exported(store, ada, here) == ["apples", "sweet", "pears", "juicy"]


async def found(store: PostgresStore, caller: Caller, words: str) -> list[str | None]:
    return [hit.item_id for hit in (await search_threads(store, caller, words, 10, of=None, among=None)).hits]


async def exported(store: PostgresStore, caller: Caller, here: ThreadMetadata) -> list[str]:
    thread = await store.load_thread(here.id, caller)
    pieces = [piece async for piece in as_json(store, thread, caller, lambda items, _: list(items))]
    return [item["id"] for item in json.loads(b"".join(pieces))["items"]]


async def _inactive(store: PostgresStore, here: ThreadMetadata) -> list[Any]:
    async with store.database.system() as connection:
        rows = await connection.connection.fetch(
            "SELECT id FROM inactive_items WHERE thread_id = $1 ORDER BY seq", here.id
        )
    return [row["id"] for row in rows]
