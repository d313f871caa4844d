"""Who writes to the user: whether what an agent writes now is the answer, a step on the way, or not known yet.

An agent whose output is surely followed by another one of the same rank or a higher one (``output_kind.py``) is a step.
What can be the last of its rank is the answer, and is streamed. A draft that is checked, and written again if the
check says so, is held back until nothing can take its place any more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from agents import Agent

from chatkit_link.agents.agent_builder.control_flow import END, QUESTION, RETURN, Flow, Site
from chatkit_link.agents.agent_builder.output_kind import OutputKind, Rank, kind_of, kind_of_type
from chatkit_link.agents.agent_builder.tested_fields import Tested


class Speech(Enum):
    """What an agent writes is an answer NOW, LATER if nothing takes its place, or NEVER."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is called. site: its number in the flow; None where the file hides it.
    callers: the sites at which the functions around it were called, the outermost first.
    """

    site: int | None = None
    callers: tuple[int, ...] = ()


@dataclass(slots=True)
class Speakers:
    """named: what a name of the file stands for once it is loaded."""

    flow: Flow
    named: Callable[[str], Any]
    _ranks: dict[int, Rank] = field(default_factory=dict[int, Rank])

    def kind(self, place: Place, agent: Agent[Any]) -> OutputKind:
        """What the output of an agent is for. Text that is looked at before others write is about their work."""
        tested = self._site(place).tested
        kind = kind_of(agent, tested)
        checks = kind.rank is Rank.TEXT and tested.any and "run" in self._coming(place, Rank.TEXT)
        return OutputKind(Rank.CHECK) if checks else kind

    def speech(self, place: Place, kind: OutputKind, shown: Rank | None) -> Speech:
        """shown: the highest rank that the user has read in this answer."""
        site = self._site(place)
        if kind.rank is Rank.DECISION or site.in_tool or (shown is not None and shown > kind.rank):
            return Speech.NEVER
        coming = self._coming(place, kind.rank)
        if coming == {"run"}:
            return Speech.NEVER
        if kind.rank < Rank.TEXT:
            return Speech.NOW if coming <= {"end"} else Speech.LATER
        return Speech.LATER if self._is_redone(place) else Speech.NOW

    def _site(self, place: Place) -> Site:
        return Site(after=frozenset({END})) if place.site is None else self.flow.sites[place.site]

    def _coming(self, place: Place, least: Rank) -> set[str]:
        """What comes next, leaving out runs below this rank: another "run", this one "again", "question", "end"."""
        found, seen = set[str](), set[Place]()
        waiting = list(self._behind(self._site(place), place.callers))
        while waiting:
            each = waiting.pop()
            if each in seen:
                continue
            seen.add(each)
            if each.site == QUESTION:
                found.add("question")
            elif each.site == END:
                found.add("end")
            elif each == place or self._rank(each) >= least:
                found.add("again" if each == place else "run")
            else:
                waiting += self._behind(self._site(each), each.callers)
        return found

    def _is_redone(self, place: Place) -> bool:
        """Whether a check follows that may lead back here without a question to the user."""
        first = list(self._behind(self._site(place), place.callers))
        if not first or not all(self._is_check(each) for each in first):
            return False
        seen, waiting = set[Place](), first
        while waiting:
            each = waiting.pop()
            if each == place:
                return True
            if each not in seen and each.site is not None and each.site >= 0:
                seen.add(each)
                waiting += self._behind(self._site(each), each.callers)
        return False

    def _is_check(self, place: Place) -> bool:
        known = place.site is not None and place.site >= 0
        return known and self._site(place).tested.any and self._rank(place) <= Rank.CHECK

    def _behind(self, site: Site, callers: tuple[int, ...]) -> Iterable[Place]:
        """What may come next; behind the end of a function, what is behind the call of it."""
        for number in site.after:
            if number != RETURN:
                yield Place(number, callers)
            elif callers:
                yield from self._behind(self.flow.sites[callers[-1]], callers[:-1])
            else:
                yield Place(END)

    def _rank(self, place: Place) -> Rank:
        number = place.site
        assert number is not None
        if number not in self._ranks:
            site = self.flow.sites[number]
            self._ranks[number] = max((self._rank_of(name, site.tested) for name in site.agents), default=Rank.TEXT)
        return self._ranks[number]

    def _rank_of(self, name: str, tested: Tested) -> Rank:
        agent, output_type = self.named(name), self.flow.output_types.get(name)
        if isinstance(agent, Agent):
            rank = kind_of(agent, tested).rank  # pyright: ignore[reportUnknownArgumentType] - of any context
        elif output_type is None:
            rank = kind_of_type(None, tested).rank
        else:
            known = self.named(output_type)
            rank = Rank.FIELDS if known is None else kind_of_type(known, tested).rank
        return Rank.CHECK if rank is Rank.TEXT and tested.any else rank
