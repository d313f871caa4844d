"""``store = "keep"``: a server's own store, which ignores whose a thread is, beside ours, which does not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chatkit.types import ErrorEvent

from chatkit_link.client import ClientError
from chatkit_link.settings import Settings
from tests.agents.brought_servers.conftest import Serve, client_of, refusals
from tests.finished_stream import stored, text_of, told

KEEP = ("keeps", "Keeps", 'store = "keep"')


async def test_a_kept_store_has_the_threads_too_and_users_stay_apart(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(KEEP) as address, client_of(address, "keeps") as ada, client_of(address, "keeps") as bob:
        assert "keeps its own Memory: its threads are stored there and here" in caplog.text
        made = await told(ada.create_thread("Hello"))
        assert made.view.text == "1 of 1 threads, [None], 1 hidden"
        await ada.update_thread(made.thread_id, "Renamed")
        # Its own store has the first answer, the hidden item once, and the title that the user gave.
        again = await told(ada.add_user_message(made.thread_id, "And again"))
        assert again.view.text == "3 of 1 threads, ['Renamed'], 2 hidden"
        assert [text_of(item) for item in await stored(ada, made.thread_id)][2] == "And again"

        # Everybody's threads are in that store; a user has the own ones.
        theirs = await told(bob.create_thread("Hi"))
        assert theirs.view.text.startswith("1 of 2 threads")
        assert [thread.id for thread in (await bob.list_threads()).data] == [theirs.thread_id]
        with pytest.raises(ClientError, match="There is no such thread"):
            await bob.get_thread(made.thread_id)

        # What is deleted is deleted in both.
        await ada.delete_thread(made.thread_id)
        last = await told(bob.add_user_message(theirs.thread_id, "Still here?"))
        assert last.view.text.startswith("3 of 1 threads")


async def test_a_retry_replaces_the_answer_in_a_kept_store(serve: Serve) -> None:
    async with serve(KEEP) as address, client_of(address, "keeps") as client:
        made = await told(client.create_thread("Hello"))
        message = (await stored(client, made.thread_id))[0]
        again = await told(client.retry_after_item(made.thread_id, message.id))
        assert not [event for event in again.events if isinstance(event, ErrorEvent)]
        assert again.view.text.startswith("1 of 1 threads") and again.view.text.endswith(" 1 hidden")
        more = await told(client.add_user_message(made.thread_id, "More"))
        assert more.view.text == "3 of 1 threads, ['Hello'], 2 hidden"
        # What the server stored by itself is of the answer that it was giving.
        ((_, siblings),) = [(each.item_id, each.siblings) for each in await client.branches(made.thread_id)]
        await client.switch_branch(made.thread_id, siblings[0])
        former = await told(client.add_user_message(made.thread_id, "And of the former?"))
        assert former.view.text == "3 of 1 threads, ['Hello'], 2 hidden"


async def test_a_kept_store_has_the_branch_that_is_displayed(serve: Serve) -> None:
    """A plain thread, whatever its user goes back to."""
    async with serve(KEEP) as address, client_of(address, "keeps") as client:
        made = await told(client.create_thread("Hello"))
        thread, question = made.thread_id, (await stored(client, made.thread_id))[0].id
        await told(client.add_user_message(thread, "More"))
        edited = await told(client.edit_message(thread, question, "Hi"))
        assert edited.view.text == "1 of 1 threads, ['Hello'], 1 hidden"
        await client.switch_branch(thread, question)
        last = await told(client.add_user_message(thread, "Even more"))
        assert last.view.text == "5 of 1 threads, ['Hello'], 3 hidden"


async def test_a_server_without_a_store_of_its_own_has_nothing_to_keep(
    catalog: Callable[..., Path], make_settings: Callable[..., Settings]
) -> None:
    refused = await refusals(make_settings(config=catalog(("takes", "TakesStore", 'store = "keep"'))))
    assert 'store = "keep" is for a server that makes a store of its own' in refused["takes"]
