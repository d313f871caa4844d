"""The two widgets of a search: its progress, and its results.

Both are built from plain data; results are dicts with ``title``, ``url``, ``site``, ``snippet`` and
``published`` (an ISO date or None).

The templates stay within what the SDK's own ``stream_widget`` can compare, too, for servers that use it: no text node
has an ``id``, and all nodes of a type always have the same properties.
"""

from collections.abc import Sequence
from typing import Any, Literal

from chatkit.widgets import DynamicWidgetRoot

from chatkit_link.widgets.actions import OfferedAction, actions_of, offers
from chatkit_link.widgets.templates import WidgetLibrary

__all__ = [
    "DIG_DEEPER",
    "OPEN",
    "SHOW_MORE",
    "OfferedAction",
    "ResultData",
    "SearchState",
    "actions_of",
    "offers",
    "search_progress",
    "search_results",
    "show_more",
]

OPEN = "search.open"
DIG_DEEPER = "search.dig_deeper"
SHOW_MORE = "search.show_more"

SHOWN_FIRST = 4
SHOWN_MORE = 8

SearchState = Literal["searching", "finished", "failed"]
ResultData = dict[str, Any]


def search_progress(
    library: WidgetLibrary,
    *,
    query: str,
    label: str,
    results: Sequence[ResultData],
    state: SearchState,
    message: str | None = None,
) -> DynamicWidgetRoot:
    """The progress of a running search.

    label: a noun phrase, what is searched ("the bundled documents").
    message: for the user: why it failed, or what happened instead of the search that was requested.
    """
    return library.load("search-progress").build(
        {
            "query": _line(query),
            "label": _line(label),
            "results": [_result(result) for result in results],
            "state": state,
            "message": message or "",
        }
    )


def search_results(
    library: WidgetLibrary, *, query: str, label: str, results: Sequence[ResultData], shown: int = SHOWN_FIRST
) -> DynamicWidgetRoot:
    """What a finished search found: the first ``shown`` rows, and a button for more if there are more."""
    return library.load("search-results").build(
        {
            "query": _line(query),
            "label": _line(label),
            "results": [_result(result) for result in results],
            "shown": max(1, min(shown, len(results))),
            "more": SHOWN_MORE,
        }
    )


def show_more(library: WidgetLibrary, payload: dict[str, Any]) -> DynamicWidgetRoot:
    """The longer list that a ``search.show_more`` action asks for.

    payload: as it is in the widget; the caller has checked that with ``offers``.
    """
    return search_results(
        library,
        query=payload["query"],
        label=payload["label"],
        results=payload["results"],
        shown=payload["shown"],
    )


def _result(result: ResultData) -> ResultData:
    return {
        "title": result["title"],
        "url": result["url"],
        "site": result["site"],
        "snippet": result["snippet"],
        "published": result.get("published"),
    }


def _line(text: str) -> str:
    """One line of at most 300 characters: a pasted page can be a question too."""
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:299] + "…"
