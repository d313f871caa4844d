"""Professor Lock's clients against local servers that speak the real formats, and what they say when these fail."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import Response

from examples.professor_lock.backend import Backend
from examples.professor_lock.exchange import FeedError
from examples.professor_lock.settings import LockSettings
from examples.professor_lock.sources import choose
from examples.professor_lock.stats import StatServer
from tests.sdk_server import serve

KEY = "key-that-nobody-may-see"


async def test_a_service_that_is_silent_gone_or_talks_nonsense_is_a_sentence() -> None:
    app = FastAPI()
    release = asyncio.Event()

    @app.post("/silent/query")
    async def silent() -> None:
        await release.wait()

    @app.post("/nonsense/query")
    async def nonsense() -> str:
        return "no object"

    @app.post("/endless/query")
    async def endless() -> Response:
        return Response(b" " * 6_000_000)

    async with serve(app) as address:
        try:
            for path, said in (
                ("silent", "did not answer within 0.2 seconds"),
                ("nonsense", "not in its format"),
                ("endless", "more than can be read"),
                ("nowhere", "status 404"),
            ):
                with pytest.raises(FeedError, match=said):
                    await StatServer(f"{address}/{path}", timeout=0.2 if path == "silent" else 5).ask("points")
        finally:
            release.set()
        with pytest.raises(FeedError, match="cannot be reached"):
            await StatServer("http://127.0.0.1:9", timeout=5).ask("points")
        with pytest.raises(FeedError, match="cannot be reached"):
            await StatServer("no address", timeout=5).ask("points")


async def test_statistics_are_an_answer_and_perhaps_a_player_and_a_table() -> None:
    app = FastAPI()

    @app.post("/query")
    async def query(question: dict[str, str]) -> dict[str, Any]:
        if "nobody" in question["query"]:
            return {"success": False, "error": "No data found"}
        if "Porter" in question["query"]:
            player = {"name": "Sam Porter", "team": None, "figures": [{"label": "PTS", "value": 27.4}]}
            return {"answer": "27.4 points.", "error": None, "player": player, "columns": ["PTS"], "rows": [[31], [24]]}
        return {"success": True, "query": question["query"], "answer": "The Yankees are 94-68.", "cached": True}

    async with serve(app) as address:
        stats = StatServer(address)
        assert (await stats.ask("Yankees record")).answer == "The Yankees are 94-68."
        porter = await stats.ask("Porter")
        assert porter.player is not None
        assert (porter.player.team, porter.player.figures[0].value, porter.rows) == ("", "27.4", [["31"], ["24"]])
        with pytest.raises(FeedError, match="No data found"):
            await stats.ask("record of nobody")


async def test_predictions_come_from_the_back_end() -> None:
    app = FastAPI()

    @app.get("/api/predictions")
    async def predictions(sport: str) -> dict[str, Any]:
        return {"predictions": [{"game": f"{sport}: A @ B", "pick": "B +1.5", "confidence": 61, "odds": "-110"}]}

    async with serve(app) as address:
        (one,) = await Backend(address).predict("mlb")
        assert (one.game, one.pick, one.confidence) == ("mlb: A @ B", "B +1.5", 61)


def test_what_is_set_is_asked_and_what_is_not_is_sample_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # where there is no .env
    for name in ("ODDS_API_KEY", "STATMUSE_URL", "BACKEND_URL"):
        monkeypatch.delenv(name, raising=False)
    bare = choose(LockSettings())
    assert (bare.odds.sample, bare.stats.sample, bare.predictions.sample) == (True, True, True)
    monkeypatch.setenv("ODDS_API_KEY", KEY)
    monkeypatch.setenv("STATMUSE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("BACKEND_URL", "http://127.0.0.1:1")
    real = choose(LockSettings())
    assert (real.odds.sample, real.stats.sample, real.predictions.sample) == (False, False, False)
