"""The one or two sentences of a passage that are most relevant to the question.

The database marks the words that matched (it knows the language); here the best window of sentences
is chosen, because fragments that start in the middle of a sentence are hard to read.
"""

import re

from chatkit_link.store.documents import MARK_END, MARK_START

LENGTH = 300

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]»”]*\s+(?=[^\sa-z])")
# Runs of spaces, and the characters that trees and boxes are drawn with: good in a page, noise in a sentence.
_DRAWING = re.compile("[\\s\u2500-\u257f]+")
_MARKED = re.compile(f"{MARK_START}([^{MARK_START}{MARK_END}]*){MARK_END}")


def snippet_of(marked: str) -> str:
    """Plain text, about 300 characters at most, of a passage whose matches are enclosed in marks."""
    sentences = [
        (block, sentence.strip())
        for block, text in enumerate(marked.split("\n"))
        for sentence in _SENTENCE_END.split(text)
        if sentence.strip()
    ]
    if not sentences:
        return ""
    best = max(range(len(sentences)), key=lambda at: (_worth(sentences, at), -at))
    block, first = sentences[best]
    text = _clean(first)
    if best + 1 < len(sentences):
        next_block, second = sentences[best + 1]
        if (next_block == block or len(text) < 80) and len(text) + len(second) <= LENGTH:
            text += " " + _clean(second)
    return text


def _worth(sentences: list[tuple[int, str]], at: int) -> float:
    """Different matching words in this sentence, and half of those in the next one of its paragraph."""
    block, sentence = sentences[at]
    here = _words(sentence)
    worth = float(len(here))
    if at + 1 < len(sentences) and sentences[at + 1][0] == block:
        worth += 0.5 * len(_words(sentences[at + 1][1]) - here)
    # A whole sentence reads better than a table cell or a line of code that has the same words.
    return worth + (0.75 if sentence[-1:] in ".!?…:" and sentence.count(" ") >= 4 else 0.0)


def _words(sentence: str) -> set[str]:
    return {word.lower() for word in _MARKED.findall(sentence)}


def _clean(text: str) -> str:
    return _DRAWING.sub(" ", text.replace(MARK_START, "").replace(MARK_END, "")).strip()
