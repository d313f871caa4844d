"""Words of any language: what is stored of a text, and where the words of a question stand in it."""

import pytest

from chatkit_link.store.words import MOST_WORDS, Term, fold, places_of, stored_of, terms_of, words_of


def found(question: str, text: str) -> list[str]:
    """What of the text is marked for a question."""
    folded = fold(text)
    return [text[slice(*folded.span(start, end))] for start, end in places_of(terms_of(question), folded)]


def is_stored(question: str, text: str) -> bool:
    """Whether the index leads from a question to a text."""
    stored = words_of(text)
    needed = [each for term in terms_of(question) for each in stored_of(term)]
    return all(
        any(word.startswith(each) if beginning else word == each for word in stored) for each, beginning in needed
    )


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("tea", "Green TEA, and teapots", ["TEA", "tea"]),
        ("grusse strasse", "Viele Grüße aus der Straße", ["Grüße", "Straße"]),
        ("GRÜSSE", "viele gruße", ["gruße"]),
        ("cafe", "un cafe\u0301 noir", ["cafe\u0301"]),
        ("ПРИВЕТ", "привет, мир", ["привет"]),
        ("αθηνα", "Η Αθήνα το βράδυ", ["Αθήνα"]),
        ("京都", "東京都の天気", ["京都"]),
        ("茶", "お茶を飲む", ["茶"]),
        ("天気 東京", "東京都の天気", ["東京", "天気"]),
        ("お茶 tea", "お茶（green tea）", ["お茶", "tea"]),
        ("สวัส", "สวัสดีครับ", ["สวัส"]),
        ("한국", "저는 한국어를 공부합니다", ["한국"]),
        ("हिन्दी", "मुझे हिन्दी आती है", ["हिन्दी"]),
        ("كتاب", "هذا كِتَابٌ جميل", ["كِتَابٌ"]),
        ("שלום", "שָׁלוֹם לכולם", ["שָׁלוֹם"]),
        ("host", "the __Host- prefix", ["Host"]),
        ("chatkit", "Mit ChatKit。ChatKitを使う", ["ChatKit", "ChatKit"]),
        ("ﬁle", "a file", ["file"]),
    ],
)
def test_a_word_is_found_as_it_is_typed_and_marked_as_it_is_written(
    question: str, text: str, marked: list[str]
) -> None:
    assert is_stored(question, text)
    assert found(question, text) == marked


@pytest.mark.parametrize(
    ("question", "text"),
    [("pot", "a teapot"), ("tea coffee", "tea only"), ("東北", "東京と北京"), ("茶", "coffee"), ("teas", "tea")],
)
def test_what_does_not_have_all_words_is_not_found(question: str, text: str) -> None:
    assert found(question, text) == []


def test_a_pair_of_characters_is_not_yet_the_word() -> None:
    assert is_stored("東京都", "京都と東京"), "both pairs are there"
    assert found("東京都", "京都と東京") == []


def test_punctuation_asks_for_nothing_and_a_question_has_an_end() -> None:
    assert terms_of("?! … 。") == []
    assert len(terms_of(" ".join(f"w{number}" for number in range(50)))) == 10
    assert terms_of("tea TEA Tea") == [Term("tea", unspaced=False)]


def test_a_long_text_has_so_many_words_and_a_long_word_so_many_letters() -> None:
    assert len(words_of(" ".join(f"w{number}" for number in range(5000)))) == MOST_WORDS
    assert is_stored("a" * 300, "a" * 500)
    assert not any(character in word for word in words_of("it's a \"b\" \\ c'") for character in "'\\\"")
