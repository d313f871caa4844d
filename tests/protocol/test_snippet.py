"""The part of a message that a search shows."""

from chatkit_link.protocol.snippet import Part, snippet
from chatkit_link.store.words import terms_of


def shown(text: str, question: str) -> str:
    """The snippet, with what was found in brackets."""
    parts = snippet(text, terms_of(question))
    return "".join(f"[{part['text']}]" if part["match"] else part["text"] for part in parts)


def test_a_short_message_is_shown_whole_with_all_that_was_found() -> None:
    assert shown("Tea is good. I like tea.", "tea") == "[Tea] is good. I like [tea]."


def test_of_a_long_message_the_words_around_are_shown() -> None:
    text = f"{'before ' * 50}the needle here {'after ' * 50}"
    found = shown(text, "needle")
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert "before the [needle] here after" in found
    assert len(found) < 180


def test_of_markdown_what_is_read_is_shown() -> None:
    text = "# Deploy\n\n- **Railway** is [easy](https://example.com/docs)\n> and `quick`\n\n| a | b |\n|---|---|\n"
    assert shown(text, "railway") == "Deploy [Railway] is easy and quick a b"
    assert "[example]" in shown(text, "example"), "it stands in the address alone"


def test_a_script_without_spaces_is_cut_where_it_is() -> None:
    found = shown("あ" * 300 + "東京" + "い" * 300, "東京")
    assert found.startswith("… あ")
    assert "[東京]" in found


def test_a_message_that_has_not_all_words_has_no_snippet() -> None:
    assert snippet("tea only", terms_of("tea coffee")) == list[Part]()
    assert snippet("", terms_of("tea")) == list[Part]()
