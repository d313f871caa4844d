"""Citation marks leave the text and become annotations, however the stream is cut."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from chatkit_link.agents.citations import CitedText, cite
from chatkit_link.agents.sources import Source, Sources


def sources() -> Sources:
    known = Sources()
    for number in range(1, 4):
        known.add(Source(f"Title {number}", f"https://example.com/{number}", "example.com"))
    return known


TEXTS = [
    "No marks at all, but [1] and arr[2] stay.",
    "One.【1】 Two.【2, 3】 End.",
    "Spaces before 【1】 go with it. Daggers 【2†source】 too.",
    "Unknown 【9】 is dropped; unclosed 【1 is text.",
    "【1】starts with one",
    "line\n【2】\n- item【3】\n",
]


def test_a_mark_becomes_an_annotation_at_its_place() -> None:
    cited = cite(sources(), "Two minutes.【1】 Not more.")
    assert cited.text == "Two minutes. Not more."
    assert [note.index for note in cited.annotations] == [len("Two minutes.")]


def test_brackets_of_code_and_prose_are_left_alone() -> None:
    cited = cite(sources(), TEXTS[0])
    assert (cited.text, cited.annotations) == (TEXTS[0], [])


def test_an_invented_number_is_no_citation() -> None:
    cited = cite(sources(), "Really.【42】")
    assert (cited.text, cited.annotations) == ("Really.", [])


def test_an_unclosed_mark_is_text_after_all() -> None:
    assert cite(sources(), "An open 【1 bracket").text == "An open 【1 bracket"


@given(st.sampled_from(TEXTS), st.lists(st.integers(0, 60), max_size=12))
def test_any_cut_of_the_stream_gives_the_same_answer(text: str, cuts: list[int]) -> None:
    places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    streamed = CitedText(sources())
    visible = ""
    notes = []
    for start, end in itertools.pairwise(places):
        piece, found = streamed.feed(text[start:end])
        visible += piece
        notes += found
    piece, found = streamed.finish()
    whole = cite(sources(), text)
    assert visible + piece == streamed.text == whole.text
    assert [*notes, *found] == streamed.annotations == whole.annotations


def test_a_source_keeps_its_number_when_it_is_found_again() -> None:
    known = sources()
    assert known.add(Source("Title 2, renamed", "https://example.com/2")) == 2
    assert known.add(Source("New", "https://example.com/new")) == 4
    again = Sources(Sources.from_record(known.to_record()))
    assert again.add(Source("x", "https://example.com/new")) == 4
