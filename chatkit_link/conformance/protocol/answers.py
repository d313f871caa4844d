"""The ten requests that are answered at once."""

from chatkit import types as wire

from chatkit_link.conformance.protocol.events import is_refused, read_stream
from chatkit_link.conformance.protocol.http_edge import HttpEdge, Server, check
from chatkit_link.conformance.protocol.streams import a_widget


class Answers(Server):
    """Each with what it changes."""

    @check
    async def test_threads_sync_custom_action(self, edge: HttpEdge) -> None:
        user, made, widget = await a_widget(edge)
        changed = await user.sync_custom_action(made.thread_id, "press", item_id=widget.id)
        assert changed is not None
        assert changed.id == widget.id and changed != widget
        assert changed in await user.stored(made.thread_id)

    @check
    async def test_threads_get_by_id(self, edge: HttpEdge) -> None:
        user = await edge.user()
        made = await read_stream(user.create_thread("Hello"))
        thread = await user.get_thread(made.thread_id)
        assert thread.id == made.thread_id
        assert thread.status.type == "active"
        assert [item.type for item in thread.items.data] == ["user_message", "assistant_message"]
        assert not thread.items.has_more

    @check
    async def test_threads_list(self, edge: HttpEdge) -> None:
        user = await edge.user()
        made = [(await read_stream(user.create_thread(str(number)))).thread_id for number in range(5)]
        for order, expected in (("desc", made[::-1]), ("asc", made)):
            found: list[str] = []
            page: wire.Page[wire.Thread] = wire.Page(has_more=True)
            while page.has_more:
                page = await user.list_threads(limit=2, after=page.after, order="desc" if order == "desc" else "asc")
                assert len(page.data) <= 2
                found += [thread.id for thread in page.data]
            assert [thread_id for thread_id in found if thread_id in made] == expected
            assert len(found) == len(set(found))

    @check
    async def test_threads_update(self, edge: HttpEdge) -> None:
        user = await edge.user()
        made = await read_stream(user.create_thread("Hello"))
        renamed = await user.update_thread(made.thread_id, "Tea 🍵")
        assert (renamed.id, renamed.title) == (made.thread_id, "Tea 🍵")
        assert (await user.get_thread(made.thread_id)).title == "Tea 🍵"

    @check
    async def test_threads_delete(self, edge: HttpEdge) -> None:
        user = await edge.user()
        gone, kept = await read_stream(user.create_thread("gone")), await read_stream(user.create_thread("kept"))
        await user.delete_thread(gone.thread_id)
        listed = [thread.id for thread in (await user.list_threads(limit=20)).data]
        assert gone.thread_id not in listed and kept.thread_id in listed
        await is_refused(user.get_thread(gone.thread_id))
        await is_refused(read_stream(user.add_user_message(gone.thread_id, "late")))

    @check
    async def test_items_list(self, edge: HttpEdge) -> None:
        user = await edge.user()
        made = await read_stream(user.create_thread("0"))
        for number in (1, 2, 3):
            await read_stream(user.add_user_message(made.thread_id, str(number)))
        everything = await user.stored(made.thread_id)
        assert len(everything) == 8
        for limit in (1, 3, 8):
            found: list[wire.ThreadItem] = []
            page: wire.Page[wire.ThreadItem] = wire.Page(has_more=True)
            while page.has_more:
                page = await user.list_items(made.thread_id, limit=limit, after=page.after, order="desc")
                found += page.data
            assert found == everything[::-1]

    @check
    async def test_items_feedback(self, edge: HttpEdge) -> None:
        user = await edge.user()
        made = await read_stream(user.create_thread("Hello"))
        answer = made.view.items[-1]
        await user.feedback(made.thread_id, [answer.id], "positive")
        await user.feedback(made.thread_id, [answer.id], "negative")
        await is_refused(user.feedback(made.thread_id, ["msg_unknown"], "positive"))

    @check
    async def test_attachments_create(self, edge: HttpEdge) -> None:
        agent = edge.need("files")
        user = await edge.user(agent)
        made = await user.create_attachment("a.pdf", 3, "application/pdf")
        assert (made.name, made.mime_type, made.thread_id) == ("a.pdf", "application/pdf", None)
        assert made.upload_descriptor is not None

    @check
    async def test_attachments_delete(self, edge: HttpEdge) -> None:
        agent = edge.need("files")
        user = await edge.user(agent)
        made = await user.create_attachment("a.pdf", 3, "application/pdf")
        await user.delete_attachment(made.id)
        await is_refused(user.delete_attachment(made.id))

    @check
    async def test_input_transcribe(self, edge: HttpEdge) -> None:
        user = await edge.user(edge.need("dictation"))
        assert await user.transcribe(b"audio", "audio/webm;codecs=opus")

    @check
    async def test_files_and_dictation_are_refused_where_they_are_not_offered(self, edge: HttpEdge) -> None:
        user = await edge.user()
        if edge.agents.files is None:
            await is_refused(user.create_attachment("a.pdf", 3, "application/pdf"))
        if edge.agents.dictation is None:
            await is_refused(user.transcribe(b"audio", "audio/webm"))
