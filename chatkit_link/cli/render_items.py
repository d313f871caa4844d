"""Thread items as text for a terminal: answers with numbered sources, workflows, widgets, questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from chatkit import types as wire
from rich.console import RenderableType
from rich.text import Text

from chatkit_link.cli.render_widgets import clean, draw_markdown, draw_widget

_MARKS: Final = {"none": "•", "loading": "…", "complete": "✓"}


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


def draw_items(items: Sequence[wire.ThreadItem], *, styled: bool, temporary: str | None = None) -> list[RenderableType]:
    """The answer's items in order, then its numbered sources.

    Args:
        styled: render Markdown; else its source stays.
        temporary: the address of a server that stops after the answer, to which nothing is linked.
    """
    sources = CitedSources(temporary)
    drawn = [part for item in items for part in _item(item, sources, styled)]
    if sources.lines:
        listed = "\n".join(f"[{number}] {line}" for number, line in enumerate(sources.lines, 1))
        drawn.append(Text(f"Sources\n{listed}", style="dim"))
    return drawn


def _item(item: wire.ThreadItem, sources: CitedSources, styled: bool) -> list[RenderableType]:
    drawn: list[RenderableType] = []
    match item:
        case wire.AssistantMessageItem():
            drawn += [draw_markdown(_cited(part, sources), styled=styled) for part in item.content if part.text]
        case wire.WidgetItem():
            drawn.append(_widget(item, styled))
        case wire.WorkflowItem() if item.workflow.tasks:
            drawn.append(Text("\n").join(_task(task, sources) for task in item.workflow.tasks))
        case wire.TaskItem():
            drawn.append(_task(item.task, sources))
        case wire.GeneratedImageItem():
            drawn.append(Text(f"Image: {clean(item.image.url)}" if item.image else "An image is being made …"))
        case wire.ClientToolCallItem() if item.status == "pending":
            drawn.append(Text(f"The answer waits for a page to run “{clean(item.name)}”; a terminal cannot.", "yellow"))
        case wire.StructuredInputItem():
            drawn.append(_questions(item))
        case _:
            pass  # what the user typed, and what is hidden from them
    return drawn


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
    return clean(text)


def _place(part: wire.AssistantMessageContent, note: wire.Annotation) -> int:
    """Where in the text an annotation stands, in characters; the end when that is unknown or outside."""
    return note.index if note.index is not None and 0 <= note.index <= len(part.text) else len(part.text)


def _task(task: wire.Task, sources: CitedSources) -> Text:
    line = Text(f"{_MARKS[task.status_indicator]} ", style="dim")
    match task:
        case wire.SearchTask():
            searched = ", ".join(task.queries) or task.title_query or ""
            line.append(clean(task.title or f"Search: {searched}"))
            found = [f"\n    {clean(source.title)} ({clean(sources.place(source.url))})" for source in task.sources]
            line.append("".join(found))
        case wire.CustomTask() | wire.ThoughtTask():
            line.append(clean(": ".join(part for part in (task.title, task.content) if part)))
        case wire.FileTask():
            line.append(clean(": ".join([task.title or "Files", ", ".join(s.filename for s in task.sources)])))
        case wire.ImageTask():
            line.append(clean(task.title or "Image"))
    return line


def _questions(item: wire.StructuredInputItem) -> Text:
    lines: list[str] = []
    for question in item.inputs:
        lines.append(f"? {question.question}")
        if isinstance(question, wire.StructuredInputMultipleChoice):
            lines += [f"    - {option.value}" for option in question.options]
        if question.answer:
            lines.append(f"    = {', '.join(question.answer.values) or 'skipped'}")
    return Text(clean("\n".join(lines)))
