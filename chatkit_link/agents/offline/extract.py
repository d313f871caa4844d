"""The offline model's reading and choosing: plain text work, no learning, no guessing.

``Transcript.read`` finds in the model input what was asked and what the tools found. ``write_answer`` gives the first
passage that is about the question, whole and as it was written: the search has put the best one first. Sentences are
never picked: a sentence out of its place says something else, and a list or code cut in half says nothing.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from agents import TResponseInputItem

from chatkit_link.agents.model_notes import notes_in, user_words
from chatkit_link.search.words import STOP_WORDS, asked_words, stems_of

#: The start of the research agent's "dig deeper" message (``search_actions.py``).
DIG_DEEPER = "Dig deeper into "

#: Snippets of a search service that make an answer together; and sources that are named where there is no answer.
SNIPPETS, NEAREST = 3, 3
#: Characters of a page that are quoted, in whole blocks.
PAGE = 2_500
#: The part of the question's words, by their worth, that a passage must have to be an answer.
_COVERED = 0.5
#: What looks like a citation in a quoted text, and is none of ours.
_MARK = re.compile("【(?=\\s*\\d)")

#: Words that no question is about.
_OF_LITTLE = frozenset("get give make need show use used using work works".split())
#: Words that point back at an earlier question.
_POINTING = frozenset("it its that this these those they them their he she him her".split())
_GREETINGS = frozenset("hi hello hey thanks thank cheers ok okay great bye".split())


@dataclass(frozen=True, slots=True)
class QuotedSource:
    """number: what it is cited by. text: what can be quoted from it, as Markdown.

    kind: a passage as it was written, the snippet of a search service, or a whole page.
    """

    number: int
    title: str
    text: str
    kind: Literal["passage", "snippet", "page"] = "snippet"


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
            self.found.append(QuotedSource(found["n"], found["title"], found["text"], "page"))
        for result in found.get("results", []):
            passage = result.get("passage")
            text, kind = (passage, "passage") if passage else (result.get("snippet", ""), "snippet")
            self.found.append(QuotedSource(result["n"], result["title"], text, kind))

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
    found = re.findall(r"[\w'-]+", text.lower())
    return [word for word in dict.fromkeys(found) if word not in STOP_WORDS | _OF_LITTLE]


def write_answer(conversation: Transcript) -> str:
    """Markdown with citation marks (``citations.py``)."""
    if not conversation.needs_search:
        return (
            "Hello. I am the offline model: I search the documents I was given and quote them word for word. "
            "Ask me a question, for example how an answer survives a reload."
        )
    if page := next((found for found in conversation.found if found.kind == "page"), None):
        return _quote_page(page)
    if conversation.failures:
        return " ".join(conversation.failures)
    if not conversation.looked_up:
        return (
            "No model is configured, and the offline model can only use tools named `search` "
            "and `read`, which this assistant does not have. Set OPENAI_API_KEY to let a model answer."
        )
    found = [each for each in conversation.found if each.text.strip()]
    asked = asked_words(conversation.query)
    answers = [source for source in found if _covers(source, asked)]
    if not answers:
        return _nothing(conversation, found[:NEAREST])
    if answers[0].kind == "snippet":
        return "\n\n".join(_quote(source) for source in answers[:SNIPPETS])
    return _quote(answers[0])


def _covers(source: QuotedSource, asked: Mapping[str, float]) -> bool:
    """Whether it has most of what was asked for."""
    there = set(stems_of(f"{source.title} {source.text}"))
    covered = sum(weight for word, weight in asked.items() if word in there)
    return bool(asked) and covered > _COVERED * sum(asked.values())


def _nothing(conversation: Transcript, nearest: list[QuotedSource]) -> str:
    asked = " ".join(conversation.question.split())
    asked = asked if len(asked) <= 120 else asked[:119] + "…"
    answer = f"I found nothing that answers “{asked}”. I look for words, not for meaning: other words may find more."
    if nearest:
        listed = "\n".join(f"- {source.title}【{source.number}】" for source in nearest)
        answer += f"\n\nWhat comes nearest:\n\n{listed}"
    return answer


def _quote(source: QuotedSource) -> str:
    """Under its title, which leads to where it was written. A snippet is marked as a quotation."""
    text = _MARK.sub("【\u2060", source.text.strip("\n"))
    if source.kind == "snippet":
        text = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"### {source.title}【{source.number}】\n\n{text}"


def _quote_page(page: QuotedSource) -> str:
    """A page from its beginning, or from the passage that was found in it, in whole blocks."""
    quoted = list[str]()
    for block in _blocks(_MARK.sub("【\u2060", page.text)):
        if quoted and sum(map(len, quoted)) + len(block) > PAGE:
            break
        quoted.append(block)
    if not quoted:
        return f"**{page.title}** has no text that I could quote.【{page.number}】"
    heads = quoted[0].startswith("#")
    title = quoted.pop(0).lstrip("# ") if heads else page.title
    return "\n\n".join((f"### {title}【{page.number}】", *quoted))


def _blocks(markdown: str) -> list[str]:
    """What stands between blank lines, code in one piece."""
    blocks = re.split(r"\n[ \t]*\n(?=\S)", markdown.strip("\n"))
    whole: list[str] = []
    for block in blocks:
        if whole and (whole[-1].count("\n```") + whole[-1].startswith("```")) % 2:
            whole[-1] += f"\n\n{block}"
        elif block.strip():
            whole.append(block)
    return whole


def _text(content: Any) -> str:
    """The text of an item's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    parts = cast("list[dict[str, Any]]", content or [])
    return "".join(str(part.get("text", "")) for part in parts)
