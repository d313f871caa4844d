"""Thoughts that a model writes into its answer, between tags.

Servers that run a reasoning model without a parser for it pass its text on as it is. Each row names who writes so;
the tags count at the beginning of a message only, because an answer may well speak of them.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

_TAGS = (
    ("<think>", "</think>"),  # DeepSeek R1, Qwen 3 and many after them: their chat templates on Hugging Face
    ("<thinking>", "</thinking>"),  # models told to think by a prompt, in Anthropic's guide's manner
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
_OPENINGS = tuple(opening for opening, _ in _TAGS)
#: R1's template writes the opening tag itself, so that some servers send the closing one alone.
_BARE_CLOSE = "</think>"
_ON_ITS_OWN_LINE = re.compile(r"(?:^|\n)[ \t]*$")


@dataclass(slots=True)
class Split:
    """What a piece of text turned out to be. recall: all that was given as an answer before it was a thought, too."""

    thought: str = ""
    answer: str = ""
    recall: bool = False


@dataclass(slots=True)
class ThoughtSplitter:
    """Tells the thoughts from the answer in one message, while it is written."""

    _state: Literal["start", "thought", "gap", "answer"] = "start"
    _held: str = ""
    _close: str = ""
    _opened: bool = False
    _answer: list[str] = field(default_factory=list[str])

    def feed(self, delta: str) -> Split:
        """Take more of the text; what could still be a part of a tag is held back."""
        if self._state == "answer" and not self._held and (self._opened or "<" not in delta):
            self._answer.append(delta)
            return Split(answer=delta)
        split = Split()
        self._held += delta
        if self._state == "start":
            self._start()
        if self._state == "thought":
            self._think(split)
        if self._state == "gap":
            self._skip_gap()
        if self._state == "answer":
            self._write(split)
        return split

    def finish(self) -> Split:
        """The end of the message: what was held back was no tag."""
        held, self._held = self._held, ""
        if self._state == "thought":
            return Split(thought=held)
        if self._state == "gap":
            return Split()
        self._answer.append(held)
        return Split(answer=held)

    def _start(self) -> None:
        begun = self._held.lstrip()
        if not begun or any(opening.startswith(begun) for opening in _OPENINGS):
            return
        for opening, close in _TAGS:
            if begun.startswith(opening):
                self._state, self._opened, self._close = "thought", True, close
                self._held = begun[len(opening) :]
                return
        self._state = "answer"

    def _think(self, split: Split) -> None:
        thought, found, rest = self._held.partition(self._close)
        if found:
            split.thought, self._held, self._state = thought, rest, "gap"
            return
        keep = _overlap(self._held, self._close)
        split.thought = self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]

    def _skip_gap(self) -> None:
        self._held = self._held.lstrip()
        if self._held:
            self._state = "answer"

    def _write(self, split: Split) -> None:
        text, self._held = self._held, ""
        if not self._opened:
            before, found, rest = text.partition(_BARE_CLOSE)
            if found and self._closes_thoughts(before):
                split.recall, split.thought = True, before
                self._answer.clear()
                self._opened, text = True, rest.lstrip()
                self._state = "answer" if text else "gap"
            else:
                keep = _overlap(text, _BARE_CLOSE)
                text, self._held = text[: len(text) - keep], text[len(text) - keep :]
        self._answer.append(text)
        split.answer += text

    def _closes_thoughts(self, before: str) -> bool:
        """Whether a closing tag behind this text is one, and not something that the answer speaks of."""
        whole = "".join(self._answer) + before
        return bool(_ON_ITS_OWN_LINE.search(whole)) and whole.count("```") % 2 == 0


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text are the beginning of the tag."""
    return next((size for size in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:size])), 0)


def answer_of(text: str) -> str:
    """A whole message without its thoughts."""
    splitter, answer = ThoughtSplitter(), ""
    for split in (splitter.feed(text), splitter.finish()):
        answer = split.answer if split.recall else answer + split.answer
    return answer
