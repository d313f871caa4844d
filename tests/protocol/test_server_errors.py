"""An exception in somebody's server: its author reads what and where, and the user a sentence, however it is asked."""

import logging
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from chatkit.types import InferenceOptions, UserMessageInput, UserMessageTagContent, UserMessageTextContent

from chatkit_link.client import ClientError
from chatkit_link.settings import Settings
from chatkit_link.telemetry.logging import setup_logging
from chatkit_link.translations import Localized
from tests.finished_stream import stored, told
from tests.protocol.conftest import Site, site_of
from tests.protocol.servers import ENDS

Folders = pytest.TempPathFactory
SENTENCE = str(Localized("assistant_failed"))
CLICK = str(Localized("action_failed"))


@pytest.fixture(scope="module")
async def dev(
    servers_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """As ``chatkit-link dev`` runs them."""
    async with site_of(servers_settings(), workshop=tmp_path_factory.mktemp("widgets")) as site:
        yield site


def lines(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)


@pytest.mark.parametrize(
    ("what", "message", "told_to_author"),
    [
        ("a", SENTENCE, "RuntimeError: the shelf is empty, and you asked 'a' (servers.py:"),
        ("coroutine", SENTENCE, "Fails.respond (servers.py:"),
        ("none", SENTENCE, ") returned None. Write it as `async def` with `yield`"),
        ("list", SENTENCE, ") returned a list. Write it as `async def` with `yield`"),
        ("dict", SENTENCE, ") yielded a dict. Yield events, such as `ThreadItemDoneEvent(item=...)`."),
        (
            "item",
            SENTENCE,
            ") yielded an AssistantMessageItem, which is an item. Yield `ThreadItemDone",
        ),
        ("code", SENTENCE, "StreamError: ErrorCode.STREAM_ERROR (servers.py:"),
        ("empty", SENTENCE, "CustomStreamError (servers.py:"),
        ("event", SENTENCE, ") yielded an error event without a message (code"),
        ("exit", SENTENCE, "SystemExit: 3 (servers.py:"),
        ("interrupt", SENTENCE, "KeyboardInterrupt (servers.py:"),
        ("base", SENTENCE, "BaseException: never mind (servers.py:"),
        ("generator", SENTENCE, "GeneratorExit (servers.py:"),
        ("cancelled", SENTENCE, "CancelledError (servers.py:"),
        ("cancels itself", SENTENCE, "CancelledError (servers.py:"),
        ("task", SENTENCE, "SystemExit: 4 (servers.py:"),
        ("gather", SENTENCE, "KeyboardInterrupt (servers.py:"),
        ("group", SENTENCE, "[ValueError: one; ExceptionGroup: more (1 sub-exception): [KeyError: 'two']]"),
        ("cause", "There is no price.", "KeyError: 'price' (servers.py:"),
    ],
)
async def test_an_answer_that_fails_is_told_to_its_author_and_in_a_sentence_to_the_user(
    site: Site, dev: Site, caplog: pytest.LogCaptureFixture, what: str, message: str, told_to_author: str
) -> None:
    async with site.client("Fails") as client:
        made = await told(client.create_thread(what))
        (error,) = made.view.errors
        assert error.message == message
        assert told_to_author in lines(caplog)
        # A reload shows the same sentence.
        server = site.server("Fails")
        (ending,) = (await site.store.load_endings(made.thread_id, server.context)).values()
        assert ending.get("error", {}).get("message") == message
    async with dev.client("Fails") as client:
        made = await told(client.create_thread(what))
        shown = made.view.errors[0].message or ""
        assert shown.startswith(message)
        assert told_to_author in shown


async def test_what_would_end_the_server_ends_the_one_answer_that_raised_it(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    async with site.client("Fails") as client:
        for what in ("exit", "interrupt", "base", "generator", "cancelled", "cancels itself", "task"):
            made = await told(client.create_thread(what))
            (ending,) = (await site.store.load_endings(made.thread_id, site.server("Fails").context)).values()
            assert ending["status"] == "failed", what
            # The thread is free again, and the server answers.
            assert (await told(client.add_user_message(made.thread_id, "well"))).text == "well"
    async with site.client("Ends") as client:
        for what in ENDS:
            caplog.clear()
            made = await told(client.create_thread(what))
            assert [error.message for error in made.view.errors] == [SENTENCE], what
            assert f"{type(ENDS[what]()).__name__}" in lines(caplog)
        caplog.clear()
        made = await told(client.create_thread("well"))
        thread, answer = made.thread_id, (await stored(client, made.thread_id))[-1].id
        for request in (
            client.feedback(thread, [answer], "negative"),
            client.transcribe(b"x", "audio/webm"),
            client.sync_custom_action(thread, "grasp"),
            told(client.create_thread("build")),
        ):
            with pytest.raises(ClientError, match=f"{SENTENCE}|{CLICK}") as caught:
                await request
            assert caught.value.status == 500
        acted = await told(client.custom_action(thread, "kick", None))
        assert [error.message for error in acted.view.errors] == [CLICK]
        for text in ("opinion ends", "ear ends", "hand ends", "words end", "foot ends"):
            assert f"the {text} it (servers.py:" in lines(caplog)


async def test_a_part_of_a_message_that_a_server_does_not_read_is_named(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    tag = UserMessageTagContent(type="input_tag", id="t", text="Central", data={}, interactive=False)
    text = UserMessageTextContent(text="What is this?")
    async with site.client("ReadsTextOnly") as client:
        file = await client.create_attachment("note.txt", 2, "text/plain")
        assert file.upload_descriptor is not None
        async with httpx2.AsyncClient() as http:
            to = file.upload_descriptor
            await http.request(to.method, str(to.url), content=b"ab", headers=dict(to.headers))
        for content, files, code in (([text, tag], [], "mention_unread"), ([text], [file.id], "file_unread")):
            message = UserMessageInput(content=[*content], attachments=files, inference_options=InferenceOptions())
            (error,) = (await told(client.create_thread(message))).view.errors
            assert (error.message, error.allow_retry) == (str(Localized(code)), False)
            assert "not implemented (servers.py:" in lines(caplog)
            caplog.clear()


async def test_the_message_of_an_error_is_in_the_callers_language(site: Site) -> None:
    async with site.client("Fails", **{"Accept-Language": "de"}) as client:
        for what in ("code", "empty", "event", "a"):
            made = await told(client.create_thread(what))
            assert [error.message for error in made.view.errors] == [Localized("assistant_failed").in_language("de")]


async def test_what_a_user_wrote_is_left_out_of_the_line(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    private = "My canary is called Tweety Bird"
    async with site.client("Fails") as client:
        await told(client.create_thread(private))
    assert "the shelf is empty, and you asked '[…]'" in lines(caplog)
    assert "Tweety" not in lines(caplog)


async def test_a_request_that_fails_without_a_stream_is_refused_in_a_sentence(
    site: Site, dev: Site, caplog: pytest.LogCaptureFixture
) -> None:
    async with site.client("Fails") as client, dev.client("Fails") as developer:
        for asking, for_author in ((client, False), (developer, True)):
            made = await told(asking.create_thread("well"))
            thread, answer = made.thread_id, (await stored(asking, made.thread_id))[-1].id

            async def refused(
                request: object, text: str, sentence: str = SENTENCE, for_author: bool = for_author
            ) -> None:
                with pytest.raises(ClientError) as caught:
                    await request  # type: ignore[misc]
                assert caught.value.status == 500
                assert sentence in str(caught.value)
                assert (text in str(caught.value)) is for_author
                assert f"RuntimeError: {text} (servers.py:" in lines(caplog)

            await refused(asking.feedback(thread, [answer], "negative"), "the opinion is lost")
            await refused(asking.transcribe(b"x", "audio/webm"), "no ear")
            await refused(asking.sync_custom_action(thread, "grasp"), "no hand", CLICK)
            await refused(told(asking.create_thread("build")), "no words")
            await refused(told(asking.add_user_message(thread, "build")), "no words")
            acted = await told(asking.custom_action(thread, "kick", None))
            assert ("no foot" in (acted.view.errors[0].message or "")) is for_author
            assert "RuntimeError: no foot (servers.py:" in lines(caplog)
            # The thread that was to begin with the message is not there.
            assert [each.id for each in (await asking.list_threads()).data] == [thread]
            with pytest.raises(ClientError, match="Not in this shop"):
                await told(asking.create_thread("refuse"))


async def test_the_methods_around_an_answer_are_told_of_too(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    server, thread_id = site.server("Fails"), ""
    async with site.client("Fails") as client:
        async with client.create_thread("wait") as stream:
            async for received in stream:
                if received.event.type == "thread.created":
                    thread_id = received.event.thread.id
                if received.event.type == "thread.item.added":
                    await client.cancel_run(str(stream.run_id))
        assert "Fails.handle_stream_cancelled (servers.py:" in lines(caplog)
        assert "RuntimeError: cannot clean up (servers.py:" in lines(caplog)
        assert len(await stored(client, thread_id)) == 2

        thread = await server.store.load_thread(thread_id, server.context)
        thread.metadata["broken"] = True
        await server.store.save_thread(thread, server.context)
        broken = await told(client.add_user_message(thread_id, "well"))
        assert [error.message for error in broken.view.errors] == [SENTENCE]
        assert "RuntimeError: no options (servers.py:" in lines(caplog)


def test_a_log_that_leaves_a_text_out_says_how_to_have_it(capsys: pytest.CaptureFixture[str]) -> None:
    private = "my canary"
    before = logging.getLogger().handlers[:]
    try:
        setup_logging("info")
        try:
            raise RuntimeError(private)
        except RuntimeError:
            logging.getLogger("chatkit_link").exception("failed")
        printed = capsys.readouterr().err
        assert private not in printed
        assert "CHATKIT_LINK_LOG_LEVEL=debug" in printed
    finally:
        logging.getLogger().handlers[:] = before
