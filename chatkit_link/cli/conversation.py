"""A conversation in the terminal: ask, watch the answer come, ask on in the same thread.

While an answer runs, one task reads its events and Ctrl-C stops that task, not the program. A terminal
shows every step and then the finished answer; a pipe or a file gets the finished answer as plain text.
"""

import asyncio
import importlib
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from chatkit_link.cli.render_items import draw_items
from chatkit_link.cli.render_widgets import clean
from chatkit_link.client import ChatKitClient, ClientError, EventStream, ThreadView

PROMPT: Final = "> "
_NOTICE_STYLES: Final = {"info": "cyan", "warning": "yellow", "danger": "red"}
# Enough for tokens to look alive, too little to make a slow terminal lag behind.
_REFRESHES: Final = 12


async def converse(
    client: ChatKitClient,
    question: str | None,
    *,
    thread_id: str | None,
    console: Console,
    errors: Console,
    temporary: str | None = None,
) -> int:
    """Asks ``question``, or with ``None`` prompts for one after another until Ctrl-D.

    thread_id: the thread to go on with; ``None`` starts one. errors: where failures are printed.
    temporary: the address of a server that stops with the conversation, to which nothing is linked.
    Ctrl-C stops the running answer, not the thread. Returns the exit code: 0, or 1 when the last
    answer failed or was stopped.
    """
    conversation = Conversation(client, console, thread_id, errors=errors, temporary=temporary)
    if question is not None:
        succeeded = await conversation.ask(question)
    else:
        succeeded = await conversation.prompt()
    conversation.tell_how_to_continue()
    return 0 if succeeded else 1


class Conversation:
    """One thread of a conversation; ``thread_id`` is known after the first answer has started."""

    def __init__(
        self,
        client: ChatKitClient,
        console: Console,
        thread_id: str | None,
        *,
        errors: Console,
        temporary: str | None = None,
    ) -> None:
        self.thread_id = thread_id
        self._client = client
        self._console = console
        self._errors = errors
        self._temporary = temporary
        #: Whether an answer has begun: before that, a thread that was named need not exist.
        self._answered = False

    async def prompt(self) -> bool:
        """Asks what is typed until the input ends; whether the last answer was good."""
        succeeded = True
        if self._console.is_terminal:
            self._console.print("Ask a question. Ctrl-C stops an answer, Ctrl-D ends the conversation.", style="dim")
        while (question := self._read()) is not None:
            if question.strip():
                succeeded = await self.ask(question)
        return succeeded

    async def ask(self, question: str) -> bool:
        """One question and its answer, drawn; ``False`` when it failed or was stopped."""
        # What a terminal cannot decode arrives as lone surrogates, which no JSON may carry.
        question = question.encode("utf-8", "replace").decode("utf-8")
        if self.thread_id is None:
            stream = self._client.create_thread(question)
        else:
            stream = self._client.add_user_message(self.thread_id, question)
        view = ThreadView()
        try:
            finished = await self._follow(stream, view)
        except ClientError as error:
            self._print_finished(view)
            _print(self._errors, [_message(error)])
            return False
        self._print_finished(view)
        if not finished:
            _print(self._console, [Text("Stopped. What was written so far is in the thread.", "yellow")])
        return finished and not view.errors

    def tell_how_to_continue(self) -> None:
        if self.thread_id is not None and self._answered:
            line = f'Thread {self.thread_id}. Continue: chatkit-link chat --thread {self.thread_id} "…"'
            _print(self._console, [Text(clean(line), "dim")])

    async def _follow(self, stream: EventStream, view: ThreadView) -> bool:
        """Reads the stream into ``view``; ``False`` if Ctrl-C stopped it."""
        live = Live(
            console=self._console,
            get_renderable=lambda: _running(view, self._temporary),
            refresh_per_second=_REFRESHES,
            transient=True,
        )
        with live if self._console.is_terminal else nullcontext():
            reading = asyncio.create_task(self._take_in(stream, view))
            try:
                with _on_interrupt(reading.cancel):
                    await asyncio.wait([reading])
            finally:
                reading.cancel()  # nothing to do unless this task itself was cancelled
                await asyncio.wait([reading])
            if not reading.cancelled():
                reading.result()
                return True
        if stream.run_id is not None:
            # A server without runs stops when the connection closes; that one has no run id.
            await self._client.cancel_run(stream.run_id)
        return False

    async def _take_in(self, stream: EventStream, view: ThreadView) -> None:
        async with stream:
            async for happened in stream:
                self._answered = True
                view.apply(happened.event)
                if view.thread is not None:
                    self.thread_id = view.thread.id

    def _read(self) -> str | None:
        """The next line; ``None`` at the end of the input. Ctrl-C drops the line, as in a shell."""
        with suppress(ImportError):
            importlib.import_module("readline")  # its import is what makes input() editable; absent on Windows

        # The event loop turns Ctrl-C into a cancellation, which could not reach a blocked input().
        with _handled(signal.default_int_handler):
            while True:
                try:
                    return input(PROMPT if self._console.is_terminal else "")
                except KeyboardInterrupt:
                    self._console.print()
                except EOFError:
                    if self._console.is_terminal:
                        self._console.print()
                    return None

    def _print_finished(self, view: ThreadView) -> None:
        styled = self._console.is_terminal
        _print(self._console, [*draw_items(view.visible, styled=styled, temporary=self._temporary), *_notices(view)])
        _print(self._errors, _failures(view))


def _print(console: Console, parts: Sequence[RenderableType]) -> None:
    for part in parts:
        # In a file a line is as long as it is; only a terminal has an edge to wrap at.
        console.print(part, soft_wrap=isinstance(part, Text) and not console.is_terminal)


def _running(view: ThreadView, temporary: str | None) -> RenderableType:
    parts = draw_items(view.visible, styled=True, temporary=temporary)
    if view.progress is not None:
        parts.append(Text(f"… {clean(view.progress.text)}", "dim"))
    elif not parts:
        parts.append(Text("…", "dim"))
    return Group(*parts)


def _notices(view: ThreadView) -> list[Text]:
    parts: list[Text] = []
    for notice in view.notices:
        text = ": ".join(part for part in (notice.title, notice.message) if part)
        parts.append(Text(clean(text), _NOTICE_STYLES[notice.level]))
    return parts


def _failures(view: ThreadView) -> list[Text]:
    parts: list[Text] = []
    for error in view.errors:
        message = error.message or "Something went wrong while the answer was written."
        again = " Ask again to retry." if error.allow_retry else ""
        parts.append(Text(f"{clean(message)}{again}", "red"))
    return parts


def _message(error: ClientError) -> Text:
    named = f" (request {error.request_id})" if error.request_id else ""
    return Text(clean(f"{error}{named}"), "red")


@contextmanager
def _on_interrupt(stop: Callable[[], object]) -> Generator[None]:
    """Ctrl-C calls ``stop`` instead of ending the program."""
    loop = asyncio.get_running_loop()

    def interrupted(*_: object) -> None:
        # The handler runs between two steps of the loop's thread; the loop must be woken to notice.
        loop.call_soon_threadsafe(stop)

    with _handled(interrupted):
        yield


@contextmanager
def _handled(handler: Callable[..., object]) -> Generator[None]:
    """Gives Ctrl-C to ``handler`` for a while; the previous handler (the event loop's) comes back after."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals
        return
    previous = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
