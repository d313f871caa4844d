"""Thread items as text for a terminal: answers with numbered sources, workflows, widgets, questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from chatkit import types as wire
from rich.console import Group, RenderableType
from rich.spinner import Spinner
from rich.text import Text

from chatkit_link.agents.tool_line import is_failed
from chatkit_link.cli.render_widgets import clean, draw_markdown, draw_widget
from chatkit_link.cli.terminal_markdown import blocks_of

_MARKS: Final = {"none": "•", "loading": "…", "complete": "✓"}
#: Steps that are drawn while they run, and results of each.
_LAST_STEPS: Final = 4
_LAST_FOUND: Final = 5


@dataclass
class CitedSources:
    """Numbers for what an answer cites: the same source has the same number throughout the turn.

    temporary: the address of a server that is about to stop; its pages are named by their path.
    """

    temporary: str | None = None
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    lines: list[str] = field(default_factory=list[str])

    def number(self, source: wire.Source) -> int:
        match source:
            case wire.URLSource():
                key, line = source.url, f"{source.title}: {self.place(source.url)}"
            case wire.FileSource():
                key, line = source.filename, f"{source.title} ({source.filename})"
            case wire.EntitySource():
                key, line = source.id, source.title
        if key not in self.numbers:
            self.numbers[key] = len(self.lines) + 1
            self.lines.append(clean(line).replace("\n", " "))
        return self.numbers[key]

    def place(self, url: str) -> str:
        """The address of a page, or its path where no server will have it."""
        if self.temporary is None or not url.startswith(f"{self.temporary}/"):
            return url
        return unquote(urlsplit(url).path).removeprefix("/").removeprefix("documents/")


def draw_items(
    items: Sequence[wire.ThreadItem], *, styled: bool, temporary: str | None = None, steps: bool = False
) -> list[RenderableType]:
    """The answer's items in order, then its numbered sources.

    Args:
        styled: render Markdown; else its source stays.
        temporary: the address of a server that stops after the answer, to which nothing is linked.
        steps: every step and what it found, and not a line for all of them.
    """
    sources = CitedSources(temporary)
    drawn = [part for item in items for part in draw_item(item, sources, styled=styled, steps=steps)]
    if (listed := draw_sources(sources, styled=styled)) is not None:
        drawn += [Text(), listed]
    return drawn


def draw_sources(sources: CitedSources, *, styled: bool) -> Text | None:
    """What was cited so far; None if nothing was."""
    if not sources.lines:
        return None
    listed = [f"[{number}] {line}" for number, line in enumerate(sources.lines, 1)]
    if styled:  # an address on a line of its own can be selected and opened
        listed = [line.replace(": http", "\n    http", 1) for line in listed]
    return Text("\n".join(("Sources", *listed)), style="dim")


def draw_item(
    item: wire.ThreadItem, sources: CitedSources, *, styled: bool, steps: bool = False
) -> list[RenderableType]:
    """One item; nothing for what the user typed, and for what is hidden from them."""
    drawn: list[RenderableType] = []
    match item:
        case wire.AssistantMessageItem():
            drawn += [draw_markdown(_cited(part, sources), styled=styled) for part in item.content if part.text]
        case wire.WidgetItem():
            drawn.append(_widget(item, styled))
        case wire.WorkflowItem() if item.workflow.tasks:
            drawn += _steps(item.workflow, sources, styled=styled, steps=steps)
        case wire.TaskItem():
            drawn.append(_task(item.task, sources))
        case wire.GeneratedImageItem():
            drawn.append(Text(f"Image: {clean(item.image.url)}" if item.image else "An image is being made …"))
        case wire.ClientToolCallItem() if item.status == "pending":
            drawn.append(Text(f"The answer waits for a page to run “{clean(item.name)}”; a terminal cannot.", "yellow"))
        case wire.StructuredInputItem():
            drawn.append(_questions(item))
        case _:
            pass
    return drawn


def message_blocks(item: wire.AssistantMessageItem, sources: CitedSources) -> list[RenderableType]:
    """A message in the blocks of its Markdown, of which only the last may still change."""
    text = "\n\n".join(_cited(part, sources) for part in item.content if part.text)
    return [draw_markdown(block, styled=True) for block in blocks_of(text)]


def draw_running(item: wire.WorkflowItem) -> list[RenderableType]:
    """The steps that are at work, with what they have found so far."""
    drawn: list[RenderableType] = []
    for task in item.workflow.tasks[-_LAST_STEPS:]:
        busy = task.status_indicator == "loading"
        drawn.append(Spinner("dots", _title(task), style="dim") if busy else Text(f"✓ {_title(task)}", "dim"))
        if isinstance(task, wire.SearchTask) and busy:
            found = [clean(source.title) for source in task.sources[-_LAST_FOUND:]]
            drawn += [Text(f"    {title}", "dim", no_wrap=True, overflow="ellipsis") for title in found]
    return [Group(*drawn)] if drawn else []


def _steps(workflow: wire.Workflow, sources: CitedSources, *, styled: bool, steps: bool) -> list[RenderableType]:
    """Folded into a line, which a file does not get: what failed is said, and the rest is in the answer."""
    if steps:
        return [Text("\n").join(_task(task, sources) for task in workflow.tasks)]
    lines = [_task(task, sources) for task in workflow.tasks if is_failed(task)]
    if styled and (summary := _summary(workflow)):
        lines.insert(0, Text(f"✓ {clean(summary)}", "dim", no_wrap=True, overflow="ellipsis"))
    return [Text("\n").join(lines)] if lines else []


def _summary(workflow: wire.Workflow) -> str:
    match workflow.summary:
        case wire.DurationSummary(duration=seconds):
            return f"Thought for {seconds} s" if seconds else "Thought"
        case wire.CustomSummary(title=title):
            return title
        case _:
            done = [_title(task) for task in workflow.tasks if not is_failed(task)]
            return ", ".join(dict.fromkeys(done))


def _widget(item: wire.WidgetItem, styled: bool) -> RenderableType:
    try:
        return draw_widget(item.widget.model_dump(mode="json"), styled=styled)
    except (AttributeError, KeyError, TypeError, ValueError):
        # The SDK lets unknown nodes through with any fields; one odd widget must not end the conversation.
        return Text(clean(item.copy_text or "[a widget this terminal cannot draw]"), style="dim")


def _cited(part: wire.AssistantMessageContent, sources: CitedSources) -> str:
    """The text with ``[1]`` where an annotation stands; without a place it stands at the end."""
    numbered = [(_place(part, note), sources.number(note.source)) for note in part.annotations]
    text = part.text
    for place, number in sorted(set(numbered), reverse=True):
        text = f"{text[:place]}[{number}]{text[place:]}"
    # In a passage of a document, where no server will have it afterwards.
    return clean(text if sources.temporary is None else text.replace(f"{sources.temporary}/documents/", ""))


def _place(part: wire.AssistantMessageContent, note: wire.Annotation) -> int:
    """Where in the text an annotation stands, in characters; the end when that is unknown or outside."""
    return note.index if note.index is not None and 0 <= note.index <= len(part.text) else len(part.text)


def _task(task: wire.Task, sources: CitedSources) -> Text:
    """A step with all that is known of it."""
    line = Text(f"{'✗' if is_failed(task) else _MARKS[task.status_indicator]} ", style="dim")
    line.append(_title(task))
    match task:
        case wire.SearchTask():
            found = [f"\n    {clean(source.title)} ({clean(sources.place(source.url))})" for source in task.sources]
            line.append("".join(found))
        case wire.CustomTask() | wire.ThoughtTask() if task.content:
            line.append(clean(f": {task.content}" if task.title else task.content))
        case wire.FileTask():
            line.append(clean(f": {', '.join(source.filename for source in task.sources)}"))
        case _:
            pass
    return line


def _title(task: wire.Task) -> str:
    match task:
        case wire.SearchTask():
            searched = ", ".join(task.queries) or task.title_query or ""
            return clean(task.title or f"Search: {searched}")
        case wire.FileTask():
            return clean(task.title or "Files")
        case wire.ImageTask():
            return clean(task.title or "Image")
        case _:
            return clean(task.title or "")


def _questions(item: wire.StructuredInputItem) -> Text:
    lines: list[str] = []
    for question in item.inputs:
        lines.append(f"? {question.question}")
        if isinstance(question, wire.StructuredInputMultipleChoice):
            lines += [f"    - {option.value}" for option in question.options]
        if question.answer:
            lines.append(f"    = {', '.join(question.answer.values) or 'skipped'}")
    return Text(clean("\n".join(lines)))
