"""What the user reads of one answer: which texts of the agents were displayed, which are held back, and what is left
to say at the end. No text is displayed twice, and none that was meant for the user is lost.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from chatkit_link.agents.agent_builder.event_emitter import EventEmitter, Step
from chatkit_link.agents.agent_builder.output_kind import OutputKind, Rank, category_in
from chatkit_link.agents.agent_builder.speakers import Place
from chatkit_link.agents.output_text import Refusal, as_markdown, readable_text
from chatkit_link.translations import Localized

#: Characters from which a text inside of another one is taken to be the same.
_TELLING = 20


@dataclass(slots=True)
class Held:
    """A text that becomes an answer if nothing takes its place.

    recorded: the finished run, as the journal has it; it is marked there once the user has read the text.
    """

    place: Place
    rank: Rank
    text: str
    step: Step | None
    recorded: dict[str, Any]


@dataclass(slots=True)
class Answer:
    """text: the user's message. before: texts that the user has read in an earlier part of this answer, before a
    question. shown: the highest rank of what was displayed since. held: texts that may become the answer.
    """

    events: EventEmitter
    text: str
    before: set[str] = field(default_factory=set[str])
    shown: Rank | None = None
    held: list[Held] = field(default_factory=list[Held])
    #: Each output as Markdown -> its kind and itself.
    _outputs: dict[str, tuple[OutputKind, Any]] = field(default_factory=dict[str, tuple[OutputKind, Any]])

    def note(self, kind: OutputKind, output: Any) -> None:
        """An agent has finished with this output."""
        self._outputs[_squeezed(as_markdown(output))] = kind, output

    def display(self, rank: Rank) -> None:
        """Something of this rank was displayed."""
        self.shown = rank if self.shown is None else max(rank, self.shown)

    async def before_text(self, place: Place) -> None:
        """An agent is about to write text for the user: nothing takes the place of other texts any more."""
        for held in [each for each in self.held if each.rank is Rank.TEXT and each.place != place]:
            await self.tell(held)

    async def hold(self, held: Held) -> None:
        """A draft takes the place of the one before it."""
        if held.text.strip():
            self.held = [each for each in self.held if (each.place, each.rank) != (held.place, held.rank)]
            self.held.append(held)

    async def before_question(self, question: str) -> None:
        """The user must have read what the question is about; what it quotes is read there."""
        for held in list(self.held):
            if _contains(question, held.text):
                self.held.remove(held)
                held.recorded["told"] = True
            elif held.rank is Rank.TEXT or (held.rank is Rank.FIELD_TEXT and self.shown is None):
                await self.tell(held)

    async def rescue(self) -> None:
        """The workflow has failed: what was written for the user until then is displayed."""
        for held in [each for each in self.held if each.rank is Rank.TEXT]:
            await self.tell(held)

    async def conclude(self, value: Any) -> None:
        """The workflow has ended, and returned this."""
        if isinstance(value, Refusal):
            self.events.write_message(as_markdown(value))
            return
        said = self._said(value)
        for held in [each for each in self.held if each.rank is Rank.TEXT and not _contains(said, each.text)]:
            await self.tell(held)
        if said:
            await self._say(said)
        elif not self.events.has_output:
            await self._fall_back(value)

    async def _fall_back(self, value: Any) -> None:
        """Nothing was displayed: the best of what there is, or else why there is nothing."""
        returned = self._outputs.get(_squeezed(as_markdown(value)))
        if returned is not None and returned[0].rank > Rank.DECISION:
            text = returned[0].text(returned[1])
            if text not in self.before:
                self.events.write_message(text)
            return
        if self.held:
            await self.tell(max(reversed(self.held), key=lambda each: each.rank))
            return
        if self.before:
            return
        spoken = [(kind, output) for kind, output in self._outputs.values() if kind.rank > Rank.DECISION]
        if spoken and (text := spoken[-1][0].text(spoken[-1][1])).strip():
            self.events.write_message(text)
            return
        sorted_into = [found for _, output in self._outputs.values() if (found := category_in(output))]
        missing = Localized("workflow_only_sorted", category=sorted_into[-1]) if sorted_into else None
        self.events.write_message((missing or Localized("workflow_no_answer")).in_language(self.events.locale))

    async def tell(self, held: Held) -> None:
        """Display a text that was held back."""
        self.held.remove(held)
        if held.text in self.before:
            return
        await self.events.end_draft(held.step)
        item_id = self.events.write_message(held.text)
        self.events.record["covers"].append(item_id)
        self.events.record["input"] += held.recorded["items"]
        held.recorded["spoke"] = True
        self.display(held.rank)

    def _said(self, value: Any) -> str:
        """What the file itself says by what it returns; empty where that is nothing new."""
        text = as_markdown(value)
        same = _squeezed(text)
        read = {_squeezed(each) for each in (*self.before, *self.events.texts.values())}
        if not same or same == _squeezed(self.text) or same in self._outputs or same in read:
            return ""
        if any(same == _squeezed(kind.text(output)) for kind, output in self._outputs.values()):
            return ""
        if len(same) >= _TELLING and any(_contains(each, same) for each in read):
            return ""
        has_text = isinstance(value, str) or bool(readable_text(value))
        return text if has_text or not self.events.has_output else ""

    async def _say(self, text: str) -> None:
        """A text of the file's own takes the place of the messages that it is made of."""
        inside = [item_id for item_id, shown in self.events.texts.items() if _contains(text, shown)]
        if not inside:
            self.events.write_message(text)
            return
        *others, last = inside
        for item_id in others:
            self.events.remove_message(item_id)
        self.events.replace_message(last, text)


def _contains(text: str, part: str) -> bool:
    return bool(part.strip()) and _squeezed(part) in _squeezed(text)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
