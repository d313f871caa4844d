"""``Accept-Language`` -> one BCP 47 tag (RFC 9110 section 12.5.4, ranges of RFC 4647 section 2.1)."""

import re
from collections.abc import Iterable

UNKNOWN = "en"
# RFC 5646 section 4.4.1: buffers should hold at least 35 characters; a longer tag names no real language.
LONGEST_TAG = 35
# Browsers send fewer than ten ranges; what comes after this many is not read.
MOST_RANGES = 32

_RANGE = re.compile(
    r"\s*(?P<tag>[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*[qQ]=(?P<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


def preferred_locale(headers: Iterable[str]) -> str:
    """The best-weighted language tag of the ``Accept-Language`` header lines, such as ``"pt-BR"``.

    Malformed ranges, ``*`` and refusals (``q=0``) are skipped; ``"en"`` when nothing is left.
    """
    best, best_weight = UNKNOWN, 0.0
    for part in ",".join(headers).split(",", MOST_RANGES)[:MOST_RANGES]:
        match = _RANGE.fullmatch(part)
        if match is None or len(match["tag"]) > LONGEST_TAG:
            continue
        weight = float(match["weight"] or 1)
        if weight > best_weight:  # the first of equals wins
            best, best_weight = _conventional_case(match["tag"]), weight
    return best


def _conventional_case(tag: str) -> str:
    """``zh-hant-tw`` -> ``zh-Hant-TW`` (RFC 5646 section 2.1.1), so that equal tags compare equal."""
    language, *rest = tag.split("-")
    cased = [language.lower()]
    for subtag in rest:
        # What follows a singleton ("x", "u") is private or an extension, and stays in lower case.
        if len(cased[-1]) == 1:
            cased.append(subtag.lower())
        else:
            cased.append({2: subtag.upper(), 4: subtag.title()}.get(len(subtag), subtag.lower()))
    return "-".join(cased)
