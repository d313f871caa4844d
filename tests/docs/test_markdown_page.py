"""docs/reference/markdown.md is written from the examples that the tests of the frontend render."""

from scripts.document_markdown import PAGE, groups, text


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "The page is stale: run `python scripts/document_markdown.py`."


def test_each_example_is_there_once() -> None:
    written = [example["text"] for group in groups() for example in group["examples"]]
    assert len(written) == len(set(written)) > 80
