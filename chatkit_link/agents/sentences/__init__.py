"""What a user reads of an answer that failed: one catalogue, keyed by code, in the languages of the chat's own page.

A message inside a stream has no code beside it that a page could translate: ChatKit leaves that to whoever raises
the error.
"""

from collections.abc import Mapping
from typing import Final

from chatkit_link.agents.sentences import ar, de, en, es, fr, he, ja, zh

#: Language -> code -> sentence. The languages are those of ``frontend/src/language``.
CATALOGUE: Final[Mapping[str, Mapping[str, str]]] = {
    "ar": ar.SENTENCES,
    "de": de.SENTENCES,
    "en": en.SENTENCES,
    "es": es.SENTENCES,
    "fr": fr.SENTENCES,
    "he": he.SENTENCES,
    "ja": ja.SENTENCES,
    "zh": zh.SENTENCES,
}


def sentence(code: str, locale: str = "en", **values: str | int) -> str:
    """The sentence of a code in the language of a BCP 47 tag, or in English where that language is not here.

    values: what stands in its braces.
    """
    language = CATALOGUE.get(locale.partition("-")[0].lower(), en.SENTENCES)
    return language[code].format(**values)
