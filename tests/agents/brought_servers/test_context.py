"""The context of a brought server, and whose rows its store reads and writes."""

import inspect
from typing import Any

import httpx2
import pytest
from chatkit.server import ChatKitServer
from chatkit.types import ErrorEvent

from chatkit_link.agents.brought_servers.bound_caller import bound, caller_of
from chatkit_link.agents.brought_servers.past_request import PastRequest, is_secret
from chatkit_link.agents.brought_servers.request_context import CallerContext
from chatkit_link.agents.brought_servers.server import BroughtServer
from chatkit_link.caller import Caller
from chatkit_link.client.client import user_message
from chatkit_link.errors import Forbidden
from tests.agents.brought_servers.conftest import Serve, client_of
from tests.files.samples import image
from tests.finished_stream import FinishedStream, stored, told


async def said(address: str, agent: str, *, query: str = "", **headers: str) -> FinishedStream:
    async with client_of(address, agent, query=query, **headers) as client:
        return await told(client.create_thread("Hello"))


async def test_the_caller_reads_like_a_dictionary_with_the_request_but_no_secrets(serve: Serve) -> None:
    async with serve("ReadsADictionary", server_key="k" * 32) as address:
        answer = await said(
            address, "ReadsADictionary", query="?mode=teach", map_id="m1", Cookie="a=b", X_Api_Key="canary",
            Authorization=f"Bearer {'k' * 32}", X_ChatKit_User="ada",
        )  # fmt: skip
        assert answer.view.text == "1 ada m1 teach []"


async def test_an_agent_context_that_checks_its_store_and_context_takes_ours(serve: Serve) -> None:
    async with serve("ChecksItsStore", server_key="k" * 32) as address:
        headers = {"Authorization": f"Bearer {'k' * 32}", "X_ChatKit_User": "ada"}
        assert (await said(address, "ChecksItsStore", **headers)).view.text == "1 ada 1"


async def test_whatever_a_server_passes_its_store_answers_for_the_caller(serve: Serve) -> None:
    async with serve("PassesAnything") as address:
        assert (await said(address, "PassesAnything")).view.text == "1 [1, 1, 1, 1, 1]"


async def test_methods_that_only_its_own_store_has_work_on_top_of_ours_or_are_refused_by_name(serve: Serve) -> None:
    async with serve("AsksMore", "AsksTooMuch") as address:
        assert (await said(address, "AsksMore")).view.text == "1 count 1 notes 1"
        assert (await said(address, "AsksMore")).view.text == "1 count 1 notes 2"
        failed = await said(address, "AsksTooMuch")
        assert [event.type for event in failed.events if isinstance(event, ErrorEvent)] == ["error"]


async def test_a_context_class_whose_fields_are_known_is_made_of_them(serve: Serve) -> None:
    async with serve("TypedContext", server_key="k" * 32) as address:
        headers = {"Authorization": f"Bearer {'k' * 32}", "X_ChatKit_User": "ada", "map_id": "m1"}
        # No field is filled from a header: a client could set any of them.
        assert (await said(address, "TypedContext", **headers)).view.text == "1 solstice ada m1"


async def test_a_context_class_with_unknown_fields_is_told_in_the_log_and_the_caller_stands_for_it(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve("WantsAContext") as address:
        assert (await said(address, "WantsAContext")).view.text == "1"
    (told,) = [message for message in caplog.messages if "is a ChatKitServer[Unknowable]" in message]
    assert told.startswith("Agent wantsacontext (shapes.py:WantsAContext) ") and "as org and db;" in told


async def test_a_function_of_the_catalog_makes_the_context(serve: Serve) -> None:
    agents = [
        ("one", "BuiltContext", 'context = "shapes.py:make_account"'),
        ("two", "BuiltContext", 'context = "shapes.py:account_of"'),
        ("three", "BuiltContext", 'context = "shapes.py:broken_account"'),
    ]
    async with serve(*agents, server_key="k" * 32) as address:
        headers = {"Authorization": f"Bearer {'k' * 32}", "X_ChatKit_User": "ada", "X_Plan": "gold"}
        assert (await said(address, "one", **headers)).view.text == "1 ada on gold"
        assert (await said(address, "two", **headers)).view.text == "1 ada on paid"


@pytest.mark.parametrize("public", ["", "https://chat.example.com"])
async def test_an_image_has_an_address_that_a_models_server_can_read(serve: Serve, public: str) -> None:
    settings = {"public_url": public} if public else {}
    headers = {"Authorization": f"Bearer {'k' * 32}", "X_ChatKit_User": "ada"}  # a cookie would want https
    async with (
        serve("ShowsImages", server_key="k" * 32, **settings) as address,
        client_of(address, "ShowsImages", **headers) as client,
    ):
        picture = image()
        file = await client.create_attachment("a.png", len(picture), "image/png")
        assert file.upload_descriptor is not None
        place = str(file.upload_descriptor.url).replace(public or address, address)
        async with httpx2.AsyncClient(timeout=60) as http:
            (await http.put(place, content=picture, headers={"Content-Type": "image/png"})).raise_for_status()
        made = await told(client.create_thread(user_message("Look").model_copy(update={"attachments": [file.id]})))
        expected = "https://chat.example.co" if public else "data:image/jpeg;base64,"
        assert made.view.text == f"1 {expected} True"
        # It saved the message again; what is stored is the plain address, of which a page gets a fresh link.
        message: Any = (await stored(client, made.thread_id))[0]
        assert str(message.attachments[0].preview_url).startswith(f"{public or address}/files/{file.id}/preview?link=")


def test_what_may_sign_a_user_in_is_a_secret() -> None:
    for name in (
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "X-API-Key",
        "apikey",
        "X-Auth-Token",
        "X-CSRF-Token",
    ):
        assert is_secret(name), name
    for name in ("map-id", "article-id", "Accept-Language", "User-Agent", "session-id", "X-Plan", "Host", "keyboard"):
        assert not is_secret(name), name
    assert is_secret("X-Remote-User", {"x-remote-user"})


def test_the_caller_who_is_answered_wins_and_another_one_is_refused(ada: Caller, bob: Caller, eve: Caller) -> None:
    with bound(ada):
        for context in (None, {}, {"user_id": bob.user}, ada, CallerContext.of(ada)):
            assert caller_of(context) is ada
        for other in (bob, eve, CallerContext.of(bob)):
            with pytest.raises(Forbidden, match="another user"):
                caller_of(other)
    # Outside of an answer only a Caller says whose rows are meant.
    assert caller_of(bob) is bob
    for context in (None, {"user_id": ada.user}, PastRequest.empty()):
        with pytest.raises(RuntimeError, match="outside of an answer, with a context of type"):
            caller_of(context)


async def test_a_request_stays_readable_and_says_what_is_gone() -> None:
    request: Any = PastRequest.empty()
    assert (request.method, request.url.path, dict(request.headers)) == ("POST", "/chatkit", {})
    request.state.note = "kept"
    assert request.state.note == "kept"
    with pytest.raises(RuntimeError, match="was read by ChatKit Link"):
        await request.body()
    with pytest.raises(RuntimeError, match="chatkit-link serve --app"):
        request.url_for("upload")
    with pytest.raises(RuntimeError, match=r"request\.app is not there"):
        _ = request.app


def test_a_context_says_what_it_does_not_have(ada: Caller) -> None:
    context = CallerContext.of(ada)
    with pytest.raises(KeyError, match="map_id: the keys of the context are user_id, userId, user, tenant"):
        context["map_id"]
    with pytest.raises(AttributeError, match=r"The context has no attribute 'map_id'\. .* context = "):
        _ = context.map_id
    assert getattr(context, "map_id", None) is None and {**context}["user_id"] == ada.user


#: The SDK's own way through a request, which protocol/ takes in its place.
_OURS = {
    "process", "_process_non_streaming", "_process_streaming", "_process_streaming_impl", "_load_full_thread",
    "_process_new_thread_item_respond", "_paginate_thread_items_reverse", "_cleanup_pending_client_tool_call",
    "_process_sync_custom_action",
}  # fmt: skip


def test_every_method_of_the_sdk_that_takes_a_context_is_given_the_servers_own() -> None:
    taking = {
        name
        for name, method in vars(ChatKitServer).items()
        if inspect.isfunction(method) and "context" in inspect.signature(method).parameters
    }
    assert taking > _OURS
    assert taking - _OURS - set(vars(BroughtServer)) == set()
