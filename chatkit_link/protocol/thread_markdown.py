"""A thread as a document in Markdown: who said what, in what order, and what an answer cites.

What a user sees in the chat is in it, as far as text can show it. Hidden items are not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from chatkit import types as wire

from chatkit_link.translations import Localized

#: Fields of widget nodes that are read, in the order in which they stand.
_READ = ("title", "value", "label", "text", "alt", "placeholder")


@dataclass
class MarkdownThread:
    """Writes a thread piece by piece. agent: the name of whoever answers. locale: of the few words between."""

    agent: str
    locale: str
    _speaker: str = ""
    _sources: list[str] = field(default_factory=list[str])

    def begin(self, thread: wire.ThreadMetadata) -> str:
        title = thread.title or self._word("export_untitled")
        return f"# {_line(title)}\n\n*{_line(self.agent)} · {thread.created_at:%Y-%m-%d}*\n"

    def write(self, item: wire.ThreadItem) -> str:
        """An item, below the heading of its speaker where that is another one than before."""
        match item:
            case wire.UserMessageItem():
                return self._below(self._word("export_user"), _message(item))
            case wire.AssistantMessageItem():
                return self._below(self.agent, [self._cited(part) for part in item.content])
            case wire.WidgetItem():
                return self._below(self.agent, [_quote(item.copy_text or "\n".join(_widget_lines(item)))])
            case wire.GeneratedImageItem() if item.image is not None:
                return self._below(self.agent, [f"![]({item.image.url})"])
            case wire.TaskItem():
                return self._below(self.agent, [_task(item.task)])
            case wire.WorkflowItem():
                return self._below(self.agent, ["\n".join(filter(None, map(_task, item.workflow.tasks)))])
            case wire.StructuredInputItem():
                return self._below(self.agent, [_questions(item)])
            case _:
                return ""

    def end(self) -> str:
        return self._list_sources()

    def _below(self, speaker: str, blocks: Sequence[str]) -> str:
        written = "\n\n".join(block.strip("\n") for block in blocks if block.strip())
        if not written:
            return ""
        heading = ""
        if speaker != self._speaker:
            heading = f"{self._list_sources()}\n## {_line(speaker)}\n"
            self._speaker = speaker
        return f"{heading}\n{written}\n"

    def _cited(self, part: wire.AssistantMessageContent) -> str:
        """The text with ``[1]`` where something is cited."""
        text = part.text
        places = {
            (note.index if note.index is not None and 0 <= note.index <= len(text) else len(text), self._number(note))
            for note in part.annotations
        }
        for place, number in sorted(places, reverse=True):
            text = f"{text[:place]}[{number}]{text[place:]}"
        return text

    def _number(self, note: wire.Annotation) -> int:
        source = note.source
        line = (
            f"[{_label(source.title)}](<{source.url}>)" if isinstance(source, wire.URLSource) else _line(source.title)
        )
        if line not in self._sources:
            self._sources.append(line)
        return self._sources.index(line) + 1

    def _list_sources(self) -> str:
        """What the answer above cites, once it is over."""
        listed = "\n".join(f"{number}. {line}" for number, line in enumerate(self._sources, 1))
        self._sources.clear()
        return f"\n**{self._word('export_sources')}**\n\n{listed}\n" if listed else ""

    def _word(self, code: str) -> str:
        return Localized(code).in_language(self.locale)


def _message(item: wire.UserMessageItem) -> list[str]:
    files = "\n".join(f"- {_line(attachment.name)}" for attachment in item.attachments)
    text = "".join(
        f"@{part.text}" if isinstance(part, wire.UserMessageTagContent) else part.text for part in item.content
    )
    return [_quote(item.quoted_text or ""), text, files]


def _task(task: wire.Task) -> str:
    match task:
        case wire.SearchTask():
            found = [f"  - [{_label(source.title)}](<{source.url}>)" for source in task.sources]
            return "\n".join([f"- *{_line(task.title or ', '.join(task.queries))}*", *found])
        case wire.FileTask():
            named = ", ".join(source.filename for source in task.sources)
            return f"- *{_line(': '.join(part for part in (task.title, named) if part))}*"
        case wire.CustomTask():
            return f"- *{_line(': '.join(part for part in (task.title, task.content) if part))}*"
        case wire.ImageTask():
            return f"- *{_line(task.title)}*" if task.title else ""
        case wire.ThoughtTask():
            return ""  # what a model thinks aloud is no part of the conversation


def _questions(item: wire.StructuredInputItem) -> str:
    lines = list[str]()
    for question in item.inputs:
        answer = ", ".join(question.answer.values) if question.answer else ""
        lines.append(f"- {_line(question.question)} {f'**{_line(answer)}**' if answer else ''}".rstrip())
    return "\n".join(lines)


def _widget_lines(item: wire.WidgetItem) -> Iterator[str]:
    yield from _node_lines(item.widget.model_dump(mode="json", exclude_none=True))


def _node_lines(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in cast("list[Any]", node):
            yield from _node_lines(child)
    if not isinstance(node, dict):
        return
    known = cast("dict[str, Any]", node)
    said = [known[name].strip() for name in _READ if isinstance(known.get(name), str)]
    if any(said):
        yield " · ".join(filter(None, said))
    yield from _node_lines(known.get("children"))


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _label(text: str) -> str:
    """For the brackets of a link."""
    return _line(text).replace("[", r"\[").replace("]", r"\]")
