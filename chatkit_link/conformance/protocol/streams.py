"""The six requests that are answered by a stream."""

from chatkit import types as wire

from chatkit_link.conformance.protocol.events import (
    ANSWERED,
    CONTINUED,
    CREATED,
    FinishedStream,
    is_refused,
    read_stream,
)
from chatkit_link.conformance.protocol.http_edge import HttpEdge, Server, User, check


class Streams(Server):
    """Each with its exact events, and what a reload shows afterwards."""

    @check
    async def test_threads_create(self, edge: HttpEdge) -> None:
        user = await edge.user()
        answer = await read_stream(user.create_thread("Hello there"))
        assert answer.outline == CREATED + ANSWERED
        question, reply = answer.view.items
        assert isinstance(question, wire.UserMessageItem)
        assert isinstance(reply, wire.AssistantMessageItem)
        assert "Hello there" in answer.view.text
        assert question.thread_id == reply.thread_id == answer.thread_id
        await is_what_a_reload_shows(user, answer)

    @check
    async def test_threads_add_user_message(self, edge: HttpEdge) -> None:
        user = await edge.user()
        made = await read_stream(user.create_thread("one"))
        answer = await read_stream(user.add_user_message(made.thread_id, "two"))
        assert answer.outline == CONTINUED + ANSWERED
        assert "two" in answer.view.text
        stored = await user.stored(made.thread_id)
        assert [item.type for item in stored] == ["user_message", "assistant_message"] * 2
        assert len({item.id for item in stored}) == 4

    @check
    async def test_threads_retry_after_item(self, edge: HttpEdge) -> None:
        user = await edge.user()
        made = await read_stream(user.create_thread("one"))
        await read_stream(user.add_user_message(made.thread_id, "two"))
        question, old = (await user.stored(made.thread_id))[:2]
        answer = await read_stream(user.retry_after_item(made.thread_id, question.id))
        assert answer.outline == ["stream_options", *ANSWERED]
        assert "one" in answer.view.text
        stored = await user.stored(made.thread_id)
        assert [item.type for item in stored] == ["user_message", "assistant_message"]
        assert stored[0] == question
        assert stored[1].id != old.id

    @check
    async def test_a_retry_of_an_unknown_item_is_refused_and_deletes_nothing(self, edge: HttpEdge) -> None:
        user = await edge.user()
        made = await read_stream(user.create_thread("one"))
        await is_refused(read_stream(user.retry_after_item(made.thread_id, "msg_unknown")))
        assert len(await user.stored(made.thread_id)) == 2

    @check
    async def test_threads_add_client_tool_output(self, edge: HttpEdge) -> None:
        agent = edge.need("client_tool")
        user = await edge.user(agent)
        asked = await read_stream(user.create_thread(agent.says))
        assert asked.outline == CREATED + ANSWERED
        call = asked.view.items[-1]
        assert isinstance(call, wire.ClientToolCallItem) and call.status == "pending"

        answer = await read_stream(user.add_client_tool_output(asked.thread_id, {"page": "checkout"}))
        assert answer.outline == ["stream_options", *ANSWERED]
        [call] = [item for item in await user.stored(asked.thread_id) if isinstance(item, wire.ClientToolCallItem)]
        assert (call.status, call.output) == ("completed", {"page": "checkout"})
        await is_refused(read_stream(user.add_client_tool_output(asked.thread_id, "again")))

    @check
    async def test_threads_add_structured_input(self, edge: HttpEdge) -> None:
        agent = edge.need("structured_input")
        user = await edge.user(agent)
        asked = await read_stream(user.create_thread(agent.says))
        assert asked.outline == CREATED + ANSWERED
        question = asked.view.items[-1]
        assert isinstance(question, wire.StructuredInputItem) and question.status == "pending"

        answers = {part.id: wire.StructuredInputAnswerSubmission(values=["Ada"]) for part in question.inputs}
        submission = wire.StructuredInputSubmission(answers=answers)
        answer = await read_stream(user.add_structured_input(asked.thread_id, question.id, submission))
        assert answer.outline == ["stream_options", "thread.item.replaced", *ANSWERED]
        replaced = answer.view.items[0]
        assert isinstance(replaced, wire.StructuredInputItem)
        assert replaced.status == "answered"
        assert [part.answer.values if part.answer else None for part in replaced.inputs] == [["Ada"]] * len(answers)
        assert replaced in await user.stored(asked.thread_id)
        await is_refused(read_stream(user.add_structured_input(asked.thread_id, question.id, submission)))

    @check
    async def test_threads_custom_action(self, edge: HttpEdge) -> None:
        user, made, widget = await a_widget(edge)
        answer = await read_stream(user.custom_action(made.thread_id, "press", {"n": 2}, item_id=widget.id))
        assert answer.outline == ["stream_options", "thread.item.replaced"]
        [changed] = answer.view.items
        assert changed.id == widget.id and changed != widget
        assert changed in await user.stored(made.thread_id)


async def is_what_a_reload_shows(user: User, answer: FinishedStream) -> None:
    stored = await user.stored(answer.thread_id)
    assert [(item.id, item.type) for item in stored] == [(item.id, item.type) for item in answer.view.items]
    # Times may be rounded by a database; what a user sees may not.
    for loaded, seen in zip(stored, answer.view.items, strict=True):
        assert loaded.model_dump(exclude={"created_at"}) == seen.model_dump(exclude={"created_at"})


async def a_widget(edge: HttpEdge) -> tuple[User, FinishedStream, wire.ThreadItem]:
    agent = edge.need("widget")
    user = await edge.user(agent)
    made = await read_stream(user.create_thread(agent.says))
    return user, made, next(item for item in made.view.items if isinstance(item, wire.WidgetItem))
