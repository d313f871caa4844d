"""The part of a message in which what was searched for stands, cut at words, with what was found marked."""

import re
from typing import TypedDict

from chatkit_link.store.words import Term, fold, places_of

#: Characters before what was found, and of the whole.
_BEFORE, _WHOLE = 40, 160
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_MARKS = re.compile(r"(?m)^\s*(?:#{1,6} |>+ ?|[-*+] |\|? ?:?-{3,}:?[ |:-]*$)|[*`~|]+|(?<!\w)_+|_+(?!\w)")
_SPACE = re.compile(r"\s+")


class Part(TypedDict):
    """A piece of the text, and whether it was searched for."""

    text: str
    match: bool


def snippet(text: str, terms: list[Term]) -> list[Part]:
    """The parts in their order; empty where the text does not have all of the terms.

    Of Markdown, what is read. Where the terms stand in its signs alone, such as in an address, the text as it is.
    """
    read = _SPACE.sub(" ", _MARKS.sub(" ", _LINK.sub(r"\1", text))).strip()
    return marked(read, terms, _WHOLE) or marked(_SPACE.sub(" ", text), terms, _WHOLE)


def marked(text: str, terms: list[Term], whole: int) -> list[Part]:
    """The same of a text that is no Markdown."""
    folded = fold(text)
    spans = [folded.span(start, end) for start, end in places_of(terms, folded)]
    if not spans:
        return []
    begins = 0 if len(text) <= whole else _word_behind(text, max(0, spans[0][0] - _BEFORE), spans[0][0])
    ends = min(len(text), begins + whole)
    if ends < len(text):
        ends = max(_word_before(text, begins, ends), min(spans[0][1], begins + whole))
    parts = list[Part]()
    at = begins
    for start, end in spans:
        if start >= ends:
            break
        parts += [Part(text=text[at:start], match=False), Part(text=text[start : min(end, ends)], match=True)]
        at = min(end, ends)
    parts.append(Part(text=text[at:ends], match=False))
    if begins:
        parts[0]["text"] = f"… {parts[0]['text']}"
    if ends < len(text):
        parts[-1]["text"] = f"{parts[-1]['text'].rstrip()} …"
    return [part for part in parts if part["text"]]


def _word_behind(text: str, at: int, most: int) -> int:
    """Where the next word begins, if that is not behind ``most``; a script without spaces is cut where it is."""
    if at == 0:
        return 0
    space = text.find(" ", at, most)
    return space + 1 if space >= 0 else at


def _word_before(text: str, least: int, at: int) -> int:
    space = text.rfind(" ", max(least, at - 30), at)
    return space if space > 0 else at
