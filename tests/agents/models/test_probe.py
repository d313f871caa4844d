"""``chatkit-link doctor --model`` calls a real server: what works is ok, what fails has the server's own message."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from typer.testing import CliRunner

from chatkit_link.agents.model_probe import Outcome, probe
from chatkit_link.cli.program import cli
from chatkit_link.settings import Settings, read_settings
from tests.model_server import Call, Fail, ModelServer, Say, Step, model_server
from tests.sdk_server import serve

APIS = ("responses", "chat_completions")
STEPS = ["answer", "tool call", "structured output", "title", "transcription"]
MODEL = "gpt-5.2"


def asked(body: dict[str, Any]) -> str:
    """Which step a request is of."""
    text = json.dumps(body)
    if "title of two to six words" in text:
        return "title"
    if "read_gauge" in text:
        return "tool call"
    return "structured output" if "Extract the place" in text else "answer"


class Answers(ModelServer):
    """Answers each step as it should be, but for those of ``scripted``."""

    scripted: dict[str, Step]

    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        step = asked(body)
        if step in self.scripted:
            return self.scripted[step]
        match step:
            case "tool call" if "21.5 degrees" not in json.dumps(body):
                return Call("read_gauge", {"room": "kitchen"})
            case "structured output":
                return Say('{"city":"Lisbon","country":"Portugal"}')
            case _:
                return Say(f"An answer to the {step}.")


@asynccontextmanager
async def answering(**instead: Step) -> AsyncGenerator[ModelServer]:
    async with model_server() as model:
        model.__class__ = Answers
        assert isinstance(model, Answers)
        model.scripted = {name.replace("_", " "): step for name, step in instead.items()}
        yield model


def settings_for(address: str, api: str = "responses", **given: Any) -> Settings:
    return read_settings(
        openai_base_url=address, openai_api_key="sk-canary-123", openai_api=api, model=MODEL, title_model=None, **given
    )


def levels(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.step: outcome.level for outcome in outcomes}


@pytest.mark.parametrize("api", APIS)
async def test_each_thing_a_chat_needs_is_asked_for_once(api: str) -> None:
    async with answering() as model:
        outcomes = await probe(settings_for(model.address, api))
    assert levels(outcomes) == dict.fromkeys(STEPS, "ok"), outcomes
    calls = [body for body in model.requests if "model" in body and body.get("path") != "transcriptions"]
    assert sorted(asked(body) for body in calls) == [
        "answer",
        "structured output",
        "title",
        "tool call",
        "tool call",
    ]
    assert {body["model"] for body in calls} == {MODEL}
    assert all(body.get("stream") for body in calls if asked(body) != "title")


@pytest.mark.parametrize("api", APIS)
async def test_a_failed_step_has_the_servers_message_and_not_the_key(api: str) -> None:
    async with answering(tool_call=Fail(401), title=Fail(401)) as model:
        outcomes = await probe(settings_for(model.address, api))
    assert levels(outcomes) == dict.fromkeys(STEPS, "ok") | {"tool call": "failed", "title": "failed"}
    texts = {outcome.step: outcome.text for outcome in outcomes}
    assert texts["tool call"].startswith("status 401: ")
    assert "sk-canary-123" not in repr(outcomes)


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("tool_call", Say("It is warm."), "without calling the tool"),
        ("structured_output", Say("Lisbon, I think."), ""),
    ],
)
async def test_an_answer_that_is_not_what_was_asked_for_fails(step: str, answer: Step, expected: str) -> None:
    async with answering(**{step: answer}) as model:
        outcomes = await probe(settings_for(model.address))
    failed = [outcome for outcome in outcomes if outcome.level == "failed"]
    assert [outcome.step for outcome in failed] == [step.replace("_", " ")]
    assert expected in failed[0].text


async def test_a_server_that_stops_in_mid_answer_is_given_up() -> None:
    async with answering(answer=Say("One moment please", hang=True)) as model:
        outcomes = await probe(settings_for(model.address), deadline=2)
    assert [(one.step, one.text) for one in outcomes if one.level != "ok"] == [
        ("answer", "no whole answer within 2 seconds")
    ]


async def test_a_server_without_transcription_is_a_warning() -> None:
    refusal = JSONResponse({"error": {"message": "no such path"}}, 404)

    def elsewhere(model: ModelServer) -> ASGIApp:
        rest: ASGIApp = model.app()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            transcription = scope["path"].endswith("/transcriptions")
            await (refusal if transcription else rest)(scope, receive, send)

        return app

    async with answering() as model, serve(elsewhere(model)) as address:
        outcomes = await probe(settings_for(f"{address}/v1"))
    assert levels(outcomes) == dict.fromkeys(STEPS, "ok") | {"transcription": "warning"}
    assert outcomes[-1].text == "no dictation: status 404: no such path"


async def test_a_page_in_place_of_an_answer_fails_in_one_short_line() -> None:
    async def page(request: Request) -> Response:
        return HTMLResponse(f"<html>\n<body>{'Sign in. ' * 500}sk-canary-123</body></html>", 403)

    async with serve(Starlette(routes=[Route("/{path:path}", page, methods=["POST"])])) as address:
        outcomes = await probe(settings_for(f"{address}/v1"))
    assert {one.level for one in outcomes} == {"failed", "warning"}
    for one in outcomes:
        assert "Sign in." in one.text and "\n" not in one.text and len(one.text) < 500, one


async def test_a_masked_key_is_left_out_too() -> None:
    async def refuse(request: Request) -> Response:
        return JSONResponse({"error": {"message": "Incorrect API key provided: sk-can*****-123. See keys."}}, 401)

    async with serve(Starlette(routes=[Route("/{path:path}", refuse, methods=["POST"])])) as address:
        outcomes = await probe(settings_for(f"{address}/v1"))
    assert outcomes[0].text == "status 401: Incorrect API key provided: [key] See keys."


async def doctor(patch: pytest.MonkeyPatch, folder: Path, **environment: str) -> tuple[int, str]:
    patch.chdir(folder)
    patch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)  # this process's log is pytest's
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CHATKIT_LINK_MODEL"):
        patch.delenv(name, raising=False)
    for name, value in environment.items():
        patch.setenv(name, value)
    ran = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor", "--model"])
    return ran.exit_code, ran.output


@pytest.mark.parametrize(("instead", "status"), [({}, 0), ({"title": Fail(401)}, 1)])
async def test_the_command_ends_with_what_came_of_it(
    instead: dict[str, Step], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering(**instead) as model:
        found, output = await doctor(
            monkeypatch, tmp_path,
            OPENAI_BASE_URL=model.address, OPENAI_API_KEY="sk-canary-123\n", CHATKIT_LINK_MODEL=MODEL,
        )  # fmt: skip
    assert found == status
    assert [line.split(":")[0].split(maxsplit=1)[1] for line in output.splitlines()[1:]] == STEPS
    assert "sk-canary-123" not in output


async def test_without_a_server_there_is_nothing_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, output = await doctor(monkeypatch, tmp_path)
    assert (status, output.startswith("There is nothing to ask")) == (0, True)


async def test_a_server_that_is_away_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, output = await doctor(monkeypatch, tmp_path, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert status == 1
    assert len(output.splitlines()) == 1 + len(STEPS)
    assert output.count("the server cannot be reached") == len(STEPS)


async def test_an_account_without_credit_is_told_with_where_to_add_it() -> None:
    spent = Fail(429, message="You exceeded your current quota.", type="insufficient_quota", code="insufficient_quota")
    async with answering(answer=spent) as model:
        outcomes = await probe(settings_for(model.address))
    (answer,) = [one for one in outcomes if one.step == "answer"]
    assert "You exceeded your current quota." in answer.text
    assert answer.text.endswith("Add credit or raise the limit where this server bills its accounts.")
