"""An answer in a terminal while it is written.

What will not change any more is printed for good and scrolls away as any other output; below it, the part that still
changes is drawn again and again: the last paragraph, the search that runs. So an answer may be longer than the window,
and what is above can be read and copied meanwhile.
"""

from typing import Final

from chatkit import types as wire
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from chatkit_link.cli.render_items import CitedSources, draw_item, draw_running, message_blocks
from chatkit_link.cli.render_widgets import clean
from chatkit_link.client import ThreadView

#: Lines of the window that the changing part leaves free.
_FREE: Final = 2


class AnswerScreen:
    """Of one answer. steps: every step with what it found, and not a line for all of them."""

    def __init__(self, console: Console, sources: CitedSources, *, steps: bool = False) -> None:
        self._console = console
        self.sources = sources
        self._steps = steps
        self._final = set[str]()
        #: Item -> how many of its parts are printed.
        self._printed: dict[str, int] = {}
        self._whole = set[str]()

    def take(self, event: wire.ThreadStreamEvent) -> None:
        """An item that is done changes no more."""
        if isinstance(event, wire.ThreadItemDoneEvent | wire.ThreadItemReplacedEvent):
            self._final.add(event.item.id)

    def settle(self, view: ThreadView, *, ended: bool = False) -> None:
        """Print what will not change any more; all there is if the answer has ended."""
        for item in view.visible:
            if item.id in self._whole:
                continue
            is_final = ended or item.id in self._final
            parts = self._parts(item)
            self._print(item.id, parts if is_final else _settled(item, parts))
            if not is_final:
                return
            self._whole.add(item.id)

    def changing(self, view: ThreadView) -> RenderableType:
        """What is not printed yet, as it is now."""
        drawn: list[RenderableType] = []
        for item in view.visible:
            if item.id in self._whole:
                continue
            parts = draw_running(item) if isinstance(item, wire.WorkflowItem) else self._parts(item)
            for part in parts[self._printed.get(item.id, 0) :]:
                drawn += ["", part]
        if view.progress is not None:
            drawn += ["", Text(f"… {clean(view.progress.text)}", "dim")]
        return _End(Group(*(drawn or [Text("…", "dim")])))

    def is_taken_back(self, view: ThreadView) -> bool:
        """Whether something that is printed is not in the thread any more."""
        return any(view.item(item_id) is None for item_id, count in self._printed.items() if count)

    def _parts(self, item: wire.ThreadItem) -> list[RenderableType]:
        if isinstance(item, wire.AssistantMessageItem):
            return message_blocks(item, self.sources)
        return draw_item(item, self.sources, styled=True, steps=self._steps)

    def _print(self, item_id: str, parts: list[RenderableType]) -> None:
        for part in parts[self._printed.get(item_id, 0) :]:
            self._console.print("", part, sep="\n")
        self._printed[item_id] = max(len(parts), self._printed.get(item_id, 0))


def _settled(item: wire.ThreadItem, parts: list[RenderableType]) -> list[RenderableType]:
    """Of a message, all blocks but the last; of any other item, nothing."""
    return parts[:-1] if isinstance(item, wire.AssistantMessageItem) else []


class _End:
    """The last lines of something that may be higher than the window."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self._content, options.update(height=None), pad=False)
        for line in lines[-max(1, console.height - _FREE) :]:
            yield from line
            yield Segment.line()
