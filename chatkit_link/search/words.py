"""The words of a question and of a text, so far reduced that "survives" meets "survive"."""

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?")
#: Words of a question that say nothing of what it is about.
STOP_WORDS = frozenset(
    "a about all also an and any are as at be been but by can could did do does for from had has have how i if in into"
    " is it its just know like many may me more most much must my no not of on one or our out please should so some"
    " tell than that the their them then there these they this those to up us very want was we what when where which"
    " while who whom whose why will with would you your explain s".split()
)
#: Words that nearly every page has: of little weight, but not of none.
_COMMON = frozenset("use used using make work need set get give add happen mean show try way thing".split())
_LITTLE = 0.35
_ENDINGS = (
    ("ibility", "ible"),
    ("ability", "able"),
    ("ments", ""),
    ("ment", ""),
    ("ies", "y"),
    ("sses", "ss"),
    ("ing", ""),
    ("ed", ""),
    ("es", "e"),
    ("s", ""),
)


#: What American and British English write differently.
_OUR = re.compile(r"\b(behavi|col|fav|hon|lab|neighb)(ou?)r", re.IGNORECASE)


def other_spellings(question: str) -> list[str]:
    """The words that British English writes otherwise, if they are American, and the other way round."""
    words = (word for word in question.split() if _OUR.search(word))
    return [_OUR.sub(lambda found: f"{found[1]}{'o' if len(found[2]) == 2 else 'ou'}r", word) for word in words]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Of a word in lower case. Not a word of a language: it is only compared with other ones."""
    if len(word) <= 3 or not word.isascii():
        return word
    word = _OUR.sub(r"\1or", word.removesuffix("'s"))
    for ending, put in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 2 and not word.endswith("ss"):
            word = word[: -len(ending)] + put
            break
    word = re.sub(r"([^aeiouls])\1$", r"\1", word)  # "stopp" of "stopped"
    return re.sub(r"[ey]$", "", word) if len(word) > 3 else word


def words_of(text: str) -> Iterator[str]:
    """In lower case, in order; names are cut at their dots and underscores."""
    return (found[0] for found in _WORD.finditer(text.lower()))


def stems_of(text: str) -> list[str]:
    return [stem(word) for word in words_of(text)]


def asked_words(question: str) -> dict[str, float]:
    """Stem -> weight, of the words that say what a question is about; of all where none does."""
    words = list(words_of(question))
    asked = [word for word in words if word not in STOP_WORDS] or words
    return {stem(word): _LITTLE if word in _COMMON else 1.0 for word in dict.fromkeys(asked)}
