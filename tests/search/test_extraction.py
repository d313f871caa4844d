"""What is left of a page: its text, and not what stands around it."""

import pytest

from chatkit_link.search.page_text import work
from tests.search.labelled_pages import PAGES, LabelledPage

#: What no extractor that looks at elements alone can tell from text: a menu or a footer in ``<div>``.
KNOWN = {"Our shop", "Weather today", "All rights reserved", "On this page"}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_the_text_of_a_page_is_all_there_without_what_stands_around_it(page: LabelledPage) -> None:
    text = b"".join(work(page.html.encode(), "html", "utf-8")).decode()
    assert [piece for piece in page.must if piece not in text] == []
    assert {piece for piece in page.must_not if piece in text} <= KNOWN


def test_most_of_what_stands_around_is_left_out() -> None:
    """The figure of docs/decisions/0031-page-extraction.md."""
    texts = {page.name: b"".join(work(page.html.encode(), "html", "utf-8")).decode() for page in PAGES}
    left_out = [piece not in texts[page.name] for page in PAGES for piece in page.must_not]
    assert (sum(left_out), len(left_out)) == (17, 21)
