"""The search widgets: what a user sees, and that they stream through the SDK."""

import itertools
import time
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import pytest
from chatkit.server import diff_widget, stream_widget
from chatkit.types import ThreadItemDoneEvent, ThreadItemUpdatedEvent, ThreadMetadata, WidgetItem
from chatkit.widgets import DynamicWidgetRoot

from chatkit_link.widgets.actions import actions_of, offers
from chatkit_link.widgets.search import SearchState, search_progress, search_results, show_more
from chatkit_link.widgets.templates import WidgetLibrary

QUERY = "How does an answer survive a reload?"
LABEL = "the bundled documents"


def results(count: int) -> list[dict[str, Any]]:
    return [
        {
            "title": f'Title {n} <b>&"quoted"</b>',
            "url": f"https://www.site{n}.example/page?a=1&b={n}",
            "site": f"site{n}.example",
            "snippet": "" if n == 2 else f"Snippet {n}. " + "More words. " * 20,
            "published": "2026-03-04" if n % 2 else None,
        }
        for n in range(count)
    ]


def progress(
    library: WidgetLibrary, count: int, state: SearchState = "searching", message: str | None = None
) -> DynamicWidgetRoot:
    return search_progress(library, query=QUERY, label=LABEL, results=results(count), state=state, message=message)


def found(library: WidgetLibrary, count: int, shown: int = 4) -> DynamicWidgetRoot:
    return search_results(library, query=QUERY, label=LABEL, results=results(count), shown=shown)


def status_of(widget: DynamicWidgetRoot) -> str:
    return widget.model_dump()["status"]["text"]


def texts_of(node: Any) -> list[str]:
    """Everything written in the tree, in reading order."""
    if isinstance(node, list):
        return [text for part in node for text in texts_of(part)]  # pyright: ignore[reportUnknownVariableType] - JSON
    own = [node[key] for key in ("value", "label") if node.get(key)]
    return own + texts_of(node.get("children") or [])


def texts(widget: DynamicWidgetRoot) -> list[str]:
    return texts_of(widget.model_dump())


@pytest.mark.parametrize(
    ("count", "state", "status"),
    [
        (0, "searching", "Searching the bundled documents…"),
        (3, "searching", "Searching the bundled documents…"),
        (0, "finished", "Found nothing in the bundled documents"),
        (1, "finished", "Found 1 result in the bundled documents"),
        (3, "finished", "Found 3 results in the bundled documents"),
        (0, "failed", "The search did not work"),
    ],
)
def test_the_status_describes_the_state(library: WidgetLibrary, count: int, state: SearchState, status: str) -> None:
    assert status_of(progress(library, count, state)) == status


def test_a_running_search_shows_its_question_and_each_result(library: WidgetLibrary) -> None:
    first, second = results(2)
    assert texts(progress(library, 2)) == [
        QUERY, first["title"], "site0.example", first["snippet"], second["title"], "site1.example · 4 Mar 2026",
        second["snippet"],
    ]  # fmt: skip


def test_no_result_and_a_failure_each_have_a_message(library: WidgetLibrary) -> None:
    assert texts(progress(library, 0))[-1] == "Nothing found yet"
    assert texts(progress(library, 0, "finished"))[-1] == "No result matches. Other words may find more."
    failed = progress(library, 0, "failed", "Brave Search refused this server. Check BRAVE_API_KEY.")
    assert texts(failed)[-1] == "Brave Search refused this server. Check BRAVE_API_KEY."
    assert texts(found(library, 0)) == ["No result matches. Other words may find more."]


def test_the_list_starts_with_four_results_and_offers_the_rest(library: WidgetLibrary) -> None:
    widget = found(library, 6)
    assert status_of(widget) == f"6 results for “{QUERY}” in the bundled documents"
    assert [text for text in texts(widget) if text.startswith("Title")] == [
        result["title"] for result in results(6)[:4]
    ]
    assert texts(widget)[-1] == "Show 2 more"
    assert "Show" not in texts(found(library, 4))[-1]


def test_show_more_carries_all_that_is_needed_to_show_more(library: WidgetLibrary) -> None:
    widget = found(library, 20)
    shown = [4]
    while more := [action for action in actions_of(widget) if action.type == "search.show_more"]:
        assert not more[0].streaming
        # As a browser sends it back: JSON, in which the SDK has dropped every null.
        widget = show_more(library, DynamicWidgetRoot.model_validate_json(widget.model_dump_json()) and more[0].payload)
        shown.append(sum(text.startswith("Title") for text in texts(widget)))
    assert shown == [4, 12, 20]
    assert widget == found(library, 20, shown=20)


def test_a_row_opens_its_page_and_digs_deeper(library: WidgetLibrary) -> None:
    first = results(1)[0]
    assert [(action.type, action.payload, action.handler) for action in actions_of(found(library, 1))] == [
        ("search.open", {"url": first["url"]}, "client"),
        ("search.dig_deeper", {"title": first["title"], "url": first["url"], "query": QUERY}, "server"),
    ]
    assert [action.type for action in actions_of(progress(library, 1))] == ["search.open"]


def test_only_actions_in_the_widget_are_offered(library: WidgetLibrary) -> None:
    widget = found(library, 6)
    deeper = next(action for action in actions_of(widget) if action.type == "search.dig_deeper")
    more = next(action for action in actions_of(widget) if action.type == "search.show_more")
    assert offers(widget, deeper.type, deeper.payload)
    assert offers(widget, more.type, more.payload)
    assert offers(DynamicWidgetRoot.model_validate_json(widget.model_dump_json()), more.type, more.payload)
    assert not offers(widget, "search.show_more", deeper.payload)
    assert not offers(widget, deeper.type, {**deeper.payload, "url": "https://evil.example/"})
    assert not offers(widget, deeper.type, {**deeper.payload, "extra": 1})
    assert not offers(widget, more.type, {**more.payload, "shown": True})
    assert not offers(widget, deeper.type, None)
    assert not offers(widget, "search.open", {"url": results(1)[0]["url"]})  # for the browser, not for us


STATES: list[tuple[int, SearchState, str | None]] = [
    (0, "searching", None), (0, "searching", "The web search could not be reached."), (1, "searching", None),
    (3, "searching", None), (3, "finished", None), (0, "finished", None), (0, "failed", "It failed."),
    (2, "failed", "It broke off."), (3, "finished", "Other documents were searched."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(range(len(STATES)), 2)))
def test_every_state_can_follow_every_other(library: WidgetLibrary, before: int, after: int) -> None:
    first, second = progress(library, *STATES[before]), progress(library, *STATES[after])
    assert [delta.type for delta in diff_widget(first, second)] == ["widget.root.updated"]
    assert diff_widget(first, progress(library, *STATES[before])) == []


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(range(7), 2)))
def test_a_finished_list_can_follow_any_other_list(library: WidgetLibrary, before: int, after: int) -> None:
    assert [delta.type for delta in diff_widget(found(library, before), found(library, after))] == [
        "widget.root.updated"
    ]
    assert len(diff_widget(progress(library, before), found(library, after))) == 1


async def test_a_search_streams_as_widget_updates_and_ends_with_the_whole(library: WidgetLibrary) -> None:
    async def growing() -> AsyncGenerator[DynamicWidgetRoot]:
        for count in range(4):
            yield progress(library, count)
        yield progress(library, 3, "finished")
        yield found(library, 3)

    thread = ThreadMetadata(id="thread", created_at=datetime.now())
    events = [event async for event in stream_widget(thread, growing())]
    assert sum(isinstance(event, ThreadItemUpdatedEvent) for event in events) == 5
    last = events[-1]
    assert isinstance(last, ThreadItemDoneEvent) and isinstance(last.item, WidgetItem)
    assert last.item.widget == found(library, 3)


def test_any_text_fits_into_the_widgets(library: WidgetLibrary) -> None:
    odd = {
        "title": 'Line\n"quotes" {{ x }} {% y %} </script> \u2028 💥',
        "url": "https://a.example/?q=%22%3E&x='\"",
        "site": "a.example",
        "snippet": "{{ 7 * 7 }}",
        "published": None,
    }
    widget = search_results(library, query="  two\n lines " + "x" * 9000, label=LABEL, results=[odd])
    assert odd["title"] in texts(widget) and "{{ 7 * 7 }}" in texts(widget)


def test_every_state_is_a_valid_widget(library: WidgetLibrary) -> None:
    for count, state, message in STATES:
        data = {"query": QUERY, "label": LABEL, "results": results(count), "state": state, "message": message or ""}
        library.load("search-progress").check(data)
    for count, shown in itertools.product((0, 1, 4, 5, 20), (0, 1, 4, 20)):
        data = {"query": QUERY, "label": LABEL, "results": results(count), "shown": shown, "more": 8}
        library.load("search-results").check(data)


def test_a_widget_of_eight_rows_is_built_in_milliseconds(library: WidgetLibrary) -> None:
    def seconds() -> float:
        start = time.thread_time()
        progress(library, 8)
        return time.thread_time() - start

    # The best of many: what the code costs, not what else the machine was doing. About 0.8 ms when written.
    assert min(seconds() for _ in range(50)) < 0.005
