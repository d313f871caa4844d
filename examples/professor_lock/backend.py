"""Predictions of your own back end, or made-up ones.

The back end answers ``GET /api/predictions?sport=mlb`` with
``{"predictions": [{"game": "A @ B", "pick": "B +1.5", "confidence": 61, "odds": "-110", "reasoning": "..."}]}``.
"""

from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, Field, TypeAdapter

from .exchange import fetch


class Prediction(BaseModel):
    """confidence: percent. odds: as the back end writes them."""

    game: str
    pick: str
    confidence: float = Field(ge=0, le=100)
    odds: str = ""
    reasoning: str = ""


class Predictions(BaseModel):
    predictions: list[Prediction]


class Predictor(Protocol):
    """Who predicts. sample: whether the predictions are made up."""

    sample: bool

    async def predict(self, sport: str) -> Sequence[Prediction]:
        """For a sport, or for "all". Raises FeedError."""
        ...


_PREDICTIONS = TypeAdapter(Predictions)


class Backend:
    """The client. timeout: seconds of one request."""

    sample = False

    def __init__(self, url: str, *, timeout: float = 8.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout

    async def predict(self, sport: str) -> Sequence[Prediction]:
        answer = await fetch(
            _PREDICTIONS,
            "Your back end",
            "GET",
            f"{self._url}/api/predictions",
            timeout=self._timeout,
            params={"sport": sport},
        )
        return answer.predictions


_SAMPLES = {
    "mlb": Prediction(
        game="New York Yankees @ Boston Red Sox", pick="Red Sox +1.5", confidence=58, reasoning="A rested bullpen."
    ),
    "nba": Prediction(
        game="Boston Celtics @ New York Knicks", pick="Under 224.5", confidence=55, reasoning="Two slow teams."
    ),
    "nfl": Prediction(
        game="Dallas Cowboys @ Philadelphia Eagles", pick="Eagles -4.5", confidence=53, reasoning="A short week."
    ),
}


class SamplePredictions:
    sample = True

    async def predict(self, sport: str) -> Sequence[Prediction]:
        return list(_SAMPLES.values()) if sport == "all" else [_SAMPLES[sport]] if sport in _SAMPLES else []
