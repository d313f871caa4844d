"""A conversation in the terminal: ask, watch the answer come, ask on in the same thread.

While an answer runs, one task reads its events, another one draws, and Ctrl-C stops the first, not the program. A
terminal shows the answer as it comes (``answer_screen.py``); a pipe or a file gets the finished answer as Markdown.
"""

import asyncio
import importlib
import signal
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from chatkit_link.cli.answer_screen import AnswerScreen
from chatkit_link.cli.connection import HERE, Place
from chatkit_link.cli.render_items import CitedSources, draw_items, draw_sources
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
    place: Place = HERE,
    steps: bool = False,
) -> int:
    """Asks ``question``, or with ``None`` prompts for one after another until Ctrl-D.

    thread_id: the thread to go on with; ``None`` starts one. errors: where failures are printed.
    temporary: the address of a server that stops with the conversation, to which nothing is linked.
    place: how the server was named, for the command that continues. steps: every step, with what it found.
    Ctrl-C stops the running answer, not the thread. Returns the exit code: 0, or 1 when the last
    answer failed or was stopped.
    """
    conversation = Conversation(client, console, thread_id, errors=errors, temporary=temporary, steps=steps)
    if question is not None:
        succeeded = await conversation.ask(question)
    else:
        succeeded = await conversation.prompt()
    conversation.tell_how_to_continue(place)
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
        steps: bool = False,
    ) -> None:
        self.thread_id = thread_id
        self._steps = steps
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
        screen = AnswerScreen(self._console, CitedSources(self._temporary), steps=self._steps)
        try:
            finished = await self._follow(stream, view, screen)
        except ClientError as error:
            self._print_finished(view, screen)
            _print(self._errors, [_message(error)])
            return False
        self._print_finished(view, screen)
        if not finished:
            _print(self._console, [Text("Stopped. What was written so far is in the thread.", "yellow")])
        return finished and not view.errors

    def tell_how_to_continue(self, place: Place) -> None:
        """The command, alone on its line: to be copied. A file has the answer and not this."""
        if self.thread_id is None or not self._answered:
            return
        console = self._console if self._console.is_terminal else self._errors
        command = clean(place.command("chat", "--thread", self.thread_id))
        console.print(Text("Continue with:", "dim"))
        console.print(Text(command, "dim"), soft_wrap=True)

    async def _follow(self, stream: EventStream, view: ThreadView, screen: AnswerScreen) -> bool:
        """Reads the stream into ``view``; ``False`` if Ctrl-C stopped it."""
        async with self._drawn(view, screen):
            reading = asyncio.create_task(self._take_in(stream, view, screen))
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

    @asynccontextmanager
    async def _drawn(self, view: ThreadView, screen: AnswerScreen) -> AsyncGenerator[None]:
        """Inside the block, a terminal shows how far the answer is."""
        if not self._console.is_terminal:
            yield
            return
        with Live(
            console=self._console,
            get_renderable=lambda: screen.changing(view),
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
        ) as live:

            async def draw() -> None:
                while True:
                    screen.settle(view)
                    live.refresh()
                    await asyncio.sleep(1 / _REFRESHES)

            drawing = asyncio.create_task(draw())
            try:
                yield
            finally:
                drawing.cancel()
                await asyncio.wait([drawing])

    async def _take_in(self, stream: EventStream, view: ThreadView, screen: AnswerScreen) -> None:
        async with stream:
            async for happened in stream:
                self._answered = True
                view.apply(happened.event)
                screen.take(happened.event)
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

    def _print_finished(self, view: ThreadView, screen: AnswerScreen) -> None:
        if self._console.is_terminal:
            screen.settle(view, ended=True)
            if screen.is_taken_back(view):
                _print(self._console, [Text("Some of the above was taken back: it is not in the thread.", "yellow")])
            if (listed := draw_sources(screen.sources, styled=True)) is not None:
                _print(self._console, [Text(), listed])
            _print(self._console, [Text(), *_notices(view)])
        else:
            drawn = draw_items(view.visible, styled=False, temporary=self._temporary, steps=self._steps)
            _print(self._console, [*drawn, *_notices(view)])
        _print(self._errors, _failures(view))


def _print(console: Console, parts: Sequence[RenderableType]) -> None:
    for part in parts:
        # In a file a line is as long as it is; only a terminal has an edge to wrap at.
        console.print(part, soft_wrap=isinstance(part, Text) and not console.is_terminal)


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
