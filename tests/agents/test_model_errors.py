"""What a model's server can send in place of an answer: what the user reads, the log has, and how the chat goes on.

The server sends errors in the forms in which real ones do: before the stream and in it, over both of OpenAI's APIs.
The source of each form is noted beside it.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, RunConfig, Runner
from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from openai import AsyncOpenAI
from typing_extensions import override

from chatkit_link.agents.errors.explain import Failure, explain
from chatkit_link.client import ChatKitClient
from chatkit_link.translations import Localized
from tests.agents.test_models import APIS, MakeSettings
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.model_server import MODEL, ModelServer, Say, Step
from tests.sdk_server import serve

KEY = "sk-canary-0123456789"
QUESTION = "canary question about plum cake"


@dataclass(frozen=True)
class Refuse:
    """A status and a body before any stream; retries of the client are switched off by the header that it knows."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Break:
    """Lines of a stream that has started as usual."""

    events: tuple[dict[str, Any], ...]


def refused(message: str, **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **fields}}


@dataclass
class Contrary(ModelServer):
    """A model's server whose next answer is ``step``, and which otherwise answers."""

    script: list[Step] = field(default_factory=list[Step])
    step: Refuse | Break | None = None

    @override
    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        return Say("Fine.")

    @override
    async def create_response(self, request: Request) -> Response:
        return await self._contrary(request) or await super().create_response(request)

    @override
    async def create_completion(self, request: Request) -> Response:
        return await self._contrary(request) or await super().create_completion(request)

    async def _contrary(self, request: Request) -> Response | None:
        body = await request.json()
        if self.step is None or "title of two to six words" in json.dumps(body):
            return None
        self.requests.append(body)
        step, self.step = self.step, None
        if isinstance(step, Break):
            return StreamingResponse(self._broken(step), media_type="text/event-stream")
        headers = {"x-should-retry": "false", "x-request-id": "req_7"} | step.headers
        if isinstance(step.body, str):
            return Response(step.body, step.status, headers, media_type="text/html")
        return JSONResponse(step.body, step.status, headers)

    async def _broken(self, step: Break) -> AsyncIterator[str]:
        for event in step.events:
            yield f"event: {event.get('type', 'message')}\ndata: {json.dumps(event)}\n\n"


#: A response of which nothing has come yet.
RESPONSE: dict[str, Any] = {
    "id": "resp_1", "object": "response", "created_at": 1, "model": MODEL, "output": [], "parallel_tool_calls": True,
    "tool_choice": "auto", "tools": [], "status": "in_progress", "usage": None,
}  # fmt: skip


@pytest.fixture(scope="module")
async def contrary() -> AsyncIterator[Contrary]:
    server = Contrary()
    async with serve(server.app()) as address:
        server.address = f"{address}/v1"
        yield server


@pytest.fixture(scope="module")
async def chats(make_settings: MakeSettings, contrary: Contrary) -> AsyncIterator[dict[str, ChatKitClient]]:
    """A chat over each API."""
    async with AsyncExitStack() as stack:
        clients: dict[str, ChatKitClient] = {}
        for api in APIS:
            settings = make_settings(
                openai_api_key=KEY, openai_base_url=contrary.address, openai_api=api, model=MODEL, search="local"
            )
            address = await stack.enter_async_context(running(settings))
            clients[api] = await stack.enter_async_context(ChatKitClient(f"{address}/chatkit"))
        yield clients


def response_failed(code: str, message: str = "no") -> Break:
    """``response.failed`` of the Responses API."""
    failed = RESPONSE | {"status": "failed", "usage": None, "error": {"code": code, "message": message}}
    return Break(({"type": "response.failed", "sequence_number": 1, "response": failed},))


def response_incomplete(reason: str) -> Break:
    cut = RESPONSE | {"status": "incomplete", "incomplete_details": {"reason": reason}}
    return Break(({"type": "response.incomplete", "sequence_number": 1, "response": cut},))


def error_event(code: str, message: str = "no") -> Break:
    """``ResponseErrorEvent`` of the openai package: flat, as the reference has it."""
    return Break(({"type": "error", "sequence_number": 1, "code": code, "message": message, "param": None},))


def error_object(**error: Any) -> Break:
    """An object with ``error`` in a stream: OpenAI's own servers, OpenRouter, vLLM and llama.cpp."""
    return Break(({"error": {"message": "no", **error}},))


#: Accounts without credit, or past their limit, as their servers word it; the first is in OpenAI's documentation.
NO_CREDIT = [
    refused(
        "You exceeded your current quota, please check your plan and billing details.",
        type="insufficient_quota",
        code="insufficient_quota",
    ),
    # github.com/roackb2/heddle/pull/358
    refused("no", type="insufficient_quota", code="credit_balance_exhausted"),
    # xAI: github.com/continuedev/continue/issues/10373
    {
        "code": "Some resource has been exhausted",
        "error": "Your team 16f2151a-40f4-4a80-8ad0-cae00c27e8dd has either "
        "used all available credits or reached its monthly spending limit. To continue making API requests, please "
        "purchase more credits or raise your spending limit.",
    },
    # Moonshot: github.com/666ghj/BettaFish/issues/524
    {
        "error": {
            "message": "Your account org-1 <ak-1> is suspended due to insufficient balance, please recharge your "
            "account or check your plan and billing details",
            "type": "exceeded_current_quota_error",
        }
    },
    # Gemini, a day's quota: github.com/google-gemini/gemini-cli/issues/8437
    [
        {
            "error": {
                "code": 429,
                "message": "You exceeded your current quota, please check your plan and billing details.",
                "status": "RESOURCE_EXHAUSTED",
                "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}],
            }
        }
    ],
    # Gemini, a model without a free tier: github.com/continuedev/continue/issues/10085
    [
        {
            "error": {
                "code": 429,
                "message": "You exceeded your current quota, please check your plan and billing details."
                "\n* Quota exceeded for metric: free_tier_requests, limit: 0, model: g\nPlease retry in 38.8s.",
                "status": "RESOURCE_EXHAUSTED",
            }
        }
    ],
    # OpenCode Go before a provider: github.com/anomalyco/opencode/issues/24462
    {
        "error": {
            "message": "Error from provider: Provider returned error",
            "code": 429,
            "metadata": {"raw": '{"error":{"message":"Your account is suspended due to insufficient balance"}}'},
        }
    },
]
#: The same with another status: Anthropic (anthropics/claude-code/issues/66314), xAI (Wei-Shaw/sub2api/issues/4069),
#: Azure AI services, SiliconFlow.
NO_CREDIT_BY_STATUS = [
    (
        400,
        {
            "type": "error",
            "error": {
                "type": "invalid_request_error",
                "message": "Your credit balance is too low to "
                "access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
            },
        },
    ),
    (400, refused("Your credit balance is too low to access the Anthropic API.", code="invalid_request_error")),
    (403, {"code": "permission-denied", "error": "You have run out of credits or need a Grok subscription."}),
    (403, refused("Out of call volume quota for the F0 pricing tier. Please retry after 12 days.", code="403")),
    (403, {"code": 30001, "message": "Sorry, your account balance is insufficient", "data": None}),
]
#: A minute's limit in words about a quota: it is over by itself.
A_MINUTE = [
    {
        "error": {
            "code": 429,
            "status": "RESOURCE_EXHAUSTED",
            "message": "You exceeded your current quota, please check your plan.",
            "details": [{"violations": [{"quotaId": "GenerateContentInputTokensPerModelPerMinute-FreeTier"}]}],
        }
    }
]

BEFORE = [
    *((Refuse(429, body), "model_out_of_credit") for body in NO_CREDIT),
    *((Refuse(status, body), "model_out_of_credit") for status, body in NO_CREDIT_BY_STATUS),
    (Refuse(429, A_MINUTE), "model_busy"),
    # A 400 is about the length of the chat where its code states that, and never otherwise.
    (Refuse(400, refused("maximum context length is 8 tokens", code="context_length_exceeded")), "context_too_long"),
    (Refuse(400, refused("too long", code=400, type="exceed_context_size_error")), "context_too_long"),  # llama.cpp
    (Refuse(400, refused("This is too long: context length")), "model_refused"),
    (Refuse(400, refused("no", code="invalid_value", param="input[3]")), "model_refused"),
    (Refuse(400, refused("no", code="unsupported_value", param="reasoning.effort")), "model_setting_refused"),
    (Refuse(400, refused("no", code="unknown_parameter", param="verbosity")), "model_setting_refused"),
    (Refuse(400, refused("no", code="missing_required_parameter", param="input[0].id")), "model_refused"),
    (Refuse(400, refused("flagged", code="invalid_prompt")), "prompt_blocked"),
    (Refuse(400, refused("no", innererror={"code": "ResponsibleAIPolicyViolation"})), "prompt_blocked"),  # Azure
    (Refuse(400, refused("Your organization must be verified to stream this model.", code="unsupported_value",
                         param="stream")), "model_unverified"),
    (Refuse(400, refused("no", code="image_parse_error")), "image_refused"),
    (Refuse(400, [{"error": {"code": 400, "message": "no", "status": "RESOURCE_EXHAUSTED"}}]), "model_busy"),  # Gemini
    (Refuse(401, refused(f"Incorrect API key provided: {KEY[:6]}***6789. {QUESTION}", code="invalid_api_key")),
     "model_key_refused"),
    (Refuse(402, refused("Insufficient Balance")), "model_out_of_credit"),  # DeepSeek
    (Refuse(403, refused("no", code="unsupported_country_region_territory")), "model_region_blocked"),
    (Refuse(403, "<html>Forbidden</html>"), "model_not_allowed"),
    (Refuse(404, refused("no", code="model_not_found")), "model_unknown"),
    (Refuse(404, "<html>Not found</html>"), "model_unknown"),
    (Refuse(413, "<html>Request Entity Too Large</html>"), "request_too_large"),  # nginx
    (Refuse(422, {"detail": [{"loc": ["body"], "msg": QUESTION}]}), "model_refused"),  # FastAPI
    (Refuse(429, refused("no", code="insufficient_quota", type="insufficient_quota")), "model_out_of_credit"),
    (Refuse(429, refused("no", code="billing_hard_limit_reached")), "model_out_of_credit"),
    (Refuse(429, refused("no", code="rate_limit_exceeded")), "model_busy"),
    (Refuse(499, refused("cancelled")), "answer_disconnected"),
    (Refuse(500, "<html>Oops</html>"), "model_failed"),
    (Refuse(503, refused("Loading model", code=503)), "model_busy"),  # llama.cpp
    (Refuse(529, {"type": "error", "error": {"type": "overloaded_error", "message": "no"}}), "model_busy"),  # Anthropic
]  # fmt: skip
RESPONSES = [
    (response_failed("server_error"), "model_failed"),
    (response_failed("invalid_prompt"), "prompt_blocked"),
    (response_failed("vector_store_timeout"), "file_search_timeout"),
    (response_failed("image_content_policy_violation"), "image_blocked"),
    (response_failed("a_new_one"), "model_failed"),
    (response_incomplete("max_output_tokens"), "answer_cut"),
    (response_incomplete("content_filter"), "answer_filtered"),
    (response_failed("insufficient_quota"), "model_out_of_credit"),
    (
        response_failed(
            "rate_limit_exceeded", "You exceeded your current quota, please check your plan and billing details."
        ),
        "model_out_of_credit",
    ),
    (error_event("insufficient_quota"), "model_out_of_credit"),
    (
        Break(
            (
                {
                    "type": "error",
                    "sequence_number": 2,
                    "error": {"type": "insufficient_quota", "code": "a_new_one", "message": "no", "param": None},
                },
            )
        ),
        "model_out_of_credit",
    ),
    (error_event("context_length_exceeded"), "context_too_long"),
    (error_object(code="rate_limit_exceeded"), "model_busy"),
    (Break(({"type": "response.created", "sequence_number": 0, "response": RESPONSE},)), "answer_disconnected"),
]
CHAT = [
    (error_object(code=429), "model_busy"),  # OpenRouter
    (error_object(code=402), "model_out_of_credit"),
    (error_object(type="insufficient_quota", code="insufficient_quota"), "model_out_of_credit"),
    (
        Break(
            (
                {
                    "code": "Some resource has been exhausted",
                    "error": "Your team has either used all available credits or reached its monthly spending limit.",
                },
            )
        ),
        "model_out_of_credit",
    ),  # xAI
    (error_object(code="context_length_exceeded"), "context_too_long"),
    (error_object(type="server_error", code="a_new_one"), "model_failed"),
    (error_object(code=400, type="BadRequestError"), "model_refused"),  # vLLM
]


@pytest.mark.parametrize(
    ("api", "step", "code"),
    [(api, *case) for api in APIS for case in BEFORE]
    + [("responses", *case) for case in RESPONSES]
    + [("chat_completions", *case) for case in CHAT],
)
async def test_a_servers_error_becomes_a_true_message_and_the_chat_goes_on(
    chats: dict[str, ChatKitClient],
    contrary: Contrary,
    api: str,
    step: Refuse | Break,
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    contrary.step = step
    made = await told(chats[api].create_thread(QUESTION))
    again = await told(chats[api].add_user_message(made.thread_id, "And now?"))
    reloaded = await stored(chats[api], made.thread_id)

    assert [error.message for error in made.view.errors] == [str(Localized(code))]
    assert made.view.errors[0].allow_retry == Failure(code).allow_retry
    assert again.text == "Fine."
    assert [item.type for item in reloaded] == ["user_message", "user_message", "assistant_message"]
    assert QUESTION in json.dumps(contrary.requests[-1])
    line = next(each.getMessage() for each in caplog.records if f"({code})" in each.getMessage())
    assert KEY not in line
    assert KEY[:6] not in line
    assert QUESTION not in line


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("headers", "text", "number"),
    [
        ({"retry-after": "20"}, "no", "about 20 seconds"),
        ({"retry-after-ms": "7200"}, "no", "about 8 seconds"),
        ({}, "Rate limit reached. Please try again in 5m30s.", "about 6 minutes"),
        ({"retry-after": "1"}, "no", "in a moment"),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, "no", "in a moment"),
    ],
)
async def test_the_time_to_wait_is_reported_where_the_server_names_it(
    chats: dict[str, ChatKitClient], contrary: Contrary, api: str, headers: dict[str, str], text: str, number: str
) -> None:
    contrary.step = Refuse(429, refused(text, code="rate_limit_exceeded"), headers)
    made = await told(chats[api].create_thread("one"))
    assert number in str(made.view.errors[0].message)
    assert made.view.errors[0].allow_retry


async def test_the_message_is_in_the_users_language_with_its_number(
    make_settings: MakeSettings, contrary: Contrary
) -> None:
    contrary.step = Refuse(429, refused("no", code="rate_limit_exceeded"), {"retry-after": "20"})
    settings = make_settings(openai_api_key=KEY, openai_base_url=contrary.address, model=MODEL, search="local")
    async with (
        running(settings) as address,
        ChatKitClient(f"{address}/chatkit", headers={"Accept-Language": "de-AT"}) as client,
    ):
        made = await told(client.create_thread("eins"))
    assert "in etwa 20 Sekunden" in str(made.view.errors[0].message)


async def test_the_operator_reads_the_servers_own_message(
    chats: dict[str, ChatKitClient], contrary: Contrary, caplog: pytest.LogCaptureFixture
) -> None:
    contrary.step = Refuse(
        400, refused("Unsupported value: 'none' is not supported.", code="unsupported_value", param="reasoning.effort")
    )
    await told(chats["responses"].create_thread(QUESTION))
    assert "status=400 code=unsupported_value type=invalid_request_error param=reasoning.effort" in caplog.text
    assert "request=req_7" in caplog.text
    assert "Unsupported value: 'none' is not supported." in caplog.text


#: The first words of an answer, over either API, and then the news that the account is empty.
SPENT_MIDWAY = {
    "responses": Break(
        (
            {"type": "response.created", "sequence_number": 0, "response": RESPONSE},
            {"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": {
                "id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}},
            {"type": "response.content_part.added", "sequence_number": 2, "item_id": "msg_1", "output_index": 0,
             "content_index": 0, "part": {"type": "output_text", "text": "", "annotations": []}},
            {"type": "response.output_text.delta", "sequence_number": 3, "item_id": "msg_1", "output_index": 0,
             "content_index": 0, "delta": "Plums are", "logprobs": []},
            *response_failed("insufficient_quota", "You exceeded your current quota.").events,
        )
    ),
    "chat_completions": Break(
        (
            {"id": "c_1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [
                {"index": 0, "delta": {"role": "assistant", "content": "Plums are"}, "finish_reason": None}]},
            {"error": "Your team has either used all available credits or reached its monthly spending limit."},
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("api", APIS)
async def test_a_quota_that_is_spent_midway_keeps_what_was_written_and_is_told_as_that(
    chats: dict[str, ChatKitClient], contrary: Contrary, api: str, caplog: pytest.LogCaptureFixture
) -> None:
    contrary.step = SPENT_MIDWAY[api]
    made = await told(chats[api].create_thread(QUESTION))
    kept = await stored(chats[api], made.thread_id)
    (error,) = made.view.errors
    assert error.message == str(Localized("model_out_of_credit"))
    assert "try again" not in str(error.message).lower()
    assert not error.allow_retry
    assert [text_of(item) for item in kept] == [QUESTION, "Plums are"]
    line = next(each.getMessage() for each in caplog.records if "(model_out_of_credit)" in each.getMessage())
    assert line.startswith("request ")
    assert "quota" in line or "used all available credits" in line
    assert "Add credit or raise the limit" in line


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(("step", "code"), BEFORE)
async def test_a_run_that_does_not_stream_is_explained_alike(
    contrary: Contrary, api: str, step: Refuse, code: str
) -> None:
    """As agents that are tools of others run, and titles."""
    contrary.step = step
    async with AsyncOpenAI(api_key=KEY, base_url=contrary.address) as client:
        model = OpenAIResponsesModel("m", client) if api == "responses" else OpenAIChatCompletionsModel("m", client)
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which one it is, is the question
            await Runner.run(Agent(name="A", model=model), QUESTION, run_config=RunConfig(tracing_disabled=True))
    explained = explain(caught.value)
    assert isinstance(explained, Failure)
    assert explained.failure_code == code
