"""All sixteen requests of the protocol, answered by a real server."""

from collections.abc import Callable

import pytest
from chatkit.types import (
    AssistantMessageItem,
    ClientToolCallItem,
    StructuredInputAnswerSubmission,
    StructuredInputItem,
    StructuredInputSubmission,
    UserMessageItem,
    WidgetItem,
)

from chatkit_link.client import ChatKitClient, ClientError
from tests.finished_stream import stored, text_of, told, widget_text

Connect = Callable[..., ChatKitClient]


def without_title(types: list[str]) -> list[str]:
    """The title is found beside the answer and told, once, whenever it is there."""
    assert types.count("thread.updated") == 1
    return [kind for kind in types if kind != "thread.updated"]


async def test_creating_a_thread_tells_of_it_and_answers(connect: Connect) -> None:
    answer = await told(connect("echo").create_thread("Hello"))

    assert without_title(answer.types) == ["thread.created", "thread.item.done", "stream_options", "thread.item.done"]
    assert answer.text == "You said: Hello"
    assert answer.ids == [1, 2, 3, 4, 5]
    assert answer.run_id is not None


async def test_a_message_is_added_and_answered(connect: Connect) -> None:
    client = connect("echo")
    first = await told(client.create_thread("one"))

    answer = await told(client.add_user_message(first.thread_id, "two"))

    assert answer.types == ["thread.item.done", "stream_options", "thread.item.done"]
    items = await stored(client, first.thread_id)
    assert [text_of(item) for item in items] == ["one", "You said: one", "two", "You said: two"]


async def test_every_kind_of_event_arrives_and_what_it_did_is_stored(connect: Connect) -> None:
    client = connect("every-event")
    answer = await told(client.create_thread("Go"))

    assert without_title(answer.types) == [
        "thread.created", "thread.item.done", "stream_options", "progress_update", "notice",
        "client_effect", "thread.item.added", "thread.item.updated", "thread.item.done", "thread.item.replaced",
        "thread.item.done", "thread.item.removed", "thread.item.done", "thread.item.done",
    ]  # fmt: skip
    items = await stored(client, answer.thread_id)
    assert [item.type for item in items] == ["user_message", "widget", "assistant_message", "end_of_turn"]
    assert widget_text(items[1]) == "third"


async def test_retry_answers_the_same_message_anew(connect: Connect) -> None:
    client = connect("echo")
    first = await told(client.create_thread("one"))
    await told(client.add_user_message(first.thread_id, "two"))
    question = (await stored(client, first.thread_id))[0]

    answer = await told(client.retry_after_item(first.thread_id, question.id))

    assert answer.types == ["stream_options", "thread.item.done"]
    assert [text_of(item) for item in await stored(client, first.thread_id)] == ["one", "You said: one"]


async def test_a_tool_that_began_before_a_retrys_first_item_reads_the_new_answer_once_it_is_stored(
    connect: Connect,
) -> None:
    """Before that, it reads the thread up to the retried message, as the server does."""
    client = connect("looks-back")
    made = await told(client.create_thread("Hi"))
    question = (await stored(client, made.thread_id))[0]

    await told(client.retry_after_item(made.thread_id, question.id))

    texts = [text_of(item) for item in await stored(client, made.thread_id)]
    assert texts == ["Hi", "first", "(Hi) then (Hi, first)"]


async def test_a_client_tools_output_finds_its_call_behind_a_hidden_item(connect: Connect) -> None:
    """The SDK looks back one item only and answers with a truncated stream."""
    client = connect("client-tool")
    asked = await told(client.create_thread("Where am I?"))

    answer = await told(client.add_client_tool_output(asked.thread_id, {"page": "checkout"}))

    assert answer.text == "The page says {'page': 'checkout'}"
    with pytest.raises(ClientError) as refused:
        await told(client.add_client_tool_output(asked.thread_id, "again"))
    assert refused.value.status == 409


async def test_a_call_that_a_closed_tab_left_behind_neither_blocks_the_thread_nor_waits_for_ever(
    connect: Connect,
) -> None:
    client = connect("client-tool")
    asked = await told(client.create_thread("Where am I?"))
    abandoned = asked.view.items[-1]

    again = await told(client.add_user_message(asked.thread_id, "And now?"))
    call = again.view.items[-1]
    assert isinstance(call, ClientToolCallItem) and call.status == "pending"
    answer = await told(client.add_client_tool_output(asked.thread_id, {"page": "checkout"}))

    assert "checkout" in answer.text
    calls = [item for item in await stored(client, asked.thread_id) if isinstance(item, ClientToolCallItem)]
    assert [(item.id, item.status) for item in calls] == [(call.id, "completed")]
    assert abandoned.id != call.id


async def test_a_structured_input_is_answered(connect: Connect) -> None:
    client = connect("asks")
    asked = await told(client.create_thread("Hi"))
    question = next(item for item in asked.view.items if isinstance(item, StructuredInputItem))
    submission = StructuredInputSubmission(answers={"name": StructuredInputAnswerSubmission(values=["Ada"])})

    answer = await told(client.add_structured_input(asked.thread_id, question.id, submission))

    assert answer.types == ["stream_options", "thread.item.replaced", "thread.item.done"]
    assert answer.text == "Hello Ada"
    kept = next(item for item in await stored(client, asked.thread_id) if isinstance(item, StructuredInputItem))
    assert kept.status == "answered"
    with pytest.raises(ClientError) as refused:
        await told(client.add_structured_input(asked.thread_id, question.id, submission))
    assert refused.value.status == 409


async def test_a_widgets_action_streams_and_its_change_stays(connect: Connect) -> None:
    client = connect("guest")
    made = await told(client.create_thread("Hi"))
    widget = next(item for item in made.view.items if isinstance(item, WidgetItem))

    answer = await told(client.custom_action(made.thread_id, "add", {"n": 2}, item_id=widget.id))

    assert answer.types == ["stream_options", "thread.item.replaced"]
    assert widget_text((await stored(client, made.thread_id))[-1]) == "add {'n': 2}"


async def test_a_sync_actions_change_is_answered_and_stays(connect: Connect) -> None:
    """The SDK answers with the changed item and forgets it: after a reload the old one was back."""
    client = connect("guest")
    made = await told(client.create_thread("Hi"))
    widget = next(item for item in made.view.items if isinstance(item, WidgetItem))

    changed = await client.sync_custom_action(made.thread_id, "count", item_id=widget.id)

    assert changed is not None
    assert widget_text(changed) == "count 1"
    assert widget_text((await stored(client, made.thread_id))[-1]) == "count 1"


async def test_threads_are_listed_renamed_and_deleted(connect: Connect) -> None:
    client = connect("echo")
    old, new = await told(client.create_thread("old")), await told(client.create_thread("new"))

    renamed = await client.update_thread(old.thread_id, "  Tea   and\nmore 🍵 ")
    assert renamed.title == "Tea and more 🍵"
    listed = await client.list_threads()
    assert [thread.id for thread in listed.data] == [new.thread_id, old.thread_id]

    await client.delete_thread(old.thread_id)
    assert [thread.id for thread in (await client.list_threads()).data] == [new.thread_id]
    with pytest.raises(ClientError) as gone:
        await client.get_thread(old.thread_id)
    assert gone.value.status == 404


async def test_opening_a_long_thread_shows_its_end_and_leads_back_to_its_beginning(connect: Connect) -> None:
    """The SDK opens a thread at its oldest twenty items: the newest answer was not to be seen."""
    client = connect("echo")
    made = await told(client.create_thread("0"))
    for number in range(1, 15):
        await told(client.add_user_message(made.thread_id, str(number)))

    thread = await client.get_thread(made.thread_id)
    assert text_of(thread.items.data[-1]) == "You said: 14"
    older = await client.list_items(made.thread_id, after=thread.items.after, order="desc", limit=100)
    everything = [*reversed(older.data), *thread.items.data]
    assert [text_of(item) for item in everything if isinstance(item, UserMessageItem)] == [str(n) for n in range(15)]


async def test_feedback_is_taken(connect: Connect) -> None:
    client = connect("echo")
    made = await told(client.create_thread("Hi"))
    answer = next(item for item in made.view.items if isinstance(item, AssistantMessageItem))

    await client.feedback(made.thread_id, [answer.id], "positive")

    with pytest.raises(ClientError) as refused:
        await client.feedback(made.thread_id, ["msg_unknown"], "positive")
    assert refused.value.status == 404


async def test_what_is_not_offered_is_refused_in_a_sentence(connect: Connect) -> None:
    client = connect("fileless")
    with pytest.raises(ClientError, match="takes no files"):
        await client.create_attachment("a.pdf", 10, "application/pdf")
    with pytest.raises(ClientError, match="no such attachment"):
        await client.delete_attachment("atc_1")
    with pytest.raises(ClientError, match="type instead"):
        await client.transcribe(b"audio", "audio/webm")


async def test_an_agents_own_changes_to_the_thread_are_told_and_kept(connect: Connect) -> None:
    client = connect("renames")
    made = await told(client.create_thread("Hi"))
    assert (await client.get_thread(made.thread_id)).title == "Named by the agent"
    assert made.types.count("thread.updated") == 1


async def test_two_answers_under_one_provider_id_are_both_kept(connect: Connect) -> None:
    """An existing ChatKitServer, without edits; the second answer used to overwrite the first."""
    client = connect("guest")
    made = await told(client.create_thread("Hi"))

    answers = [item for item in await stored(client, made.thread_id) if isinstance(item, AssistantMessageItem)]

    assert [text_of(item) for item in answers] == ["answer 1", "answer 2"]
    assert len({item.id for item in answers}) == 2
    assert made.text == "answer 1\n\nanswer 2"
