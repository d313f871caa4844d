"""Which passage answers a question best.

The database finds the passages that have any of its words, and says how rare each word is in all of them. Here the
best of these are compared by BM25F (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009): a word in
a heading counts as several in the text, a second occurrence counts less than the first, and a long passage has to have
more of a word than a short one. A heading that says nothing but what was asked is worth more than one that says more.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chatkit_link.search.words import STOP_WORDS, asked_words, stem, stems_of, words_of
from chatkit_link.store.documents import DocumentHit

_SATURATION = 1.2
_LENGTH = 0.6
#: Words of a passage that is not short; and of one that is a table to look things up in rather than an answer.
_SHORT, _LONG = 60, 350
#: What one occurrence in the heading counts as, and in the title of the page.
_HEADING, _TITLE = 4.0, 1.5
_PAIR = 0.35
#: How much a title is worth that says all that was asked and nothing else; its page's name counts for less.
_EXACT, _PAGE = 0.9, 0.3


@dataclass(frozen=True, slots=True)
class _Asked:
    """weights: of each stem, by its rarity. pairs: neighbours in the question."""

    weights: Mapping[str, float]
    pairs: frozenset[tuple[str, str]]


def ranked(question: str, hits: Sequence[DocumentHit]) -> list[DocumentHit]:
    """The passages, the best first."""
    asked = _asked(question, hits)
    texts = [stems_of(hit.body) for hit in hits]
    mean = sum(map(len, texts)) / max(1, len(texts))
    scores = [_score(asked, hit, text, mean) for hit, text in zip(hits, texts, strict=True)]
    order = sorted(range(len(hits)), key=lambda at: (-scores[at], at))
    return [hits[at] for at in order]


def _asked(question: str, hits: Sequence[DocumentHit]) -> _Asked:
    rarity: dict[str, float] = {}
    for word, worth in hits[0].rarity.items() if hits else ():
        for part in stems_of(word):
            rarity[part] = max(rarity.get(part, 0.0), worth)
    weights = {word: weight * rarity.get(word, 0.0) for word, weight in asked_words(question).items()}
    return _Asked(weights, frozenset(pairwise(_content(question))))


def _score(asked: _Asked, hit: DocumentHit, text: list[str], mean: float) -> float:
    page, _, heading = hit.title.rpartition(" › ")
    in_page, in_heading = stems_of(page), stems_of(heading)
    counts = Counter(word for word in text if word in asked.weights)
    bound = 1 - _LENGTH + _LENGTH * max(_SHORT, len(text)) / max(1.0, mean)
    score = 0.0
    for word, weight in asked.weights.items():
        often = counts[word] / bound + _HEADING * (word in in_heading) + _TITLE * (word in in_page)
        score += weight * (_SATURATION + 1) * often / (_SATURATION + often)
    for first, second in asked.pairs & (set(pairwise(text)) | set(pairwise(in_heading))):
        score += _PAIR * (asked.weights.get(first, 0.0) + asked.weights.get(second, 0.0))
    long = min(1.0, _LONG / max(1, len(text))) ** 0.5
    return score * long * (1 + _EXACT * _exactness(asked, heading, page))


def _exactness(asked: _Asked, heading: str, page: str) -> float:
    """From 0 to 1: how much of a title was asked for, and how much of what was asked for is in it."""
    words = dict.fromkeys(_content(page), _PAGE) | dict.fromkeys(_content(heading), 1.0)
    wanted = sum(asked.weights.values())
    if not words or not wanted:
        return 0.0
    said = sum(weight for word, weight in words.items() if word in asked.weights) / sum(words.values())
    found = sum(weight for word, weight in asked.weights.items() if word in words) / wanted
    return said * math.sqrt(found)


def _content(text: str) -> list[str]:
    return [stem(word) for word in words_of(text) if word not in STOP_WORDS]
