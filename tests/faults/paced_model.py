"""The model of the agents with steps: it writes at a pace, and answers by what it is shown, as real ones do.

It remembers nothing between requests but how often it was asked the same thing. Asked again, it writes other words,
as real ones do as well: the same ones to begin with, or others from the beginning on.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from tests.agents.test_models import asked_for_a_title
from tests.model_server import Call, Calls, ModelServer, Parts, Say, Step, Structured, Think, model_server

#: Seconds between two events of a response.
PACE = 0.012
WORDS = 30
#: Of the agent that takes its time, of the one that takes a few seconds, and of the next turn.
MANY, SOME, FEW = 900, 400, 3


@dataclass(frozen=True, slots=True)
class Place:
    """What is asked for: which agent is to say or do what next in answer to which message."""

    message: str
    agent: str
    number: int

    def __str__(self) -> str:
        return f"<{self.agent} {self.number}>"


class PacedModel(ModelServer):
    """asked: how often each place was asked for. said: the place of each text, and which attempt at it that was."""

    asked: Counter[Place]
    said: dict[str, tuple[Place, int]]
    #: Message -> the inputs that answered it.
    inputs: defaultdict[str, list[list[dict[str, Any]]]]

    @override
    def next(self, body: dict[str, Any]) -> Step:
        if asked_for_a_title(body):
            return Say("An order")
        self.requests.append(body)
        place = _place(body)
        self.asked[place] += 1
        self.inputs[place.message].append(body["input"])
        return self._step(place)

    @override
    async def watched(self, events: AsyncIterator[str]) -> AsyncIterator[str]:
        async for event in super().watched(events):
            yield event
            await asyncio.sleep(PACE)

    def calls_of(self, message: str) -> Counter[Place]:
        return Counter({place: count for place, count in self.asked.items() if place.message == message})

    def _step(self, place: Place) -> Step:
        kind, marker = place.message.split()
        if kind == "next" and place.agent != "sort":
            return self._say(place)
        match place.agent, place.number:
            case "once", 0:
                return Parts(self._say(place), Call("charge", {"order": f"{marker}-a"}))
            case "repeat", 0 | 1:
                return Call("look_up", {"order": f"{marker}-{'ab'[place.number]}"})
            case "parallel", 0:
                orders = [("charge", "a"), ("look_up", "b"), ("charge", "c"), ("look_up", "d")]
                calls = Calls(*(Call(tool, {"order": f"{marker}-{order}"}) for tool, order in orders))
                return Think("Four things at once.", calls)
            case "desk", 0:
                return Call("transfer_to_clerk", {})
            case "clerk", 1:
                return Call("look_up", {"order": f"{marker}-a"})
            case "approval", 0:
                return Call("refund", {"order": f"{marker}-a"})
            case "widget", 0:
                return Call("draw", {"order": f"{marker}-a"})
            case "sort", _:
                return Structured({"category": "order"})
            case "propose", 0:
                return Call("order_value", {"order": f"{marker}-a"})
            case _:
                return self._say(place)

    def _say(self, place: Place) -> Say:
        attempt = self.asked[place]
        written = text(place, attempt)
        self.said[written] = (place, attempt)
        return Say(written)


def text(place: Place, attempt: int) -> str:
    """The words of an attempt; those of a later one are the same until somewhere, or all of them are."""
    count = {"slow": MANY, "steady": SOME, "next": FEW}.get(place.message.split()[0], WORDS)
    words = [f"{place.agent}{place.number}"] + [f"word{number}" for number in range(count)]
    if attempt > 1:
        same = random.Random(f"{place.message} {place.number} {attempt}").choice((0, 1, count // 3, count))
        words[same + 1 :] = [f"{word}-{attempt}" for word in words[same + 1 :]]
    return " ".join([*words, place.message.split()[1]])


def _place(body: dict[str, Any]) -> Place:
    """Where the agent of these instructions is in the answer to the last message."""
    items: list[dict[str, Any]] = body["input"]
    at, message = next((at, said) for at in range(len(items) - 1, -1, -1) if (said := _said(items[at])) is not None)
    kinds = [item.get("type") for item in items[at + 1 :]]
    rounds = sum(
        kind == "function_call" and (number == 0 or kinds[number - 1] != "function_call")
        for number, kind in enumerate(kinds)
    )
    return Place(message, body["instructions"], rounds)


def _said(item: dict[str, Any]) -> str | None:
    if item.get("role") != "user":
        return None
    content = item["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


@asynccontextmanager
async def paced_model() -> AsyncGenerator[PacedModel]:
    """Leaving the block fails the test if a request was refused, such as one with a call that has no output."""
    async with model_server() as model:
        model.__class__ = PacedModel
        assert isinstance(model, PacedModel)
        model.asked, model.said, model.inputs = Counter(), {}, defaultdict(list)
        yield model
