"""A search as users see it: a line that shows what is found while it runs, and how much it was when it is over."""

from functools import partial

from chatkit.types import CustomTask, SearchTask, ThreadStreamEvent, URLSource

from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.searched import searched
from chatkit_link.agents.tool_line import FAILED_ICON, ToolLine
from chatkit_link.search.provider import SearchResult
from chatkit_link.translations import Localized


class SearchLine:
    """Of one call of the tool. What ends it are the hooks of the run, as for every tool."""

    def __init__(self, link: LinkContext, call_id: str, query: str) -> None:
        self._link = link
        self._locale = link.request_context.locale
        self._query = query
        self._sources: list[URLSource] = []
        # One that goes on, after a crash, is searched again in the line that it had.
        self._line = link.lines.setdefault(call_id, ToolLine(CustomTask()))
        self._line.has_title = True
        self._line.failed = Localized("search_failed").in_language(self._locale)
        self._display()

    def found(self, result: SearchResult) -> None:
        """Display one more result."""
        source = URLSource(
            title=result.title,
            url=result.url,
            attribution=result.site or None,
            description=result.snippet or None,
            timestamp=result.published,
        )
        self._sources.append(source)
        self._display()

    def note(self, text: str) -> None:
        """Display what went wrong while the search goes on, or has something to display all the same."""
        task = CustomTask(title=text, icon=FAILED_ICON, status_indicator="none")
        self._link.defer(lambda: self._link.begin_task(task)[1])

    def complete(self) -> None:
        """What stands there when the tool has ended."""
        self._line.done = searched([source.url for source in self._sources], self._locale)
        self._display(queries=[self._query])

    def _display(self, queries: list[str] | None = None) -> None:
        task = SearchTask(
            title_query=self._query, queries=queries or [], sources=list(self._sources), status_indicator="loading"
        )
        self._link.defer(partial(self._show, task))

    def _show(self, task: SearchTask) -> list[ThreadStreamEvent]:
        """In its turn: a line that has ended meanwhile stays as it is."""
        if self._line.ended:
            return []
        self._line.task = task
        return self._link.display_line(self._line)
