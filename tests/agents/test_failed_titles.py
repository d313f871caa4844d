"""A title that cannot be had: the answer stands, and the log says why in one line."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from typing_extensions import override

from chatkit_link.client import ChatKitClient
from tests.agents.test_model_errors import KEY, QUESTION, refused
from tests.agents.test_models import APIS, MakeSettings, asked_for_a_title
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.model_server import MODEL, ModelServer, Say, Step
from tests.sdk_server import serve


@dataclass
class NoTitles(ModelServer):
    """Answers, and refuses to find titles with ``status`` and ``body``."""

    script: list[Step] = field(default_factory=list[Step])
    status: int = 429
    body: Any = None

    @override
    def next(self, body: dict[str, Any]) -> Step:
        return Say("Fine.")

    @override
    async def create_response(self, request: Request) -> Response:
        return await self._refusal(request) or await super().create_response(request)

    @override
    async def create_completion(self, request: Request) -> Response:
        return await self._refusal(request) or await super().create_completion(request)

    async def _refusal(self, request: Request) -> Response | None:
        if not asked_for_a_title(await request.json()):
            return None
        if isinstance(self.body, str):
            return Response(self.body, self.status, {"x-should-retry": "false"}, media_type="text/html")
        return JSONResponse(self.body, self.status, {"x-should-retry": "false"})


@pytest.fixture
async def server() -> AsyncIterator[NoTitles]:
    server = NoTitles()
    async with serve(server.app()) as address:
        server.address = f"{address}/v1"
        yield server


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (429, refused("You exceeded your current quota.", code="insufficient_quota"), "model_out_of_credit",
         "RateLimitError status=429 code=insufficient_quota"),
        (401, refused(f"Incorrect API key provided: {KEY}."), "model_key_refused", "AuthenticationError status=401"),
        (404, refused("The model does not exist.", code="model_not_found"), "model_unknown", "NotFoundError"),
        (200, "<html>Sign in</html>", "answer_unreadable", "UnreadableAnswer"),
    ],
)  # fmt: skip
async def test_a_failed_title_is_one_line_with_the_code_and_the_servers_words(
    server: NoTitles,
    make_settings: MakeSettings,
    api: str,
    status: int,
    body: Any,
    code: str,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.status, server.body = status, body
    settings = make_settings(
        openai_api_key=KEY, openai_base_url=server.address, openai_api=api, model=MODEL, search="local"
    )
    async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
        made = await told(client.create_thread(QUESTION))
        kept = await stored(client, made.thread_id)
    assert [text_of(item) for item in kept] == [QUESTION, "Fine."]
    assert made.view.errors == []
    (record,) = [each for each in caplog.records if "the title failed" in each.getMessage()]
    line = record.getMessage()
    assert line.startswith("request ")
    assert f"the title failed ({code}): {words}" in line
    assert ("Add credit" in line) == (code == "model_out_of_credit")
    assert record.exc_info is None and "\n" not in line
    assert KEY not in caplog.text and QUESTION not in line
