"""A server that saves its thread by itself: pages follow at once, nothing is lost, and nothing is put over it."""

import pytest
from chatkit.types import ThreadUpdatedEvent

from chatkit_link.translations import Localized
from tests.finished_stream import FinishedStream, told
from tests.protocol.conftest import Site


def titles(stream: FinishedStream) -> list[str | None]:
    return [event.thread.title for event in stream.events if isinstance(event, ThreadUpdatedEvent)]


async def test_what_a_task_of_the_server_saves_is_sent_during_the_answer(site: Site) -> None:
    async with site.client("Saves") as client:
        made = await told(client.create_thread("well"))
        updated = made.types.index("thread.updated")
        assert updated < made.types.index("thread.item.added")
        assert set(titles(made)) == {"Own"}
        assert (await client.get_thread(made.thread_id)).title == "Own"
        server = site.server("Saves")
        thread = await server.store.load_thread(made.thread_id, server.context)
        assert thread.metadata == {"asked": 1}  # set in the other object meanwhile, and not lost


@pytest.mark.parametrize(
    ("how", "message", "retry"),
    [
        ("code", str(Localized("assistant_failed")), True),
        ("words", "The shop is closed.", False),
        ("plain", str(Localized("assistant_failed")), True),
    ],
)
async def test_what_a_server_changed_before_an_exception_is_stored_and_sent(
    site: Site, how: str, message: str, retry: bool
) -> None:
    async with site.client("Saves") as client:
        made = await told(client.create_thread(how))
        (error,) = made.view.errors
        assert (error.message, error.allow_retry) == (message, retry)
        assert set(titles(made)) == {"Own"}
        server = site.server("Saves")
        thread = await server.store.load_thread(made.thread_id, server.context)
        assert (thread.title, thread.metadata) == ("Own", {"asked": 1})
