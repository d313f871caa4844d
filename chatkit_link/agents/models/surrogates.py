"""Halves of surrogate pairs.

JSON may escape a character beyond U+FFFF as two code units (RFC 8259, section 7), and servers that cut their text
anywhere send one half in a delta and the other in the next. A half by itself can neither be stored nor sent.
"""

import re

from chatkit_link.wire.sanitize import whole_text

_FIRST_HALF = re.compile("[\ud800-\udbff]$")


class HalfKeeper:
    """Holds the first half of a pair back until the second one comes."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def feed(self, delta: str) -> str:
        """Take more text; give what is whole."""
        if not self._held and delta.isascii():
            return delta
        text = self._held + delta
        self._held = ""
        if _FIRST_HALF.search(text):
            text, self._held = text[:-1], text[-1]
        return whole_text(text)

    def finish(self) -> str:
        """What never got its second half."""
        held, self._held = self._held, ""
        return whole_text(held)
