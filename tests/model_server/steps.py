"""What the script of a model server is made of: one step answers one request."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

#: Stands for "as the profile has it".
UNSET: Any = object()


@dataclass
class Say:
    """The model writes. hang: it stops in the middle and never ends.

    done_id: the item has this id once it is done, another one than when it was added (Responses API).
    usage: replaces the usage of the response, whatever it is: numbers as text, a list, None.
    """

    text: str
    hang: bool = False
    done_id: str | None = None
    usage: Any = UNSET


@dataclass
class Call:
    """The model calls a tool. ``arguments`` may be the text itself, such as text that is no JSON.

    call_id: as odd servers have it: the same in each turn, empty, very long.
    """

    name: str
    arguments: dict[str, Any] | str
    call_id: str | None = None
    done_id: str | None = None
    usage: Any = UNSET


@dataclass(init=False)
class Calls:
    """Several calls in one response."""

    calls: tuple[Call, ...]

    def __init__(self, *calls: Call) -> None:
        self.calls = calls


@dataclass(init=False)
class Parts:
    """Several parts of any kind in one response, such as words and then a call (Responses API)."""

    parts: tuple["Part", ...]

    def __init__(self, *parts: "Part") -> None:
        self.parts = parts


@dataclass
class Think:
    """Thoughts, in the form that the profile gives them, and then the answer."""

    text: str
    then: "Step"


@dataclass
class Cut:
    """The answer ends before it is whole: at the limit of tokens, by a filter, or the stream just ends (None)."""

    text: str
    reason: Literal["length", "content_filter"] | None = "length"


@dataclass
class Empty:
    """An answer without any output."""


@dataclass
class Page:
    """200, and HTML: a proxy, a login page, a wrong address."""

    html: str = "<!doctype html><title>Sign in</title>"


@dataclass
class Refuse:
    """The model refuses, in the format's own way, which is not text."""

    text: str


@dataclass
class Failed:
    """The stream begins and then says that it failed."""

    code: str = "server_error"
    message: str = "The server had an error while processing your request."


@dataclass
class Drop:
    """The connection is closed in mid-stream, after this text."""

    text: str


@dataclass
class Structured:
    """An answer in JSON."""

    value: dict[str, Any]

    @property
    def text(self) -> str:
        return json.dumps(self.value)


@dataclass(init=False)
class Deltas:
    """Exactly these deltas; half a surrogate pair is sent as the JSON escape that it is."""

    parts: tuple[str, ...]

    def __init__(self, *parts: str) -> None:
        self.parts = parts


@dataclass
class Paint:
    """The model makes an image with OpenAI's own tool; only the Responses API has it."""

    image: bytes


@dataclass
class Fail:
    """The server answers with an error, in the shape of the profile. What is not given is as for the status."""

    status: int
    code: str | None = None
    type: str | None = None
    message: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Raw:
    """Output items of the Responses API as they are, such as those of OpenAI's own tools."""

    items: list[dict[str, Any]]


#: What makes part of an output.
Part = Say | Call | Paint | Refuse | Deltas | Structured | Cut | Drop
Step = Part | Calls | Parts | Think | Empty | Page | Failed | Fail | Raw


@dataclass
class Thought:
    """The thoughts of a Think, once it is taken apart."""

    text: str


def flatten(step: Step) -> list[Part | Thought]:
    """The parts of the output, in order. Empty and Failed have none."""
    match step:
        case Think(text=text, then=then):
            return [Thought(text), *flatten(then)]
        case Calls(calls=calls):
            return list(calls)
        case Parts(parts=parts):
            return list(parts)
        case Empty() | Failed() | Page() | Fail() | Raw():
            return []
        case _:
            return [step]


def ending(step: Step) -> Step:
    """What the step ends with: a Think ends with what comes after the thoughts."""
    return ending(step.then) if isinstance(step, Think) else step


def deltas(part: Say | Cut | Drop | Deltas | Structured | Refuse | Thought) -> list[str]:
    """The text in the pieces in which it is streamed: words, with the space before them."""
    if isinstance(part, Deltas):
        return list(part.parts)
    return [word if index == 0 else f" {word}" for index, word in enumerate(part.text.split(" "))]


def arguments(call: Call) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)


def usage_of(step: Step, usual: dict[str, Any]) -> Any:
    """The usage of a response, or what the step has instead of it."""
    last = ending(step)
    given = last.usage if isinstance(last, Say | Call) else UNSET
    return usual if given is UNSET else given
