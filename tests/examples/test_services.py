"""Professor Lock's clients against local servers that speak the real formats, and what they say when these fail."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from fastapi.responses import Response
from pydantic import SecretStr

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from examples.professor_lock.backend import Backend, read_predictions
from examples.professor_lock.exchange import FeedError
from examples.professor_lock.settings import LockSettings
from examples.professor_lock.sources import choose
from examples.professor_lock.statistics import own_table, prediction_table
from examples.professor_lock.stats import StatAnswer, StatServer
from examples.professor_lock.supabase import TableQuery, Tables
from tests.conftest import running
from tests.examples.conftest import Student, words
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
        with pytest.raises(FeedError, match="found no answer"):
            await stats.ask("record of nobody")


#: As a StatMuse API server answers: its own refusals have these statuses, and some are the words of an exception.
STATMUSE: dict[str, tuple[int, dict[str, Any]]] = {
    "judge": (200, {
        "success": True, "query": "judge", "answer": "Aaron Judge has hit 41 home runs this season.", "cached": False,
        "url": "https://www.statmuse.com/mlb/ask/judge-(home)-runs", "timestamp": "2026-11-25T18:40:00",
        "source": "StatMuse",
    }),
    "unknown": (200, {"success": False, "error": "No answer found", "query": "unknown", "source": "StatMuse"}),
    "blocked": (200, {"success": False, "error": "HTTP 404", "query": "blocked"}),
    "empty": (400, {"success": False, "error": "Missing query parameter"}),
    "broken": (500, {
        "success": False,
        "error": "HTTPSConnectionPool(host='www.statmuse.com', port=443): Max retries exceeded with url: /ask/broken",
    }),
    "silent": (500, {"success": False, "error": None}),
}  # fmt: skip


@asynccontextmanager
async def statmuse() -> AsyncGenerator[str]:
    app = FastAPI()

    @app.post("/query")
    async def query(question: dict[str, str]) -> Response:
        status, body = STATMUSE[question["query"].lower().split()[0]]
        return Response(json.dumps(body), status, media_type="application/json")

    async with serve(app) as address:
        yield address


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("unknown", "StatMuse found no answer. Ask it in other words."),
        ("blocked", "The statistics server has no answer: StatMuse answered with status 404."),
        ("empty", "The statistics server has no answer: Missing query parameter."),
        ("broken", "The statistics server has no answer: it could not look that up."),
        ("silent", "The statistics server answered with status 500."),
    ],
)
async def test_a_failure_of_a_statmuse_server_is_a_sentence_whatever_its_status(question: str, said: str) -> None:
    async with statmuse() as address:
        with pytest.raises(FeedError) as failed:
            await StatServer(address).ask(question)
    assert failed.value.message == said


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://www.statmuse.com/nba/ask/x?q=a b", "[statmuse.com](https://www.statmuse.com/nba/ask/x?q=a%20b)"),
        ("https://www.statmuse.com/ask/(x)", "[statmuse.com](https://www.statmuse.com/ask/%28x%29)"),
        ("javascript:alert(1)", ""),
        ("http://[broken", ""),
        ("statmuse.com/ask", ""),
        ("https://<img src=x>/ask", ""),
        ("https://a`b`c/ask", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_an_address_of_the_web_is_a_link(url: str | None, link: str) -> None:
    assert StatAnswer(url=url).link == link


PREDICTED = {"game": "A @ B", "pick": "B +1.5", "confidence": 61, "odds": "-110", "reasoning": "Rested."}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"predictions": [PREDICTED]}, ("A @ B", "B +1.5", 61, "-110", "Rested.")),
        ([PREDICTED], ("A @ B", "B +1.5", 61, "-110", "Rested.")),
        ({"success": True, "data": {"predictions": [PREDICTED]}}, ("A @ B", "B +1.5", 61, "-110", "Rested.")),
        ({"data": [{"homeTeam": "B", "awayTeam": "A", "prediction": "B ML", "confidenceScore": 0.61,
                    "americanOdds": 120, "rationale": "Rested."}]}, ("A @ B", "B ML", 61, "+120", "Rested.")),
        ({"success": True, "metadata": {"isNewUser": False}, "predictions": [{
            "id": "1", "match_teams": "A @ B", "pick": "Over 8.5", "odds": "+105", "confidence": 72, "sport": "MLB",
            "event_time": "2026-11-25T18:05:00Z", "reasoning": "Wind.", "value_percentage": 4.2, "roi_estimate": 8,
            "bet_type": "total", "status": "pending", "metadata": {}}]}, ("A @ B", "Over 8.5", 72, "+105", "Wind.")),
        ({"results": [{"home_team": "B", "away_team": "A", "selection": {"name": "B"}, "win_probability": "61%",
                       "price": 1.91, "key_factors": ["Rested.", "At home"]}]},
         ("A @ B", "B", 61, "1.91", "Rested. At home")),
        ([{"matchup": "A @ B", "pick": "B", "confidence": "high", "odds": "\u2212140"}],
         ("A @ B", "B", None, "-140", "")),
        ([{"pick": "B", "confidence": None, "odds": "EVEN", "reasoning": None}], ("", "B", None, "+100", "")),
        ([{"pick": "B", "confidence": 140, "odds": {"home": 1}}], ("", "B", None, "", "")),
    ],
)  # fmt: skip
async def test_predictions_are_read_as_back_ends_send_them(answer: Any, expected: tuple[Any, ...]) -> None:
    app = FastAPI()

    @app.get("/api/predictions")
    async def predictions() -> Any:
        return answer

    async with serve(app) as address:
        for url in (address, f"{address}/", f"{address}/api/predictions"):
            (one,) = await Backend(url).predict("mlb")
            assert (one.game, one.pick, one.confidence, one.odds, one.reasoning) == expected


def test_a_share_is_known_by_its_neighbours_and_a_sport_is_kept_apart() -> None:
    found = read_predictions([{"pick": "A", "confidence": 1}, {"pick": "B", "confidence": 0.4}])
    assert [one.confidence for one in found] == [100, 40]
    found = read_predictions([{"pick": "A", "confidence": 1}, {"pick": "B", "confidence": 55}])
    assert [one.confidence for one in found] == [1, 55]
    given = [{"pick": "A", "sport": "MLB"}, {"pick": "B", "league": "NBA"}, {"pick": "C"}, {"sport": "baseball_mlb"}]
    assert [one.pick for one in read_predictions(given, "mlb")] == ["A", "C"]
    assert read_predictions({"predictions": []}) == []


@pytest.mark.parametrize("answer", ["text", {"rows": []}, [1, 2], [{"game": "A @ B"}], {"data": None}])
def test_what_is_no_list_of_predictions_is_a_sentence(answer: Any) -> None:
    with pytest.raises(FeedError, match="not in its format"):
        read_predictions(answer)
    with pytest.raises(FeedError, match="no predictions now"):
        read_predictions({"success": False, "error": "at db.ts:14"})


async def test_a_token_is_sent_to_the_back_end_and_is_in_no_sentence() -> None:
    app = FastAPI()

    @app.get("/api/predictions")
    async def predictions(authorization: Annotated[str, Header()] = "") -> Any:
        return [PREDICTED] if authorization == f"Bearer {KEY}" else Response(status_code=401)

    async with serve(app) as address:
        assert len(await Backend(address, token=SecretStr(KEY)).predict("all")) == 1
        for token in (None, SecretStr(f"not-{KEY}")):
            with pytest.raises(FeedError, match="check BACKEND_TOKEN") as refused:
                await Backend(address, token=token).predict("all")
            assert KEY not in str(refused.value)


@pytest.fixture
async def slow_services(make_settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[tuple[str, Any]]:
    """A Professor Lock whose services of the real formats answer when ``release`` is set; its address."""
    release, app = asyncio.Event(), FastAPI()

    @app.post("/query")
    async def query(question: dict[str, str]) -> Any:
        await release.wait()
        return STATMUSE["judge"][1]

    @app.get("/api/predictions")
    async def predictions() -> Any:
        await release.wait()
        return [PREDICTED]

    (tmp_path / "chatkit-link.toml").write_text('default = "lock"\n[agents.lock]\ntarget = "lock.py"\n')
    async with serve(app) as address:
        (tmp_path / "lock.py").write_text(
            "from examples.professor_lock.professor import build\n"
            "from examples.professor_lock.settings import LockSettings\n"
            f"assistant = build(LockSettings(_env_file=None, statmuse_url={address!r}, backend_url={address!r},"
            " odds_api_key='k', odds_api_url='http://127.0.0.1:9'))\n"
        )
        async with running(make_settings(config=tmp_path / "chatkit-link.toml")) as server:
            yield server, release
        release.set()


@pytest.mark.parametrize(
    ("question", "line", "widget", "shown"),
    [
        ("Judge home run stats", "Looking up Judge home run stats", "stat-answer",
         ["Aaron Judge has hit 41 home runs this season.",
          "Source: [statmuse.com](https://www.statmuse.com/mlb/ask/judge-%28home%29-runs)"]),
        ("What does our model predict?", "Asking our model: all games", "predictions",
         ["B +1.5", "A @ B", "-110", "61 %", "Rested."]),
    ],
)  # fmt: skip
async def test_a_silent_service_is_a_line_with_the_query_until_its_card_is_there(
    slow_services: tuple[str, asyncio.Event], question: str, line: str, widget: str, shown: list[str]
) -> None:
    server, release = slow_services
    events: list[Any] = []
    async with ChatKitClient(f"{server}/chatkit") as client, asyncio.timeout(30):
        async with client.create_thread(question) as stream:
            async for received in stream:
                events.append(received.event)
                if line in received.event.model_dump_json() and received.event.type == "thread.item.updated":
                    assert not release.is_set()
                    release.set()
        student = Student(client)
        student.thread_id = next(event.thread.id for event in events if event.type == "thread.created")
        assert release.is_set(), "the line came first"
        assert set(shown) <= set(words((await student.widget(widget)).widget))
        kinds = [item.type for item in (await client.get_thread(student.thread_id)).items.data]
        assert kinds == ["user_message", "widget", "assistant_message"], "the card has taken the place of the line"


async def test_a_dead_service_is_a_sentence_in_the_line(
    slow_services: tuple[str, asyncio.Event], caplog: pytest.LogCaptureFixture
) -> None:
    server, _ = slow_services
    async with ChatKitClient(f"{server}/chatkit") as client:
        answer = await Student(client).ask("What are tonight's odds?")
    assert "No odds: all" in str(answer.view.items)
    assert "The Odds API cannot be reached. Try again later." in str(answer.view.items)
    assert "cannot be reached" in answer.text
    (line,) = [message for message in caplog.messages if "cannot be reached" in message]
    assert re.match(r"request \S+: the tool tonights_odds failed: ", line)
    assert line.endswith("(ConnectError at 127.0.0.1:9)")


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        (f"http://reader:{KEY}@127.0.0.1:9", "ConnectError at 127.0.0.1:9"),
        (f"http://nowhere.invalid/{KEY}", "ConnectError at nowhere.invalid:80"),
        ("no address", "UnsupportedProtocol at an address without a host"),
    ],
)
async def test_why_a_service_could_not_be_asked_is_for_the_log_and_holds_no_key(address: str, cause: str) -> None:
    for asked in (
        StatServer(address, timeout=5).ask("points"),
        Tables(address, SecretStr(KEY), ["bets"]).read(TableQuery(table="bets")),
        Backend(address, token=SecretStr(KEY)).predict("mlb"),
    ):
        with pytest.raises(FeedError, match="cannot be reached") as failed:
            await asked
        assert failed.value.for_log() == f"{failed.value.message} ({cause})"


def test_a_table_that_does_not_display_all_says_so() -> None:
    rows = [{"pick": f"Pick {number}"} for number in range(34)]
    whole = words(own_table(TableQuery(table="picks"), rows[:20], "UTC"))
    assert "20 rows" in whole and "Pick 19" in whole
    cut = words(own_table(TableQuery(table="picks"), rows, "UTC"))
    assert "34 rows · Only the first 20 of 34 are displayed." in cut and "Pick 20" not in cut
    predicted = words(prediction_table(read_predictions(rows), sample=False))
    assert "Only the first 20 of 34 are displayed." in predicted and "Pick 20" not in predicted


async def test_a_table_without_a_card_has_the_link_itself(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    app = FastAPI()

    @app.post("/query")
    async def query() -> dict[str, Any]:
        return {"success": True, "url": "https://www.statmuse.com/ask", "columns": ["HR"], "rows": [["41"]]}

    (tmp_path / "chatkit-link.toml").write_text('default = "lock"\n[agents.lock]\ntarget = "lock.py"\n')
    async with serve(app) as statistics:
        (tmp_path / "lock.py").write_text(
            "from examples.professor_lock.professor import build\n"
            "from examples.professor_lock.settings import LockSettings\n"
            f"assistant = build(LockSettings(_env_file=None, statmuse_url={statistics!r}))\n"
        )
        async with (
            running(make_settings(config=tmp_path / "chatkit-link.toml")) as server,
            ChatKitClient(f"{server}/chatkit") as client,
        ):
            student = Student(client)
            await student.ask("Judge home run stats")
            said = words((await student.widget("stat-table")).widget)
    assert "41" in said and "Source: [statmuse.com](https://www.statmuse.com/ask)" in said


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
