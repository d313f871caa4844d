"""The one or two sentences of a passage that are most relevant to the question.

The best window of sentences is chosen, because fragments that start in the middle of a sentence are hard to read.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from chatkit_link.search.words import stems_of

LENGTH = 300

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]»”]*\s+(?=[^\sa-z])")
# Runs of spaces, and the characters that trees and boxes are drawn with: good in a page, noise in a sentence.
_DRAWING = re.compile("[\\s\u2500-\u257f]+")


def snippet_of(text: str, asked: AbstractSet[str]) -> str:
    """About 300 characters at most of a passage. asked: the stems of the question's words."""
    sentences = [
        (block, sentence.strip())
        for block, line in enumerate(text.split("\n"))
        for sentence in _SENTENCE_END.split(line)
        if sentence.strip()
    ]
    if not sentences:
        return ""
    found = [asked & set(stems_of(sentence)) for _, sentence in sentences]
    best = max(range(len(sentences)), key=lambda at: (_worth(sentences, found, at), -at))
    block, first = sentences[best]
    text = _clean(first)
    if best + 1 < len(sentences):
        next_block, second = sentences[best + 1]
        if (next_block == block or len(text) < 80) and len(text) + len(second) <= LENGTH:
            text += " " + _clean(second)
    return text


def _worth(sentences: list[tuple[int, str]], found: Sequence[AbstractSet[str]], at: int) -> float:
    """Different words of the question in this sentence, and half of those in the next one of its paragraph."""
    block, sentence = sentences[at]
    worth = float(len(found[at]))
    if at + 1 < len(sentences) and sentences[at + 1][0] == block:
        worth += 0.5 * len(found[at + 1] - found[at])
    # A whole sentence reads better than a table cell or a line of code that has the same words.
    return worth + (0.75 if sentence[-1:] in ".!?…:" and sentence.count(" ") >= 4 else 0.0)


def _clean(text: str) -> str:
    return _DRAWING.sub(" ", text).strip()
