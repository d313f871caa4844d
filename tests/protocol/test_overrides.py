"""What a server overrides of the SDK's own steps reaches the store, the page, the model and the title."""

import pytest
from chatkit.types import NoticeEvent, ThreadItemDoneEvent, ThreadUpdatedEvent

from chatkit_link.client import ClientError
from chatkit_link.translations import Localized
from tests.finished_stream import FinishedStream, stored, text_of, told, widget_text
from tests.protocol.conftest import Site

CARD = "my card is 4111"
MASKED = "my card is xxxx"


def texts(stream: FinishedStream) -> list[str]:
    return [text_of(event.item) for event in stream.events if isinstance(event, ThreadItemDoneEvent)]


@pytest.mark.parametrize("name", ["Redacts", "RedactsLater", "Rewrites"])
async def test_a_redaction_reaches_the_page_the_store_the_model_and_the_title(site: Site, name: str) -> None:
    async with site.client(name) as client:
        made = await told(client.create_thread(CARD))
        again = await told(client.add_user_message(made.thread_id, CARD))
        for stream in (made, again):
            assert texts(stream) == [MASKED, f"{MASKED} / {MASKED}"]
            assert "4111" not in "".join(event.model_dump_json() for event in stream.events)
        thread = await client.get_thread(made.thread_id)
        assert [text_of(item) for item in thread.items.data] == texts(made) + texts(again)
        assert thread.title == "My card is xxxx"


async def test_a_thread_that_is_changed_while_its_message_is_built_is_stored(site: Site) -> None:
    server = site.server("Redacts")
    async with site.client("Redacts") as client:
        made = await told(client.create_thread("one"))
        await told(client.add_user_message(made.thread_id, "two"))
        assert (await server.store.load_thread(made.thread_id, server.context)).metadata == {"messages": 2}


async def test_a_message_that_a_server_does_not_pass_on_is_not_stored(site: Site) -> None:
    async with site.client("RedactsLater") as client:
        made = await told(client.create_thread("a forbidden word"))
        assert [event.message for event in made.events if isinstance(event, NoticeEvent)] == ["Not stored."]
        assert await stored(client, made.thread_id) == []
        again = await told(client.add_user_message(made.thread_id, "a word"))
        assert [text_of(item) for item in await stored(client, made.thread_id)] == texts(again)


async def test_an_override_of_the_stream_sees_what_is_stored_and_what_it_gives_is_what_users_see(site: Site) -> None:
    server = site.server("Observes")
    server.seen.clear()
    server.stored.clear()
    async with site.client("Observes") as client:
        made = await told(client.create_thread("well"))
        assert server.seen == [
            "stream_options", "thread.item.added", "thread.updated", "thread.item.updated", "thread.item.updated",
            "thread.item.done",
        ]  # fmt: skip
        assert server.stored == [True]
        assert made.types[:5] == ["thread.created", "thread.item.done", "notice", "stream_options", "thread.item.added"]
        assert texts(made) == ["well", "a ******", "6 events"]
        assert [text_of(item) for item in await stored(client, made.thread_id)] == texts(made)
        assert (await stored(client, made.thread_id))[1].id == "msg_0b5e7ed1"


async def test_what_an_override_changes_in_place_is_stored_as_it_is_shown(site: Site) -> None:
    async with site.client("Retouches") as client:
        made = await told(client.create_thread("well"))
        shown = [text_of(item) for item in made.view.items]
        assert shown == ["well!", "replaced!"]
        assert [text_of(item) for item in await stored(client, made.thread_id)] == shown
        failed = await told(client.add_user_message(made.thread_id, "fail"))
        shown = [text_of(item) for item in (await stored(client, made.thread_id))[2:]]
        assert shown == [text_of(item) for item in failed.view.items]
        assert shown[0] == "fail!"


async def test_an_error_passes_an_override_of_the_stream_with_its_words(site: Site) -> None:
    async with site.client("Observes") as client:
        made = await told(client.create_thread("fail"))
        assert [error.message for error in made.view.errors] == [str(Localized("assistant_failed"))]
        assert texts(made)[1] == "a ******"
        assert (await client.get_thread(made.thread_id)).title == "Before it failed"
        assert site.server("Observes").seen[-2:] == ["thread.updated", "error"]


async def test_an_override_of_the_stream_may_put_something_in_the_place_of_an_error(site: Site) -> None:
    async with site.client("Mends") as client:
        made = await told(client.create_thread("fail"))
        assert made.view.errors == []
        assert texts(made)[-1] == "Let me look again."
        assert [text_of(item) for item in await stored(client, made.thread_id)] == texts(made)


async def test_an_answer_behind_an_override_can_be_stopped(site: Site) -> None:
    async with site.client("Observes") as client, client.create_thread("wait") as stream:
        thread_id = ""
        async for received in stream:
            if received.event.type == "thread.created":
                thread_id = received.event.thread.id
            if received.event.type == "thread.item.done" and received.event.item.type == "assistant_message":
                await client.cancel_run(str(stream.run_id))
        assert [text_of(item) for item in await stored(client, thread_id)] == ["wait", "a ******"]


async def test_a_server_that_names_the_sdks_class_is_stored_once(site: Site) -> None:
    async with site.client("Explicit") as client:
        made = await told(client.create_thread("tea"))
        assert texts(made) == ["tea", "tea / tea"]
        assert [text_of(item) for item in await stored(client, made.thread_id)] == texts(made)


async def test_a_server_writes_what_clients_get(site: Site) -> None:
    async with site.client("Writes") as client:
        made = await told(client.create_thread("tea"))
        assert made.view.thread is not None
        assert texts(made) == ["TEA", "TEA / TEA"]
        updated = [event.thread.title for event in made.events if isinstance(event, ThreadUpdatedEvent)]
        assert updated == ["[Tea]"]
        thread = await client.get_thread(made.thread_id)
        assert thread.title == "[Tea]"
        assert [text_of(item) for item in thread.items.data] == ["TEA / TEA"]
        assert [listed.title for listed in (await client.list_threads()).data] == ["[Tea]"]
        acted = await client.sync_custom_action(made.thread_id, "count")
        assert acted is not None
        assert widget_text(acted) == "count 1"
        with pytest.raises(ClientError):
            await client.get_thread("thr_of_nobody")
