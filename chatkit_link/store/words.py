"""The words of a text as search knows them, in any language, and where they stand in it.

PostgreSQL's own parser follows the locale of the database, and in many that takes a Chinese sentence for one word. So
words are made here: without case and accents, and cut wherever there is something else than a letter or a digit.
Scripts that put no space between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) are cut into pairs of
characters, so that any two or more of them are found wherever they stand. All other words are found by their beginning,
which also forgives most endings.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: Characters of a text that are searched, different words of it that are stored, and of a question.
MOST_TEXT, MOST_WORDS, MOST_TERMS = 50_000, 2_000, 10
#: Characters of a word; a longer one is found by these.
_LONGEST = 40

# Accents of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowel signs.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]"
)
# Indic scripts write their vowels as marks, which are no word characters to `re`; between them stands the danda.
_MARKS = "\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd\u0f18-\u0fbc\u102b-\u103e\u17b4-\u17d3"
_WORD = re.compile(f"(?:[^\\W_]|[{_MARKS}])+")
_UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0edf\u0f40-\u0fbc\u1000-\u109f\u1780-\u17d3\u3041-\u3096\u30a1-\u30fa\u30fc\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_STARTS_UNSPACED = re.compile(f"[{_UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question. unspaced: of a script without spaces, found anywhere and not by its beginning alone."""

    text: str
    unspaced: bool


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without case and accents.

    places: for each of its characters, where it stood; None where none moved. length: of the text as it was.
    """

    text: str
    places: list[int] | None
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where these characters stood, with the accents that followed them."""
        if self.places is None:
            return start, end
        behind = self.places[end] if end < len(self.places) else self.length
        return self.places[start], max(behind, self.places[end - 1] + 1)


def words_of(text: str) -> set[str]:
    """What is stored of a text."""
    found = set[str]()
    for term in _terms(fold(text[:MOST_TEXT]).text):
        if len(found) >= MOST_WORDS:
            break
        found.update(_pairs(term.text, last=True) if term.unspaced else [term.text])
    return found


def terms_of(question: str) -> list[Term]:
    """The words of a question, all of which a text has that it finds."""
    return list(dict.fromkeys(_terms(fold(question).text)))[:MOST_TERMS]


def stored_of(term: Term) -> Iterator[tuple[str, bool]]:
    """Which of the stored words a term needs, and whether as a beginning."""
    if term.unspaced and len(term.text) > 1:
        yield from ((pair, False) for pair in _pairs(term.text, last=False))
    else:
        yield term.text, True


def places_of(terms: list[Term], text: Folded) -> list[tuple[int, int]]:
    """Where the terms stand in a text, from and to, in its order; empty where one of them is not there."""
    found = list[tuple[int, int]]()
    for term in terms:
        pattern = (
            re.escape(term.text) if term.unspaced else f"(?:(?<=[{_UNSPACED}])|(?<![^\\W_])){re.escape(term.text)}"
        )
        matches = [match.span() for match in re.finditer(pattern, text.text)]
        if not matches:
            return []
        found += matches
    return _merged(sorted(found))


def fold(text: str) -> Folded:
    """The text without case and accents, and where each character of it stood."""
    if text.isascii():
        return Folded(text.lower(), None, len(text))
    folded, places = list[str](), list[int]()
    for at, character in enumerate(text):
        plain = _fold_character(character)
        folded.append(plain)
        places += [at] * len(plain)
    return Folded("".join(folded), places, len(text))


@lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", character.casefold()))
    return unicodedata.normalize("NFC", plain).casefold()


def _terms(folded: str) -> Iterator[Term]:
    for word in _WORD.finditer(folded):
        for run in _RUN.finditer(word[0]):
            unspaced = _STARTS_UNSPACED.match(run[0]) is not None
            yield Term(run[0] if unspaced else run[0][:_LONGEST], unspaced)


def _pairs(run: str, *, last: bool) -> Iterator[str]:
    """last: with the last character alone, which a question of one character finds."""
    for at in range(len(run) - 1):
        yield run[at : at + 2]
    if last:
        yield run[-1]


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged = list[tuple[int, int]]()
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
