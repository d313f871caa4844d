"""Questions about statistics, answered by a server of yours in front of StatMuse, or from a small made-up book.

The server answers ``POST /query`` with ``{"query": "..."}`` by
``{"success": true, "query": "...", "answer": "...", "url": "...", "cached": false}``, and by
``{"success": false, "error": "..."}`` where it has no answer, with any status. The answer is a card with a link. The
server may add ``player``, with ``name``, ``team``, ``position`` and ``figures``, and ``columns`` with ``rows``: then a
card of the player and a table are displayed.
"""

import re
from typing import Any, Protocol, cast
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from .exchange import FeedError, fetch


class _Lenient(BaseModel):
    """As servers write it: a number where a text belongs is one, and null says as much as nothing."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {key: value for key, value in cast("dict[str, Any]", given).items() if value is not None}


class Figure(_Lenient):
    label: str
    value: str


class Player(_Lenient):
    """figures: the three or four numbers that a card shows large."""

    name: str
    team: str = ""
    position: str = ""
    figures: list[Figure] = Field(default_factory=list[Figure])


class StatAnswer(_Lenient):
    """One answer in the server's format."""

    success: bool = True
    query: str = ""
    answer: str = ""
    error: str = ""
    url: str | None = None
    cached: bool = False
    player: Player | None = None
    columns: list[str] = Field(default_factory=list[str])
    rows: list[list[str]] = Field(default_factory=list[list[str]])

    @property
    def link(self) -> str:
        """Where the answer is from, as Markdown; empty without an address of the web."""
        try:
            address = urlsplit((self.url or "").strip())
        except ValueError:
            return ""
        host = address.hostname or ""
        # A name of other signs would be Markdown or HTML in the link's own words.
        if address.scheme not in ("http", "https") or not re.fullmatch(r"[\w.-]+", host):
            return ""
        target = quote(address.geturl(), safe="/:?&=%#+,;@!$*'~")
        return f"[{host.removeprefix('www.')}]({target})"


class Stats(Protocol):
    """Who answers. sample: whether the numbers are made up."""

    sample: bool

    async def ask(self, question: str) -> StatAnswer:
        """The answer. Raises FeedError, also where there is none."""
        ...


_ANSWER = TypeAdapter(StatAnswer)


class StatServer:
    """The client of such a server. timeout: seconds of one question."""

    sample = False

    def __init__(self, url: str, *, timeout: float = 8.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout

    async def ask(self, question: str) -> StatAnswer:
        try:
            answer = await fetch(
                _ANSWER,
                "The statistics server",
                "POST",
                f"{self._url}/query",
                timeout=self._timeout,
                json={"query": question},
            )
        except FeedError as error:
            if (refusal := _failure(error.body)) is None:
                raise
            answer = refusal
        if not answer.success or not (answer.answer or answer.player or answer.rows):
            raise FeedError(_refusal(answer.error))
        return answer


def _failure(body: bytes) -> StatAnswer | None:
    """The refusal of a server that gives its failures another status than 200, too."""
    try:
        answer = _ANSWER.validate_json(body)
    except ValidationError:
        return None
    return answer if not answer.success and answer.error else None


def _refusal(error: str) -> str:
    """With the server's words, unless they are those of its code: ``str(exception)`` names hosts and addresses."""
    words = " ".join(error.split()).rstrip(".")
    if not words or re.fullmatch(r"no (answer|data|results?)( (was|were))?( found)?( for .*)?", words, re.IGNORECASE):
        return "StatMuse found no answer. Ask it in other words."
    if status := re.fullmatch(r"HTTP (\d{3})", words):
        return f"The statistics server has no answer: StatMuse answered with status {status[1]}."
    is_plain = len(words) <= 120 and not re.search(r"://|\w=|\w\(|<|Traceback|Error:", words)
    return f"The statistics server has no answer: {words if is_plain else 'it could not look that up'}."


_LOG = ["Date", "Opponent", "PTS", "REB", "AST"]
_BATTING = ["Date", "Opponent", "H", "HR", "RBI"]
_PLAYERS = {
    "Sam Porter": StatAnswer(
        answer="Sam Porter has averaged 27.4 points over the last 5 games.",
        player=Player(
            name="Sam Porter",
            team="New York Knicks",
            position="Guard",
            figures=[
                Figure(label="PTS", value="27.4"),
                Figure(label="REB", value="4.6"),
                Figure(label="AST", value="7.2"),
            ],
        ),
        columns=_LOG,
        rows=[
            ["Nov 22", "vs MIA", "31", "5", "8"],
            ["Nov 20", "@ CHI", "24", "3", "9"],
            ["Nov 18", "vs ATL", "29", "6", "5"],
            ["Nov 16", "@ TOR", "22", "4", "8"],
            ["Nov 14", "vs PHI", "31", "5", "6"],
        ],
    ),
    "Theo Marsh": StatAnswer(
        answer="Theo Marsh has hit .327 over the last 5 games.",
        player=Player(
            name="Theo Marsh",
            team="New York Yankees",
            position="Right field",
            figures=[
                Figure(label="AVG", value=".327"),
                Figure(label="HR", value="41"),
                Figure(label="RBI", value="108"),
            ],
        ),
        columns=_BATTING,
        rows=[
            ["Sep 27", "@ BOS", "2", "1", "3"],
            ["Sep 26", "@ BOS", "1", "0", "0"],
            ["Sep 24", "vs TOR", "3", "1", "2"],
            ["Sep 23", "vs TOR", "0", "0", "0"],
            ["Sep 21", "vs BAL", "2", "1", "4"],
        ],
    ),
}


class SampleStats:
    """Knows two made-up players."""

    sample = True

    async def ask(self, question: str) -> StatAnswer:
        words = set(re.findall(r"\w+", question.lower()))
        for name, answer in _PLAYERS.items():
            if words & set(name.lower().split()):
                return answer.model_copy(update={"query": question})
        known = " and ".join(_PLAYERS)
        raise FeedError(f"The sample data knows {known} only. Set STATMUSE_URL to ask about everybody else.")

    @staticmethod
    def players() -> list[Player]:
        return [answer.player for answer in _PLAYERS.values() if answer.player]
