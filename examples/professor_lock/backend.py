"""Predictions of your own back end, or made-up ones.

The back end answers ``GET /api/predictions?sport=mlb`` with
``{"predictions": [{"game": "A @ B", "pick": "B +1.5", "confidence": 61, "odds": "-110", "reasoning": "..."}]}``.
Others are taken as they are: a bare list, one below ``data``, names such as ``match_teams``, ``betType`` or
``confidenceScore``, and a confidence as 0.61 or "61%".
"""

import re
from collections.abc import Sequence
from typing import Any, Final, Protocol, cast

from pydantic import BaseModel, Field, SecretStr, TypeAdapter

from .exchange import FeedError, fetch

#: Where an answer may have its list, and what a prediction's fields may be called, without case, _ and -.
_LISTS: Final = ("predictions", "data", "picks", "results", "items")
_NAMES: Final = {
    "game": ("game", "match", "matchteams", "matchup", "teams", "event", "eventname", "fixture"),
    "pick": ("pick", "prediction", "selection", "bet", "recommendation", "tip", "predictedwinner", "winner"),
    "confidence": ("confidence", "confidencescore", "confidencepercent", "probability", "winprobability"),
    "odds": ("odds", "americanodds", "oddsamerican", "price", "line"),
    "reasoning": ("reasoning", "reason", "rationale", "explanation", "analysis", "keyfactors"),
    "sport": ("sport", "league", "sportkey"),
    "home": ("hometeam", "home"),
    "away": ("awayteam", "away"),
}


class Prediction(BaseModel):
    """confidence: percent, None where the back end gives none. odds: American, or decimal where that is what it has."""

    game: str
    pick: str
    confidence: float | None = Field(default=None, ge=0, le=100)
    odds: str = ""
    reasoning: str = ""


class Predictor(Protocol):
    """Who predicts. sample: whether the predictions are made up."""

    sample: bool

    async def predict(self, sport: str) -> Sequence[Prediction]:
        """For a sport, or for "all". Raises FeedError."""
        ...


_ANY = TypeAdapter[Any](Any)


class Backend:
    """The client. token: sent as bearer token, if there is one. timeout: seconds of one request."""

    sample = False

    def __init__(self, url: str, *, token: SecretStr | None = None, timeout: float = 8.0) -> None:
        base = url.rstrip("/")
        self._url = base if base.endswith("/predictions") else f"{base}/api/predictions"
        self._token = token
        self._timeout = timeout

    async def predict(self, sport: str) -> Sequence[Prediction]:
        answer = await fetch(
            _ANY,
            "The predictions service",
            "GET",
            self._url,
            timeout=self._timeout,
            params={"sport": sport},
            headers={"Authorization": f"Bearer {self._token.get_secret_value()}"} if self._token else None,
            refusals={
                401: "wants a token, or another one: check BACKEND_TOKEN.",
                403: "does not let this token read predictions: check BACKEND_TOKEN.",
            },
        )
        return read_predictions(answer, sport)


def read_predictions(answer: Any, sport: str = "all") -> list[Prediction]:
    """The predictions of a back end's answer. Raises FeedError for an answer without any that could be read."""
    if isinstance(answer, dict) and cast("dict[str, Any]", answer).get("success") is False:
        raise FeedError("There are no predictions now.")
    given = _list_in(answer)
    found = [_fields(each) for each in given or [] if isinstance(each, dict)]
    if given is None or (given and not any(fields.get("pick") for fields in found)):
        raise FeedError("The predictions service gave an answer that is not in its format.")
    found = [fields for fields in found if fields.get("pick") and _is_of(fields, sport)]
    sure = [_number(fields.get("confidence")) for fields in found]
    is_share = all(number is None or number <= 1 for number in sure)
    return [
        Prediction(
            game=_game(fields),
            pick=_text(fields["pick"]),
            confidence=_percent(fields.get("confidence"), number, is_share=is_share),
            odds=_price(_text(fields.get("odds"))),
            reasoning=_text(fields.get("reasoning")),
        )
        for fields, number in zip(found, sure, strict=True)
    ]


def _list_in(answer: Any) -> list[Any] | None:
    if isinstance(answer, list):
        return cast("list[Any]", answer)
    if not isinstance(answer, dict):
        return None
    whole = cast("dict[str, Any]", answer)
    return next((found for name in _LISTS if (found := _list_in(whole.get(name))) is not None), None)


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """By our names; of several fields for one of them, the first that has a value."""
    plain = {re.sub(r"[^a-z]", "", name.lower()): value for name, value in given.items()}
    return {
        field: next((plain[name] for name in names if plain.get(name) not in (None, "", [])), None)
        for field, names in _NAMES.items()
    }


def _game(fields: dict[str, Any]) -> str:
    away, home = _text(fields["away"]), _text(fields["home"])
    return _text(fields["game"]) or (f"{away} @ {home}" if away and home else away or home)


def _is_of(fields: dict[str, Any], sport: str) -> bool:
    """A back end may not look at the parameter; of a prediction without a sport nothing is known."""
    own = _text(fields["sport"]).lower()
    return sport == "all" or not own or sport in re.split(r"[^a-z]+", own)


def _text(value: Any) -> str:
    """Of a list, its texts in a row; objects are no text of ours."""
    if isinstance(value, list):
        return ". ".join(filter(None, (_text(each).rstrip(".") for each in cast("list[Any]", value))))
    if isinstance(value, dict):
        return next((_text(value[name]) for name in ("name", "team", "pick") if name in value), "")
    return "" if value is None or isinstance(value, bool) else " ".join(str(value).split())


def _price(text: str) -> str:
    """American odds with their sign; any other price as it was written."""
    if text.lower() in ("even", "evens", "ev"):
        return "+100"
    found = re.fullmatch(r"([+\u2212-]?)(\d{3,6})(\.0+)?", text)
    if found is None:
        return text[:20]
    return f"{'-' if found[1] in ('-', chr(0x2212)) else '+'}{found[2]}"


def _number(value: Any) -> float | None:
    """Of a share or a percentage; None of a word such as "high"."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)\s*%?", _text(value))
    return float(found[1]) if found else None


def _percent(value: Any, number: float | None, *, is_share: bool) -> float | None:
    """is_share: whether all of the answer's numbers are at most 1."""
    if number is None:
        return None
    percent = number * 100 if is_share and not _text(value).endswith("%") else number
    return percent if 0 <= percent <= 100 else None


_SAMPLES = {
    "mlb": Prediction(
        game="New York Yankees @ Boston Red Sox",
        pick="Red Sox +1.5",
        confidence=58,
        odds="-125",
        reasoning="A rested bullpen, and a right-hander whom the Yankees have not hit well this year.",
    ),
    "nba": Prediction(
        game="Boston Celtics @ New York Knicks",
        pick="Under 224.5",
        confidence=55,
        odds="-110",
        reasoning="Two slow teams, both without a starter.",
    ),
    "nfl": Prediction(
        game="Dallas Cowboys @ Philadelphia Eagles",
        pick="Eagles -4.5",
        confidence=53,
        odds="-108",
        reasoning="A short week for the visitors.",
    ),
}


class SamplePredictions:
    sample = True

    async def predict(self, sport: str) -> Sequence[Prediction]:
        return list(_SAMPLES.values()) if sport == "all" else [_SAMPLES[sport]] if sport in _SAMPLES else []
