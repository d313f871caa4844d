"""A text of the catalogue with its values, to be written in the language of whoever reads it."""

from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Any, Final

from typing_extensions import override

from chatkit_link.translations import ar, de, en, es, fr, he, it, ja, ko, nl, pl, pt, ru, tr, uk, vi, zh, zh_hant
from chatkit_link.translations import id as indonesian

#: Language -> code -> text. Braces hold names of values, in the form of ``str.format``.
CATALOGUE: Final[Mapping[str, Mapping[str, str]]] = {
    "ar": ar.TEXTS,
    "de": de.TEXTS,
    "en": en.TEXTS,
    "es": es.TEXTS,
    "fr": fr.TEXTS,
    "he": he.TEXTS,
    "id": indonesian.TEXTS,
    "it": it.TEXTS,
    "ja": ja.TEXTS,
    "ko": ko.TEXTS,
    "nl": nl.TEXTS,
    "pl": pl.TEXTS,
    "pt": pt.TEXTS,
    "ru": ru.TEXTS,
    "tr": tr.TEXTS,
    "uk": uk.TEXTS,
    "vi": vi.TEXTS,
    "zh": zh.TEXTS,
    "zh-Hant": zh_hant.TEXTS,
}
#: What stands between thousands, where it is not the comma of English.
_THOUSANDS: Final = {
    **dict.fromkeys(("de", "es", "id", "it", "nl", "pt", "tr", "vi"), "."),
    **dict.fromkeys(("pl", "ru", "uk"), "\u00a0"),
    "fr": "\u202f",
}
#: As ISO 639 named them until 1989, and Java for longer.
_FORMER_NAMES: Final = {"in": "id", "iw": "he"}
#: Where Chinese without a script is written in the Traditional one (CLDR, likely subtags), as browsers know it.
_TRADITIONAL_REGIONS: Final = frozenset(
    {"au", "bn", "gb", "gf", "hk", "id", "mo", "pa", "pf", "ph", "sr", "th", "tw", "us", "vn"}
)


class Localized:
    """code: of the catalogue. values: what stands in the braces of its text.

    A whole number is written with the thousands of the language, and another ``Localized`` in the same language.
    """

    def __init__(self, code: str, **values: "str | int | datetime | Localized") -> None:
        self.code = code
        self.values = values

    def in_language(self, locale: str) -> str:
        """The text in the language of a BCP 47 tag, or in English where that is none of ours."""
        language = language_of(locale)
        return _Formatter(language).vformat(CATALOGUE[language][self.code], (), self.values)

    @override
    def __str__(self) -> str:
        return self.in_language("en")


def language_of(locale: str) -> str:
    """The language of the catalogue that texts for a BCP 47 tag are in, in whatever case and with "-" or "_"."""
    language, *rest = locale.replace("_", "-").lower().split("-")
    if language in {"zh", "yue"}:
        return "zh-Hant" if _is_traditional(language, rest) else "zh"
    language = _FORMER_NAMES.get(language, language)
    return language if language in CATALOGUE else "en"


def _is_traditional(language: str, rest: list[str]) -> bool:
    if "hant" in rest or "hans" in rest:
        return "hant" in rest
    if language == "yue":  # Cantonese
        return "cn" not in rest
    return not _TRADITIONAL_REGIONS.isdisjoint(rest)


class _Formatter(Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    @override
    def format_field(self, value: Any, format_spec: str) -> str:
        match value:
            case Localized():
                return value.in_language(self._language)
            case int() if not format_spec:
                return f"{value:,}".replace(",", _THOUSANDS.get(self._language, ","))
            case _:
                return super().format_field(value, format_spec)
