"""An item keeps the id that its server gave it; and what is hidden stays hidden, in whichever turn it changes."""

from chatkit.types import FeedbackKind, ThreadItem

from tests.finished_stream import FinishedStream, stored, text_of, told
from tests.protocol.conftest import Site


def answers(items: list[ThreadItem]) -> list[tuple[str, str]]:
    return [(item.id, text_of(item)) for item in items if item.type == "assistant_message"]


def kinds(stream: FinishedStream) -> list[str]:
    """The events about the answer."""
    return [each for each in stream.types if each not in ("thread.created", "thread.updated", "stream_options")][1:]


async def test_a_later_turn_comes_back_to_an_item_by_its_id(site: Site) -> None:
    async with site.client("Keeps") as client:
        made = await told(client.create_thread("begin"))
        thread = made.thread_id
        assert answers(await stored(client, thread)) == [("msg_1a2b3c4d", "first")]
        kind: FeedbackKind = "positive"
        await client.feedback(thread, ["msg_1a2b3c4d"], kind)

        replaced = await told(client.add_user_message(thread, "replace"))
        assert kinds(replaced) == ["thread.item.replaced"]
        assert answers(await stored(client, thread)) == [("msg_1a2b3c4d", "replaced")]

        extended = await told(client.add_user_message(thread, "extend"))
        assert set(kinds(extended)) == {"thread.item.updated"}
        assert answers(await stored(client, thread)) == [("msg_1a2b3c4d", "replaced and more")]

        await told(client.add_user_message(thread, "again"))
        loaded = await told(client.add_user_message(thread, "load"))
        second = ("my own/answer 2", "it says done again")
        assert answers(
            list(loaded.view.items.values()) if isinstance(loaded.view.items, dict) else loaded.view.items
        ) == [second]
        assert answers(await stored(client, thread)) == [("msg_1a2b3c4d", "done again"), second]

        removed = await told(client.add_user_message(thread, "remove"))
        assert kinds(removed) == ["thread.item.removed"]
        assert answers(await stored(client, thread)) == [second]


async def test_what_a_server_saves_by_itself_and_yields_is_there_once(site: Site) -> None:
    async with site.client("Keeps") as client:
        made = await told(client.create_thread("save"))
        assert answers(await stored(client, made.thread_id)) == [("msg_5a5e0000", "saved and yielded")]


async def test_an_id_that_repeats_in_each_turn_takes_no_answer_away(site: Site) -> None:
    async with site.client("Keeps") as client:
        made = await told(client.create_thread("count"))
        again = await told(client.add_user_message(made.thread_id, "count again"))
        (first, text), (second, other) = answers(await stored(client, made.thread_id))
        assert (first, text, other) == ("msg_0", "answer to count", "answer to count again")
        assert second != first
        assert text_of(again.events[-1].item) == other  # type: ignore[union-attr]
        # A retry takes the place of its old answer, and so may have the id of it.
        questions = [item.id for item in await stored(client, made.thread_id) if item.type == "user_message"]
        await told(client.retry_after_item(made.thread_id, questions[0]))
        assert answers(await stored(client, made.thread_id)) == [("msg_0", "answer to count")]


async def test_what_is_hidden_says_nothing_also_in_later_turns(site: Site) -> None:
    async with site.client("Hides") as client:
        made = await told(client.create_thread("begin"))
        streams = [made]
        for text in ("change", "remove"):
            streams.append(await told(client.add_user_message(made.thread_id, text)))
            assert kinds(streams[-1]) == []
        # What was visible goes from the page when it is hidden.
        hidden = await told(client.add_user_message(made.thread_id, "hide"))
        assert kinds(hidden) == ["thread.item.removed"]
        for stream in [*streams, hidden]:
            assert "hush" not in "".join(event.model_dump_json() for event in stream.events)
        assert answers(await stored(client, made.thread_id)) == []
        server = site.server("Hides")
        page = await server.store.load_thread_items(made.thread_id, None, 20, "asc", server.context)
        assert [item.content for item in page.data if item.type == "hidden_context_item"] == ["hush-hush 3"]
