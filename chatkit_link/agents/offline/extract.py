"""The offline model's reading and writing: plain text work, no learning, no guessing.

``Conversation.read`` finds in the model input what was asked and what the tools found;
``write_answer`` picks the sentences that share most words with the question and cites each.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, cast

from agents import TResponseInputItem

from chatkit_link.agents.model_notes import notes_in, user_words

#: The start of the research agent's "dig deeper" message (``research.py``).
DIG_DEEPER = "Dig deeper into "

SENTENCES = 4
#: Sentences of one page that may be quoted one after the other.
PAGE_SENTENCES = 6
_LONGEST = 420
#: A sentence is quoted if it scores at least this part of what the best one does.
_GOOD_ENOUGH = 0.6

_STOP_WORDS = frozenset(
    "a about all also an and any are as at be been but by can could did do does for from get give had has have how i"
    " if in into is it its just know like make many may me more most much must my need no not of on one or our out"
    " please should show so some tell than that the their them then there these they this those to up us use used"
    " using very want was we what when where which while who why will with work works would you your explain".split()
)
#: Words that point back at an earlier question.
_POINTING = frozenset("it its that this these those they them their he she him her".split())
_GREETINGS = frozenset("hi hello hey thanks thank cheers ok okay great bye".split())


@dataclass(frozen=True, slots=True)
class QuotedSource:
    """number: what it is cited by. text: what can be quoted from it. page: all of a page, not a snippet."""

    number: int
    title: str
    text: str
    page: bool = False


@dataclass(slots=True)
class Transcript:
    """question: the last thing asked. before: what was asked earlier, oldest first.
    found: the tools' results since the question. earlier: those before it.
    failures: messages of tools that failed. looked_up: whether a tool ran since the question.
    page: the address that the question asks to read.
    """

    question: str = ""
    before: list[str] = field(default_factory=list[str])
    found: list[QuotedSource] = field(default_factory=list[QuotedSource])
    earlier: list[QuotedSource] = field(default_factory=list[QuotedSource])
    failures: list[str] = field(default_factory=list[str])
    looked_up: bool = False
    page: str | None = None

    @staticmethod
    def read(items: str | list[TResponseInputItem]) -> "Transcript":
        """Reads a model's input in the OpenAI Responses format."""
        conversation = Transcript()
        given: list[Any] = [{"role": "user", "content": items}] if isinstance(items, str) else list(items)
        for item in given:
            if item.get("role") == "user":
                conversation._ask(item.get("content"))
            elif item.get("type") == "function_call_output":
                conversation._take(item.get("output"))
        return conversation

    def _ask(self, content: Any) -> None:
        text = user_words(content)
        if text is None:
            notes = notes_in(content)
            if notes.startswith("# User-provided context"):  # the SDK's text about tags, right behind the message
                address = re.search(r'"url": "(https?://[^"\s]+)"', notes)
                self.page = address[1] if address and self.question.startswith(DIG_DEEPER) else None
            return
        if self.question:
            self.before.append(self.question)
        self.earlier += self.found
        self.question, self.found, self.failures = text, [], []
        self.looked_up, self.page = False, None

    def _take(self, output: Any) -> None:
        self.looked_up = True
        try:
            read: Any = json.loads(output if isinstance(output, str) else _text(output))
        except ValueError:
            return
        if not isinstance(read, dict):
            return
        found = cast("dict[str, Any]", read)
        if "error" in found:
            self.failures.append(str(found["error"]))
        elif "text" in found:
            self.found.append(QuotedSource(found["n"], found["title"], found["text"], page=True))
        for result in found.get("results", []):
            self.found.append(QuotedSource(result["n"], result["title"], result["snippet"]))

    @property
    def needs_search(self) -> bool:
        """False for a mere greeting."""
        words = re.findall(r"\w+", self.question.lower())
        return bool(words) and not set(words) <= _GREETINGS

    @property
    def query(self) -> str:
        """The question, with the words of the one before where it only points back at that."""
        words = re.findall(r"\w+", self.question.lower())
        points_back = len(keywords(self.question)) < 2 or (len(words) < 9 and not _POINTING.isdisjoint(words))
        if self.before and points_back:
            return f"{self.question} {' '.join(keywords(self.before[-1]))}"
        return self.question


def keywords(text: str) -> list[str]:
    """The words that carry meaning, in order, each once, in lower case."""
    return [word for word in dict.fromkeys(re.findall(r"[\w'-]+", text.lower())) if word not in _STOP_WORDS]


def write_answer(conversation: Transcript) -> str:
    """Markdown with citation marks (``citations.py``)."""
    if not conversation.needs_search:
        return (
            "Hello. I am the offline model: I search the documents I was given and quote them. "
            "Ask me a question, for example how an answer survives a reload."
        )
    if any(found.page for found in conversation.found):
        return _quote_page(conversation)
    chosen = _choose(conversation)
    if chosen:
        return "\n".join(f"- {sentence}【{found.number}】" for found, sentence in chosen)
    if conversation.failures:
        return " ".join(conversation.failures)
    if not conversation.looked_up:
        return (
            "No model is configured, and the offline model can only use tools named `search` "
            "and `read`, which this assistant does not have. Set OPENAI_API_KEY to let a model answer."
        )
    return "I found nothing about that. Other words may find more: I look for words, not for meaning."


def _choose(conversation: Transcript) -> list[tuple[QuotedSource, str]]:
    """The best sentences, those of one source together, the best source first."""
    wanted = {_stem(word) for word in keywords(conversation.query)}
    candidates: list[tuple[float, int, QuotedSource, str]] = []
    seen: set[str] = set()
    for rank, found in enumerate([*conversation.found, *conversation.earlier]):
        for sentence in sentences(found.text):
            score = _score(sentence, found.title, wanted) - rank * 0.05
            if sentence.lower() not in seen and score > 0:
                seen.add(sentence.lower())
                candidates.append((score, rank, found, sentence))
    best = sorted(candidates, key=lambda candidate: -candidate[0])[:SENTENCES]
    best = [candidate for candidate in best if candidate[0] >= _GOOD_ENOUGH * best[0][0]]
    return [(found, sentence) for _, _, found, sentence in sorted(best, key=lambda candidate: candidate[1])]


def _quote_page(conversation: Transcript) -> str:
    """Quotes from a page, from its best sentence on, under its title."""
    page = next(found for found in conversation.found if found.page)
    wanted = {_stem(word) for text in (conversation.question, *conversation.before[-1:]) for word in keywords(text)}
    page_sentences = sentences(page.text)
    if not page_sentences:
        return f"**{page.title}** has no text that I could quote.【{page.number}】"
    scores = [_score(sentence, "", wanted) for sentence in page_sentences]
    start = next(index for index, score in enumerate(scores) if score >= _GOOD_ENOUGH * max(scores))
    quoted = page_sentences[start : start + PAGE_SENTENCES]
    return f"**{page.title}** says:【{page.number}】\n\n" + "\n".join(f"- {sentence}" for sentence in quoted)


def _score(sentence: str, title: str, wanted: set[str]) -> float:
    stems = {_stem(word) for word in keywords(sentence)}
    named = {_stem(word) for word in keywords(title)}
    return len(stems & wanted) + 0.5 * len(named & wanted)


def sentences(text: str) -> list[str]:
    """Whole sentences worth quoting, without Markdown marks and headings."""
    plain = re.sub(r"```.*?(```|$)", " ", text, flags=re.DOTALL)
    plain = re.sub(r"(?m)^\s*(#+ .*|\|.*|[-=]{3,})$", " ", plain)
    plain = re.sub(r"(?m)^\s*([-*+]|\d+\.)\s+|[*`]{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)", "", plain)
    parts = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(])|\n\s*\n|…", plain)
    tidy = (" ".join(part.split()) for part in parts)
    return [part for part in tidy if 20 <= len(part) <= _LONGEST]


def _stem(word: str) -> str:
    """Enough to let "survives" meet "survive" and "streams" meet "streaming"."""
    return re.sub(r"(ing|ies|ed|es|s|e|y)$", "", word) if len(word) > 4 else word


def _text(content: Any) -> str:
    """The text of an item's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    parts = cast("list[dict[str, Any]]", content or [])
    return "".join(str(part.get("text", "")) for part in parts)
