"""What is wrong, hidden, or another user's."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from chatkit import types as wire

from chatkit_link.conformance.protocol.events import is_refused, read_stream
from chatkit_link.conformance.protocol.http_edge import HttpEdge, Server, User, check

MESSAGE: Final[dict[str, Any]] = {
    "content": [{"type": "input_text", "text": "x"}],
    "attachments": [],
    "inference_options": {},
}


def _request(request_type: str, /, **params: Any) -> bytes:
    return json.dumps({"type": request_type, "params": params}).encode()


def _on_nothing(request_type: str, /, **params: Any) -> bytes:
    return _request(request_type, thread_id="thr_unknown", **params)


#: What every server must refuse: 4xx, before any stream.
REFUSED: Final[dict[str, bytes]] = {
    "nothing": b"",
    "not JSON": b"{nope",
    "half of a JSON": b'{"type": "threads.list", "par',
    "not UTF-8": b'{"type": "\xff\xfe"}',
    "an array": b"[]",
    "no type": b'{"params": {}}',
    "an unknown type": _request("threads.explode"),
    "no params": b'{"type": "threads.get_by_id"}',
    "a message without content": _request("threads.create", input={}),
    "a negative limit": _request("threads.list", limit=-1),
    "a limit that is no number": _request("threads.list", limit="many"),
    "an unknown order": _request("threads.list", order="sideways"),
    "an unknown opinion": _on_nothing("items.feedback", item_ids=["msg_1"], kind="meh"),
    "an unknown attachment": _request("threads.create", input={**MESSAGE, "attachments": ["atc_unknown"]}),
    "a delete of an unknown attachment": _request("attachments.delete", attachment_id="atc_unknown"),
    "audio that is not base64": _request("input.transcribe", audio_base64="?", mime_type="audio/webm"),
    "a thread that is not there": _on_nothing("threads.get_by_id"),
    "items of no thread": _on_nothing("items.list"),
    "a message to no thread": _on_nothing("threads.add_user_message", input=MESSAGE),
    "a rename of no thread": _on_nothing("threads.update", title="x"),
    "a retry in no thread": _on_nothing("threads.retry_after_item", item_id="msg_1"),
    "an action in no thread": _on_nothing("threads.custom_action", action={"type": "x"}),
    "a sync action in no thread": _on_nothing("threads.sync_custom_action", action={"type": "x"}),
    "tool output for no thread": _on_nothing("threads.add_client_tool_output", result=1),
    "an answer to no question": _on_nothing("threads.add_structured_input", item_id="m", input={"answers": {}}),
    "feedback in no thread": _on_nothing("items.feedback", item_ids=["msg_1"], kind="positive"),
}

Attempt = Callable[[User, str, str], Awaitable[object]]
#: Every request that names a thread, with the id of an item in it.
ATTEMPTS: Final[dict[str, Attempt]] = {
    "threads.get_by_id": lambda u, t, _: u.get_thread(t),
    "threads.update": lambda u, t, _: u.update_thread(t, "Mine now"),
    "threads.delete": lambda u, t, _: u.delete_thread(t),
    "items.list": lambda u, t, _: u.list_items(t),
    "items.feedback": lambda u, t, i: u.feedback(t, [i], "negative"),
    "threads.add_user_message": lambda u, t, _: read_stream(u.add_user_message(t, "x")),
    "threads.retry_after_item": lambda u, t, i: read_stream(u.retry_after_item(t, i)),
    "threads.custom_action": lambda u, t, i: read_stream(u.custom_action(t, "x", item_id=i)),
    "threads.sync_custom_action": lambda u, t, i: u.sync_custom_action(t, "x", item_id=i),
    "threads.add_client_tool_output": lambda u, t, _: read_stream(u.add_client_tool_output(t, 1)),
    "threads.add_structured_input": lambda u, t, i: read_stream(
        u.add_structured_input(t, i, wire.StructuredInputSubmission())
    ),
}


class RefusalChecks(Server):
    """Before any stream, and with the same status for another user's ids as for unknown ones."""

    @pytest.mark.parametrize("what", REFUSED)
    @check
    async def test_what_is_wrong_is_refused_before_any_stream(self, edge: HttpEdge, what: str) -> None:
        user = await edge.user()
        response = await user.post(REFUSED[what])
        assert 400 <= response.status_code < 500, f"{what}: {response.status_code}"
        if self.isolates_users:
            assert (await user.list_threads()).data == [], "a refused request left a thread behind"

    @check
    async def test_what_is_hidden_from_users_stays_hidden(self, edge: HttpEdge) -> None:
        agent = edge.need("hidden")
        user = await edge.user(agent)
        made = await read_stream(user.create_thread(agent.says))
        thread = await user.get_thread(made.thread_id)
        items = await user.stored(made.thread_id)
        for visible in (made.events, thread, items):
            assert edge.agents.hidden_text not in str(visible)
        for item in [*made.view.items, *thread.items.data, *items]:
            assert not isinstance(item, wire.HiddenContextItem | wire.SDKHiddenContextItem)

    @pytest.mark.parametrize("request_type", ATTEMPTS)
    @check
    async def test_another_users_ids_get_the_answer_of_unknown_ids(self, edge: HttpEdge, request_type: str) -> None:
        """The same status for what is another user's as for what is not there."""
        self.need_isolation()
        ada, bob = await edge.user(), await edge.user()
        private = await read_stream(ada.create_thread("private"))
        before = await ada.stored(private.thread_id)
        attempt = ATTEMPTS[request_type]
        foreign = await is_refused(attempt(bob, private.thread_id, before[0].id))
        unknown = await is_refused(attempt(bob, "thr_unknown", before[0].id))
        assert foreign.status == unknown.status
        assert "private" not in str(foreign)
        assert await ada.stored(private.thread_id) == before

    @check
    async def test_the_list_shows_only_ones_own(self, edge: HttpEdge) -> None:
        self.need_isolation()
        ada, bob = await edge.user(), await edge.user()
        await read_stream(ada.create_thread("private"))
        assert (await bob.list_threads()).data == []

    @check
    async def test_an_item_of_another_thread_is_not_in_this_one(self, edge: HttpEdge) -> None:
        user = await edge.user()
        here, there = await read_stream(user.create_thread("here")), await read_stream(user.create_thread("there"))
        await is_refused(read_stream(user.retry_after_item(here.thread_id, there.view.items[0].id)))
        await is_refused(user.feedback(here.thread_id, [there.view.items[1].id], "positive"))
        assert len(await user.stored(here.thread_id)) == len(await user.stored(there.thread_id)) == 2
