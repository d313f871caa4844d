"""Citation marks in a model's text, turned into ChatKit annotations.

The model is asked to cite a source as ``【3】``. The user sees a link there, not the mark; so the
marks are cut out of the stream, and for each an annotation is given at its place. A mark may arrive in
pieces: what could still become one is held back until it is one or cannot be any more. Brackets that
are common in code and prose (``[3]``) are never taken for a mark.
"""

import re
from dataclasses import dataclass, field

from chatkit.types import Annotation

from chatkit_link.agents.sources import Sources

# ``【3】``, ``【1, 2】`` and, as some models write, ``【3†source】``; blanks before it go with it.
# All is bounded, so that no text of a model takes longer than in proportion to its length.
_MARK = re.compile(r"[ \t]{0,60}【\s*(\d{1,4}(?:\s*,\s*\d{1,4})*)[^】\n]{0,40}】")
_MAYBE_MARK = re.compile(r"[ \t]{0,60}(?:【[^】\n]{0,60})?$")


@dataclass(slots=True)
class CitedText:
    """One content part of a message while it is written."""

    sources: Sources
    text: str = ""
    annotations: list[Annotation] = field(default_factory=list[Annotation])
    _held: str = ""

    def feed(self, delta: str) -> tuple[str, list[Annotation]]:
        """Take more of the model's text; returns what can be displayed now, and the citations that came with it."""
        raw = self._held + delta
        keep = _MAYBE_MARK.search(raw)
        cut = keep.start() if keep else len(raw)
        self._held = raw[cut:]
        return self._show(raw[:cut])

    def finish(self) -> tuple[str, list[Annotation]]:
        """The rest: what was held back is text after all."""
        raw, self._held = self._held, ""
        return self._show(raw)

    def _show(self, raw: str) -> tuple[str, list[Annotation]]:
        if "【" not in raw:
            self.text += raw
            return raw, []
        clean_text, at = "", 0
        found: list[Annotation] = []
        for mark in _MARK.finditer(raw):
            clean_text += raw[at : mark.start()]
            at = mark.end()
            place = len(self.text) + len(clean_text)
            for number in dict.fromkeys(int(digits) for digits in re.findall(r"\d+", mark[1])):
                if (annotation := self.sources.annotation(number, place)) is not None:
                    found.append(annotation)
        clean_text += raw[at:]
        self.text += clean_text
        self.annotations += found
        return clean_text, found


def cite(sources: Sources, text: str) -> CitedText:
    """A whole text at once."""
    cited = CitedText(sources)
    cited.feed(text)
    cited.finish()
    return cited
