"""The conversation as a person has it: in a terminal, in a narrow one, and in a pipe."""

import asyncio
import io
import os
import pty
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import pytest
from chatkit import types as wire
from chatkit.widgets import DynamicWidgetRoot
from rich.console import Console

from chatkit_link.cli.answer_screen import AnswerScreen
from chatkit_link.cli.connection import Place
from chatkit_link.cli.conversation import converse
from chatkit_link.cli.render_items import CitedSources, draw_items
from chatkit_link.cli.render_widgets import draw_markdown, draw_widget
from chatkit_link.client import ChatKitClient, ThreadView
from tests.sdk_server import RUN, WHEN, MemoryStore, Peer, serve

pytestmark = pytest.mark.filterwarnings("ignore:Direct usage of named widget:DeprecationWarning")


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
async def address(peer: Peer) -> AsyncGenerator[str]:
    async with serve(peer.app) as address:
        yield f"{address}/chatkit"


@pytest.fixture
async def client(address: str) -> AsyncGenerator[ChatKitClient]:
    async with ChatKitClient(address) as client:
        yield client


def store_of(peer: Peer) -> MemoryStore:
    assert isinstance(peer.store, MemoryStore)
    return peer.store


def paper(*, width: int = 100, terminal: bool = False) -> Console:
    """A console that keeps what is written."""
    return Console(
        file=io.StringIO(), width=width, force_terminal=terminal, color_system="standard" if terminal else None
    )


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def plain(console: Console) -> str:
    """The same without colours."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", written(console))


async def test_a_pipe_gets_the_whole_answer_as_plain_text(client: ChatKitClient) -> None:
    console = paper()
    errors = paper()
    code = await converse(client, "everything", thread_id=None, console=console, errors=errors)
    text = written(console)
    assert code == 1, "an error event in the answer is a failure"
    for part in (
        "A *lease[1]* is a contract.",
        "[1] Leases: https://example.org/leases",
        "Found 1 result",
        "one two three",
        "(seen)",
        "Image: https://example.org/1.png",
        "Sources: One source was found.",
    ):
        assert part in text
    assert "The rest is missing." in written(errors)
    assert "The rest is missing." not in text
    assert "never mind" not in text
    assert "Search" not in text, "a file has the answer, and not how it came about"
    assert "\x1b" not in text


async def test_the_last_line_says_how_to_continue(client: ChatKitClient, peer: Peer) -> None:
    console = paper()
    assert await converse(client, "hello", thread_id=None, console=console, errors=console) == 0
    (thread_id,) = store_of(peer).threads
    assert written(console).splitlines()[-1] == f"chatkit-link chat --thread {thread_id}"
    again = paper()
    assert await converse(client, "more", thread_id=thread_id, console=again, errors=again) == 0
    assert "You said: more" in written(again)
    assert len(store_of(peer).threads) == 1


async def test_a_narrow_terminal_shows_progress_and_cuts_no_line(client: ChatKitClient) -> None:
    console = paper(width=60, terminal=True)
    await converse(client, "everything", thread_id=None, console=console, errors=console)
    text = plain(console)
    assert "A lease[1] is a contract." in text
    assert max(len(line) for line in text.splitlines()) <= 60


async def test_a_failure_inside_the_answer_is_a_sentence_and_an_exit_code(client: ChatKitClient) -> None:
    console = paper()
    errors = paper()
    assert await converse(client, "fail", thread_id=None, console=console, errors=errors) == 1
    assert written(errors).startswith("The model is not there. Ask again to retry.\n")
    assert "chatkit-link chat --thread" in written(errors)
    assert written(console) == "", "a file gets the answer, and no other line"


async def test_a_refused_question_is_a_sentence_and_an_exit_code(client: ChatKitClient) -> None:
    console = paper()
    errors = paper()
    assert await converse(client, "\ud800", thread_id=None, console=console, errors=errors) == 0
    async with ChatKitClient("http://127.0.0.1:1/chatkit") as nobody:
        assert await converse(nobody, "hello", thread_id=None, console=console, errors=errors) == 1
    assert written(errors).endswith("No server answers at http://127.0.0.1:1: is it running?\n")


def test_a_server_that_stops_afterwards_is_not_linked_to() -> None:
    here, there = "http://127.0.0.1:40001/documents/docs/my%20page.md?key=k#retry", "https://example.org/a"
    notes = [wire.Annotation(source=wire.URLSource(title=url[:4], url=url)) for url in (here, there)]
    message = wire.AssistantMessageItem(
        id="m", thread_id="t", created_at=WHEN, content=[wire.AssistantMessageContent(text="Yes.", annotations=notes)]
    )
    search = wire.SearchTask(queries=["retry"], sources=[wire.URLSource(title="Page", url=here)])
    task = wire.TaskItem(id="s", thread_id="t", created_at=WHEN, task=search)
    shown: dict[str | None, str] = {}
    for temporary in ("http://127.0.0.1:40001", "http://127.0.0.1:4000", None):
        console = paper()
        console.print(*draw_items([task, message], styled=False, temporary=temporary))
        shown[temporary] = written(console)
    assert "docs/my page.md" in shown["http://127.0.0.1:40001"]
    assert "127.0.0.1" not in shown["http://127.0.0.1:40001"]
    assert there in shown["http://127.0.0.1:40001"]
    assert here in shown["http://127.0.0.1:4000"]
    assert here in shown[None]


async def test_ctrl_c_stops_the_run_and_keeps_the_thread(client: ChatKitClient, peer: Peer) -> None:
    class Interrupting(io.StringIO):
        """Presses Ctrl-C when the first words of the answer are on the screen."""

        pressed = False

        def write(self, text: str) -> int:
            if "Let me think" in text and not self.pressed:
                self.pressed = True
                signal.raise_signal(signal.SIGINT)
            return super().write(text)

    console = Console(file=Interrupting(), width=80, force_terminal=True)
    before = signal.getsignal(signal.SIGINT)
    assert await converse(client, "slow", thread_id=None, console=console, errors=console) == 1
    assert peer.cancelled == [RUN]
    assert "Stopped." in written(console)
    assert "chatkit-link chat --thread thr_" in written(console)
    assert "Let me think" in written(console).rpartition("Stopped.")[0], "what was written is kept"
    assert signal.getsignal(signal.SIGINT) is before


LOOP = """
import asyncio, sys
from rich.console import Console
from chatkit_link.client import ChatKitClient
from chatkit_link.cli.conversation import converse

async def main():
    async with ChatKitClient(sys.argv[1]) as client:
        return await converse(client, None, thread_id=None, console=Console(), errors=Console(stderr=True))

sys.exit(asyncio.run(main()))
"""


class Screen:
    """What a program wrote to its terminal and nobody has looked at yet."""

    def __init__(self, terminal: int) -> None:
        self.text = ""
        self._terminal = terminal

    async def until(self, text: str) -> None:
        """Reads up to and including ``text``."""
        while text not in self.text:
            readable = asyncio.Event()
            asyncio.get_running_loop().add_reader(self._terminal, readable.set)
            try:
                await readable.wait()
            finally:
                asyncio.get_running_loop().remove_reader(self._terminal)
            self.text += os.read(self._terminal, 4096).decode(errors="replace")
        self.text = self.text.partition(text)[2]


async def test_a_person_at_a_real_terminal_asks_stops_asks_on_and_leaves(address: str, peer: Peer) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", LOOP, address,
        stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    screen = Screen(ours)
    async with asyncio.timeout(150):
        await screen.until("> ")
        os.write(ours, b"slow\n")
        await screen.until("Let me think")
        process.send_signal(signal.SIGINT)
        await screen.until("Stopped.")
        await screen.until("> ")
        again = False
        while not again:
            # The line editor can miss a signal that comes in the instant between prompt and reading.
            process.send_signal(signal.SIGINT)
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await screen.until("> ")
                    again = True
        os.write(ours, b"hello\n")
        await screen.until("You said: hello")
        await screen.until("> ")
        os.write(ours, b"\x04")
        await screen.until("chatkit-link chat --thread")
        assert await process.wait() == 0
    os.close(ours)
    assert peer.cancelled == [RUN]
    assert len(store_of(peer).threads) == 1


async def test_questions_from_a_pipe_are_answered_in_turn(address: str, peer: Peer) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", LOOP, address,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate(b"one\n\ntwo")
    lines = output.decode().splitlines()
    assert lines == ["You said: one", "You said: two"]
    assert process.returncode == 0
    assert len(store_of(peer).threads) == 1


async def test_the_command_that_continues_has_the_options_of_this_one_but_no_secret(client: ChatKitClient) -> None:
    errors = paper()
    place = Place("http://127.0.0.1:9/chat kit", token="very-secret", agents=("tea=tea.py:agent",), token_given=True)
    await converse(client, "hello", thread_id=None, console=paper(), errors=errors, place=place)
    command = written(errors).splitlines()[-1]
    assert command.startswith("chatkit-link chat --thread thr_")
    assert command.endswith(" --agent tea=tea.py:agent --url 'http://127.0.0.1:9/chat kit' --token TOKEN")
    assert "very-secret" not in written(errors)


def answer(text: str, item_id: str = "m") -> wire.AssistantMessageItem:
    content = [wire.AssistantMessageContent(text=text)]
    return wire.AssistantMessageItem(id=item_id, thread_id="t", created_at=WHEN, content=content)


def test_a_terminal_prints_what_is_whole_and_goes_on_with_the_rest() -> None:
    console = paper(width=50, terminal=True)
    screen, view = AnswerScreen(console, CitedSources()), ThreadView()
    view.apply(wire.ThreadItemAddedEvent(item=answer("# Tea\n\nOne paragraph.\n\n- a list\n- that gro")))
    screen.settle(view)
    assert "One paragraph." in written(console)
    assert "that gro" not in written(console), "the last block may still change"
    console.print(screen.changing(view))
    assert "that gro" in written(console)

    done = wire.ThreadItemDoneEvent(item=answer("# Tea\n\nOne paragraph.\n\n- a list\n- that grows"))
    view.apply(done)
    screen.take(done)
    screen.settle(view)
    screen.settle(view, ended=True)
    assert written(console).count("One paragraph.") == 1
    assert written(console).count("that grows") == 1


def test_the_part_that_changes_is_never_higher_than_the_window() -> None:
    console = paper(width=50, terminal=True)
    console.height = 10
    screen, view = AnswerScreen(console, CitedSources()), ThreadView()
    code = "\n".join(f"line {number}" for number in range(40))
    view.apply(wire.ThreadItemAddedEvent(item=answer(f"```python\n{code}")))
    screen.settle(view)
    console.print(screen.changing(view))
    assert plain(console).splitlines()[-1].strip() == "line 39"
    assert len(plain(console).splitlines()) <= 10


def searched(*, expanded: bool = False) -> wire.WorkflowItem:
    sources = [wire.URLSource(title=f"Page {number}", url=f"https://example.org/{number}") for number in range(8)]
    search = wire.SearchTask(title="Searched 8 pages", queries=["tea"], sources=sources, status_indicator="complete")
    summary = wire.CustomSummary(title="Searched 8 pages")
    workflow = wire.Workflow(type="custom", tasks=[search], summary=summary, expanded=expanded)
    return wire.WorkflowItem(id="w", thread_id="t", created_at=WHEN, workflow=workflow)


def test_steps_are_one_line_in_a_terminal_and_none_in_a_file_unless_they_are_asked_for() -> None:
    shown: dict[tuple[bool, bool], str] = {}
    for styled in (True, False):
        for steps in (True, False):
            console = paper()
            for part in draw_items([searched()], styled=styled, steps=steps):
                console.print(part)
            shown[styled, steps] = written(console)
    assert shown[True, False] == "✓ Searched 8 pages\n"
    assert shown[False, False] == ""
    assert all("Page 7 (https://example.org/7)" in shown[styled, True] for styled in (True, False))


def test_a_step_that_failed_is_never_folded_away() -> None:
    item = searched()
    failed = wire.CustomTask(title="The search failed", content="Brave is away.", icon="lucide:circle-x")
    item.workflow.tasks.append(failed)
    console = paper()
    for part in draw_items([item], styled=False):
        console.print(part)
    assert written(console) == "✗ The search failed: Brave is away.\n"


TABLE = """| Provider | Searches | Needs | Costs |
| --- | --- | --- | --- |
| `local` | a folder of documents with the full-text search | nothing | nothing |
"""


def test_markdown_fits_a_narrow_terminal_and_code_can_be_copied() -> None:
    source = f"# A title\n\n{TABLE}\n```python\nif tea:\n    steep(minutes=2)\n```\n"
    for width, table in ((40, "Searches: a folder"), (100, " Provider  Searches ")):
        console = paper(width=width, terminal=True)
        console.print(draw_markdown(source, styled=True))
        text = plain(console)
        assert text.startswith("A title\n")
        assert table in text
        assert "    if tea:\n        steep(minutes=2)\n" in text
        assert max(map(len, text.splitlines())) <= width


async def threads(address: str, *words: str) -> tuple[str, str]:
    return await command("threads", *words, "--url", address)


async def command(*words: str) -> tuple[str, str]:
    """What the command prints into a pipe, and beside it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", "from chatkit_link.cli import main; main()",
        *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    return output.decode(), errors.decode()


async def test_threads_are_listed_and_printed(client: ChatKitClient, address: str) -> None:
    leases = await client.ask("everything")
    hello = await client.ask("hello there")
    assert leases.thread is not None and hello.thread is not None

    listed, _ = await threads(address, "list")
    rows = [line.split("\t") for line in listed.splitlines()]
    assert {row[0] for row in rows} == {leases.thread.id, hello.thread.id}
    assert "Leases" in {row[2] for row in rows}
    assert len((await threads(address, "list", "--limit", "1"))[0].splitlines()) == 1

    printed, _ = await threads(address, "show", hello.thread.id)
    assert printed == "# Untitled\n\n> hello there\n\nYou said: hello there\n"
    _, missing = await threads(address, "show", "thr_missing")
    assert "There is no such thread" in missing and "Traceback" not in missing
    nothing, said = await threads(address, "search", "leases")
    assert nothing == "" and f"{address} has no search in threads." in said and "Traceback" not in said


async def test_threads_are_searched_by_the_server(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # whose data folder has the user of this terminal
    everywhere, echo = f"{server}/chatkit", f"{server}/chatkit/echo"
    for address, question in ((echo, "Crème and tea"), (everywhere, "tea of another agent"), (echo, "coffee")):
        answered, said = await command("chat", question, "--url", address)
        assert answered, said

    async def search(address: str, *words: str) -> list[str]:
        found, _ = await command("threads", "search", *words, "--url", address)
        return [line.split("\t")[3] for line in found.splitlines()]

    (hit,) = await search(echo, "CREME", "tea")
    assert "Crème and tea" in hit
    assert len(await search(everywhere, "tea")) == 2
    assert len(await search(everywhere, "tea", "--limit", "1")) == 1
    nothing, said = await command("threads", "search", "quokka", "--url", everywhere)
    assert nothing == "" and "No thread of yours has “quokka”." in said


def drawn(tree: dict[str, object], width: int = 60) -> str:
    console = paper(width=width)
    console.print(draw_widget(tree))
    return written(console)


def test_every_family_of_nodes_shows_its_words() -> None:
    shown = drawn(
        {
            "type": "Card",
            "status": {"text": "Status"},
            "confirm": {"label": "Yes", "action": {"type": "y"}},
            "children": [
                {"type": "Row", "children": [
                    {"type": "Title", "value": "Title"}, {"type": "Spacer"}, {"type": "Badge", "label": "Badge"},
                ]},
                {"type": "Col", "children": [{"type": "Caption", "value": "Caption"}, {"type": "Divider"}]},
                {"type": "Box", "children": [{"type": "Image", "src": "x", "alt": "Alt"}, {"type": "Image"}]},
                {"type": "Form", "children": [
                    {"type": "Input", "name": "town", "placeholder": "Bonn"},
                    {"type": "Checkbox", "name": "c", "label": "Agree"},
                ]},
                {"type": "Select", "name": "size", "defaultValue": "m", "options": [
                    {"label": "S", "value": "s"}, {"label": "M", "value": "m"},
                ]},
                {"type": "Transition", "children": {"type": "Markdown", "value": "**Bold**"}},
                {"type": "Chart", "data": [{"x": "Mon", "y": 3}],
                 "series": [{"type": "bar", "label": "Rain", "dataKey": "y"}], "xAxis": "x"},
                {"type": "Hologram", "value": "Own", "children": [{"type": "Button", "label": "Inner"}]},
            ],
        }
    )  # fmt: skip
    for word in ("Status", "[ Yes ]", "Title (Badge)", "Caption", "[image: Alt]", "town: Bonn", "[ ] Agree",
                 "size: S | (M)", "Bold", "Rain", "Mon", "Own", "[ Inner ]"):  # fmt: skip
        assert word in shown
    assert max(len(line) for line in shown.splitlines()) <= 60


def test_a_row_of_results_stays_one_row_in_a_narrow_terminal() -> None:
    row = {
        "type": "ListViewItem",
        "children": [
            {"type": "Icon", "name": "globe"},
            {"type": "Col", "children": [
                {"type": "Text", "value": "A title " * 20, "truncate": True},
                {"type": "Caption", "value": "example.org"},
            ]},
        ],
    }  # fmt: skip
    lines = drawn({"type": "ListView", "children": [row]}).splitlines()
    assert len(lines) == 4
    assert "…" in lines[1]


def test_a_widget_with_odd_fields_does_not_end_the_conversation() -> None:
    tree = DynamicWidgetRoot.model_validate({"type": "Card", "children": [{"type": "Chart", "data": 7}]})
    item = wire.WidgetItem(id="w", thread_id="t", created_at=WHEN, widget=tree, copy_text="in words")
    console = paper()
    console.print(*draw_items([item], styled=True))
    assert "in words" in written(console)


def test_escape_sequences_from_a_server_never_reach_the_terminal() -> None:
    nasty = "a\x1b]0;title\x07\x1b[2J\x9b1mb\u202ec [bold]d[/bold] &#27;[31m"
    note = wire.Annotation(source=wire.URLSource(title=nasty, url=nasty))
    content = [wire.AssistantMessageContent(text=nasty, annotations=[note])]
    item = wire.AssistantMessageItem(id="m", thread_id="t", created_at=WHEN, content=content)
    for styled in (True, False):
        console = paper()
        for part in draw_items([item], styled=styled):
            console.print(part)
        console.print(draw_widget({"type": "Text", "value": nasty}))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", written(console))
        assert "[bold]d" in written(console)
