"""docs/reference/events.md has every event of a stream, every update, item and task of the installed SDK."""

import pytest
from chatkit.types import StreamOptionsEvent, ThreadStreamEvent

from scripts.document_events import PAGE, UNIONS, text, types, words


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "The page is stale: run `python scripts/document_events.py`."


@pytest.mark.parametrize("kind", UNIONS)
def test_every_type_has_words_and_no_other_has(kind: str) -> None:
    assert set(words()[kind]) == set(types(kind))


def test_the_walk_goes_down_to_the_events() -> None:
    assert UNIONS["events"] is ThreadStreamEvent
    assert types("events")["stream_options"] is StreamOptionsEvent
    assert len(types("events")) > 10
