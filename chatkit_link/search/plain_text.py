"""From text that may hold anything to text that is safe to show: without markup, and of bounded length."""

import html
import re

TITLE = 200

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SPACE = re.compile(r"[\s\u200b\u2060\ufeff]+")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str, limit: int) -> str:
    """One line of text without tags, entities, control characters or direction overrides.

    limit: characters at most; a longer text is cut at a word and ends in an ellipsis.
    """
    # Bounded before anything else: markup can be longer than the text it carries.
    text = _without_markup(text[: limit * 20])
    text = _without_markup(html.unescape(text)) if "&" in text else text
    return shorten(_SPACE.sub(" ", CONTROL.sub("", text)).strip(), limit)


def _without_markup(text: str) -> str:
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[at:start])
        at = end + 3
    return _TAG.sub("", "".join((*parts, text[at:])))


def shorten(text: str, limit: int) -> str:
    """The text, cut at a word and ended with an ellipsis when it has more than ``limit`` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    word = cut.rfind(" ")
    return (cut[:word] if word > limit // 2 else cut).rstrip(" ,;:.") + "…"
