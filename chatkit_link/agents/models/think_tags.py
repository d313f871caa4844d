"""Thoughts that a model writes into its answer, between tags.

Servers that run a reasoning model without a parser for it pass its text on as it is. Each row names who writes so;
the tags count at the start of a message only, because an answer may well mention them.
"""

import re
from dataclasses import dataclass
from typing import Literal

_TAGS = (
    ("<think>", "</think>"),  # DeepSeek R1, Qwen 3 and many after them: their chat templates on Hugging Face
    ("<thinking>", "</thinking>"),  # models prompted to think, in Anthropic's guide's manner
    (
        "<thought>",
        "</thought>",
    ),  # Gemini's OpenAI endpoint with include_thoughts (ai.google.dev/gemini-api/docs/openai)
    ("<reasoning>", "</reasoning>"),  # models trained on Open-R1's format
    ("[THINK]", "[/THINK]"),  # Mistral's Magistral: its chat template
    ("<seed:think>", "</seed:think>"),  # ByteDance's Seed-OSS: its chat template
    ("◁think▷", "◁/think▷"),  # Moonshot's Kimi-VL-Thinking: its chat template
    ("<|START_THINKING|>", "<|END_THINKING|>"),  # Cohere's Command A Reasoning: its chat template
    # gpt-oss without a parser of its format (github.com/openai/harmony, docs/format.md)
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
)
_FIRST = frozenset(opening[0] for opening, _ in _TAGS)
#: R1's template writes the opening tag itself, so that some servers send the closing one alone.
_BARE_CLOSE = "</think>"
_ON_ITS_OWN_LINE = re.compile(r"(?:^|\n)[ \t]*$")


@dataclass(slots=True)
class Split:
    """What a piece of text turned out to be. recall: all that was given as an answer before it was a thought, too."""

    thought: str = ""
    answer: str = ""
    recall: bool = False


class ThoughtSplitter:
    """Separates the thoughts from the answer in one message, while it is written."""

    __slots__ = ("_answer", "_close", "_held", "_mark", "_open", "_raw", "_state")

    def __init__(self) -> None:
        self._state: Literal["start", "thought", "gap", "answer"] = "start"
        #: The tags that this message uses; until they are known, a closing tag alone may come.
        self._open, self._close = "", _BARE_CLOSE
        #: Prefixes of a tag that may still come.
        self._mark = "<"
        self._held = ""
        self._answer: list[str] = []
        self._raw: list[str] = []

    def passes(self, delta: str) -> bool:
        """Take more of the text if it is answer and nothing else, the usual and quickest case."""
        if self._state != "answer" or self._held or self._mark in delta:
            return False
        self._answer.append(delta)
        return True

    def feed(self, delta: str) -> Split:
        """Take more of the text; what could still be a part of a tag is held back."""
        if self.passes(delta):
            return Split(answer=delta)
        split, before = Split(), None
        self._held += delta
        if self._state in ("start", "thought"):
            self._raw.append(delta)
        while before != (self._state, self._held):
            before = self._state, self._held
            self._step(split)
        return split

    def finish(self) -> Split:
        """The end of the message: what was held back was no tag."""
        held, self._held = self._held, ""
        if self._state == "gap":
            return Split()
        if self._state == "thought":
            # It was never closed: whatever it is, the user shall be able to read it as the answer.
            return Split(thought=held, answer="" if self._answer else "".join(self._raw))
        self._answer.append(held)
        return Split(answer=held)

    def _step(self, split: Split) -> None:
        match self._state:
            case "start":
                self._start()
            case "thought":
                self._think(split)
            case "gap":
                self._held = self._held.lstrip()
                self._state = "answer" if self._held else "gap"
            case "answer" if self._open:
                self._think_again(split)
            case "answer":
                self._write(split)

    def _start(self) -> None:
        buffered = self._held.lstrip()
        if buffered and buffered[0] not in _FIRST:
            self._state = "answer"
            return
        lower = buffered.lower()
        if not buffered or any(opening.lower().startswith(lower) for opening, _ in _TAGS):
            return
        for opening, close in _TAGS:
            if lower.startswith(opening.lower()):
                self._state, self._open, self._close, self._mark = "thought", opening, close, opening[0]
                self._held = buffered[len(opening) :]
                return
        self._state = "answer"

    def _think(self, split: Split) -> None:
        place = _find(self._held, self._close)
        if place >= 0:
            split.thought += self._held[:place]
            self._held, self._state = self._held[place + len(self._close) :], "gap"
            return
        keep = _overlap(self._held, self._close)
        split.thought += self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]

    def _think_again(self, split: Split) -> None:
        """A message that has had thoughts between tags may have more of them, but not in code."""
        place = _find(self._held, self._open)
        if place < 0:
            self._give(split, len(self._held) - _overlap(self._held, self._open))
        elif self._in_code(self._held[:place]):
            self._give(split, place + len(self._open))
        else:
            self._give(split, place)
            self._held, self._state = self._held[len(self._open) :], "thought"

    def _write(self, split: Split) -> None:
        place = _find(self._held, _BARE_CLOSE)
        if place < 0:
            self._give(split, len(self._held) - _overlap(self._held, _BARE_CLOSE))
        elif self._closes_thoughts(self._held[:place]):
            split.recall, split.thought, split.answer = True, split.answer + self._held[:place], ""
            self._answer.clear()
            self._open, self._held, self._state = "<think>", self._held[place + len(_BARE_CLOSE) :], "gap"
        else:
            self._give(split, place + len(_BARE_CLOSE))

    def _give(self, split: Split, size: int) -> None:
        text, self._held = self._held[:size], self._held[size:]
        self._answer.append(text)
        split.answer += text

    def _closes_thoughts(self, before: str) -> bool:
        """Whether a closing tag behind this text is one, and not something that the answer mentions."""
        whole = "".join(self._answer) + before
        return bool(_ON_ITS_OWN_LINE.search(whole)) and not self._in_code(before)

    def _in_code(self, before: str) -> bool:
        whole = "".join(self._answer) + before
        return whole.count("```") % 2 == 1 or whole.rpartition("\n")[2].count("`") % 2 == 1


def _find(text: str, tag: str) -> int:
    return text.lower().find(tag.lower())


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text are the beginning of the tag."""
    text, tag = text.lower(), tag.lower()
    return next((size for size in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:size])), 0)


def answer_of(text: str) -> str:
    """A whole message without its thoughts."""
    if text.lstrip()[:1] not in _FIRST and _BARE_CLOSE not in text.lower():
        return text
    splitter, answer = ThoughtSplitter(), ""
    for split in (splitter.feed(text), splitter.finish()):
        answer = split.answer if split.recall else answer + split.answer
    return answer
