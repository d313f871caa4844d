"""What ``agents check`` tells a person who cannot program: whether a file runs here, and what to do, in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chatkit_link.agents.agent_builder.check import Finding

#: What is done first: a file that does not load cannot be tried, and a key is of no use to a model that has ended.
_ORDER: Final = ("wrong", "error", "package", "key", "decide", "warning")
_STOPS: Final = frozenset({"wrong", "error"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """runs: whether it answers once what stands in ``to_do`` is done, and none of it is a change of the file."""

    file: str
    runs: bool
    sentence: str
    to_do: Sequence[str]
    details: Sequence[str]

    def as_json(self) -> Mapping[str, object]:
        return {
            "file": self.file,
            "runs": self.runs,
            "verdict": self.sentence,
            "to_do": list(self.to_do),
            "details": list(self.details),
        }


def verdict_of(file: str, findings: Iterable[Finding]) -> Verdict:
    """Findings of one file, as steps: those with the same words are one, with all their lines."""
    lines: dict[tuple[str, str], list[int]] = {}
    for finding in sorted(findings):
        lines.setdefault((finding.level, finding.text), []).append(finding.line)
    steps = [
        (level, _placed(text, places))
        for wanted in _ORDER
        for (level, text), places in lines.items()
        if level == wanted
    ]
    kept = [(places, text) for (level, text), places in lines.items() if level in ("works", "repaired")]
    details = [_placed(text, places) for places, text in sorted(kept)]
    stops = any(level in _STOPS for level, _ in steps)
    if stops:
        sentence = f"{file} does not run here yet."
    elif any(level in ("package", "key") for level, _ in steps):
        sentence = f"{file} runs here, once you have done the steps below."
    elif steps:
        sentence = f"{file} runs here. Look at the steps below."
    else:
        sentence = f"{file} runs here. There is nothing to do."
    return Verdict(file, not stops, sentence, [text for _, text in steps], details)


def _placed(text: str, places: Sequence[int]) -> str:
    known = sorted({place for place in places if place})
    if not known:
        return text
    return f"{'Line' if len(known) == 1 else 'Lines'} {', '.join(map(str, known))}: {text}"
