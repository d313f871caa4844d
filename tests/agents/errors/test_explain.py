"""Every error that can come out of a run has a true message: by what its server calls it, and else by its class."""

import json
import socket
import ssl
from collections.abc import Iterator
from typing import get_args

import httpx2
import openai
import pydantic
import pytest
from agents.exceptions import AgentsException, ModelBehaviorError, ToolTimeoutError, UserError
from openai.types.responses import Response, ResponseError

from chatkit_link.agents.errors.describe import describe, redacted
from chatkit_link.agents.errors.explain import BY_CLASS, Failure, explain
from chatkit_link.agents.errors.server_codes import code_named, wait_in
from chatkit_link.agents.models.problems import ContextTooLong, IncompleteAnswer, UnreadableAnswer
from chatkit_link.translations import CATALOGUE

KEY = "sk-proj-canary-0123456789"
REQUEST = httpx2.Request(
    "POST",
    "http://model.example/v1/responses",
    headers={"Authorization": f"Bearer {KEY}"},
    json={"model": "gpt-x", "input": [{"role": "user", "content": "my secret recipe for plum cake"}]},
)
#: What cannot reach a run: an import of ours, a misuse of the client's own, which no setting brings about.
_PRIVATE = {"StreamAlreadyConsumed", "APIRemovedInV1", "MutuallyExclusiveAuthError", "SubjectTokenProviderError"}


def _below(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        if child.__module__.split(".")[0] in ("openai", "agents", "httpx2"):
            yield child
            yield from _below(child)


_KINDS = {kind.__qualname__: kind for root in (openai.OpenAIError, AgentsException) for kind in _below(root)}


@pytest.mark.parametrize("kind", _KINDS.values(), ids=_KINDS)
def test_every_error_of_openai_and_agents_has_a_message_of_its_own(kind: type[Exception]) -> None:
    """A new release may add one: it is to be looked at, and not taken for its parent."""
    assert kind in BY_CLASS or kind.__name__ in _PRIVATE or kind.__name__.startswith("_")


def test_every_error_of_httpx_is_explained_by_the_nearest_class_that_is() -> None:
    kinds = {*_below(httpx2.HTTPError), httpx2.InvalidURL, *_below(httpx2.StreamError)}
    assert len(kinds) > 15
    for kind in kinds:
        assert any(parent in BY_CLASS for parent in kind.__mro__), kind
    assert _code(httpx2.ConnectTimeout("x")) == "service_timeout"
    assert _code(httpx2.ConnectError("x")) == "service_unreachable"


def test_every_code_of_the_table_is_in_the_catalogue() -> None:
    assert set(BY_CLASS.values()) <= set(CATALOGUE["en"])


@pytest.mark.parametrize("name", get_args(ResponseError.model_fields["code"].annotation))
def test_every_reason_that_the_responses_api_lists_is_known(name: str) -> None:
    assert code_named(name) in CATALOGUE["en"]


def _code(error: Exception) -> str:
    explained = explain(error)
    assert isinstance(explained, Failure), error
    return explained.failure_code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "service_timeout"),
        (ConnectionResetError(), "service_unreachable"),
        (ssl.SSLError(), "service_unreachable"),
        (socket.gaierror(), "service_unreachable"),
        (FileNotFoundError("/etc/x"), "assistant_failed"),
        (json.JSONDecodeError("x", "y", 0), "data_unreadable"),
        (UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates"), "data_unreadable"),
        (openai.OpenAIError("api_key must be set"), "model_misconfigured"),
        (IncompleteAnswer("length"), "answer_cut"),
        (IncompleteAnswer("content_filter"), "answer_filtered"),
        (IncompleteAnswer("empty"), "answer_empty"),
        (IncompleteAnswer("disconnected"), "answer_disconnected"),
        (UnreadableAnswer("an HTML page"), "answer_unreadable"),
        (ContextTooLong(), "context_too_long"),
        (UserError("no such handoff"), "assistant_misconfigured"),
        (ToolTimeoutError("slow", 1), "tool_timeout"),
        (ModelBehaviorError("Invalid JSON when parsing ..."), "answer_unusable"),
        (ExceptionGroup("tasks", [ValueError(), ConnectionRefusedError()]), "service_unreachable"),
    ],
)
def test_an_error_without_a_server_is_known_by_its_class(error: Exception, code: str) -> None:
    assert _code(error) == code


def test_an_error_of_unknown_code_stays_what_it_is() -> None:
    error = KeyError("x")
    assert explain(error) is error


def test_a_validation_error_is_data_that_cannot_be_read() -> None:
    class Point(pydantic.BaseModel):
        x: int

    with pytest.raises(pydantic.ValidationError) as caught:
        Point.model_validate({"x": "far"})
    assert _code(caught.value) == "data_unreadable"


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (httpx2.ConnectError("refused"), "model_unreachable"),
        (httpx2.LocalProtocolError("Illegal header value"), "model_misconfigured"),
        (httpx2.UnsupportedProtocol("no scheme"), "model_misconfigured"),
        (httpx2.RemoteProtocolError("peer closed"), "answer_disconnected"),
        (httpx2.ReadError("reset"), "answer_disconnected"),
    ],
)
def test_why_a_connection_failed_decides_what_is_to_be_done(cause: Exception, code: str) -> None:
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = cause
    assert _code(error) == code


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (ValueError("x"), "tool_broke"),
        (TimeoutError(), "tool_timeout"),
        (openai.APITimeoutError(REQUEST), "model_timeout"),
        (IncompleteAnswer("length"), "answer_cut"),
    ],
)
def test_a_tool_that_ends_the_run_is_known_by_what_failed_in_it(cause: Exception, code: str) -> None:
    error = UserError(f"Error running tool look_up: {cause}")
    error.__cause__ = cause
    assert _code(error) == code


def test_a_response_that_failed_is_read_from_the_text_of_the_sdk() -> None:
    """The SDK keeps only this text: a release that changes it fails here."""
    from agents.models._response_terminal import response_terminal_failure_error

    error = ResponseError(code="rate_limit_exceeded", message="code='server_error' Please try again in 1m5s.")
    response = Response.model_construct(status="failed", error=error, incomplete_details=None)
    explained = explain(response_terminal_failure_error("response.failed", response))
    assert isinstance(explained, Failure)
    assert "about 65 seconds" in explained.message
    assert explained.allow_retry


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Please try again in 20s. Visit", 20),
        ("Please try again in 1.5s.", 1.5),
        ("try again in 500ms", 0.5),
        ("Please try again in 6m0s", 360),
        ("please retry in 1h2m3s", 3723),
        ("try again in a moment", None),
        ("try again in 0s", None),
    ],
)
def test_a_wait_is_read_in_the_forms_in_which_servers_write_it(text: str, seconds: float | None) -> None:
    assert wait_in(text) == seconds


def _refusal(message: str, **body: str) -> openai.BadRequestError:
    response = httpx2.Response(400, request=REQUEST, headers={"x-request-id": "req_1"})
    return openai.BadRequestError(message, response=response, body={"message": message, **body})


def test_the_log_has_the_servers_text_and_neither_the_key_nor_the_users_message() -> None:
    error = _refusal(
        f"Unknown parameter: 'reasoning.effort'. Key {KEY} sent: my secret recipe for plum… {'x ' * 900}",
        code="unknown_parameter",
        param="reasoning.effort",
    )
    line = describe(error)
    assert "status=400 code=unknown_parameter param=reasoning.effort request=req_1 model=gpt-x" in line
    assert " server=model.example Unknown parameter" in line
    assert len(line) < 700
    assert KEY not in line
    assert "secret recipe" not in line


@pytest.mark.parametrize(
    "secret",
    ["sk-ab***xyz", "Bearer abc.def.ghi", "gsk_abcdef123456", "0123456789abcdef0123456789abcdef", "AIzaSyA-1234567890"],
)
def test_what_looks_like_a_key_is_left_out_though_it_is_unknown(secret: str) -> None:
    assert secret.removeprefix("Bearer ") not in redacted(f"Incorrect API key provided: {secret}. Or so: {secret}")


def test_words_that_only_look_like_the_beginning_of_a_key_are_kept() -> None:
    words = "The skill request_id hfoo of organization org-abc is limited: 200000 tokens per min."
    assert redacted(words) == words


def test_a_request_id_stays_whole() -> None:
    response = httpx2.Response(500, request=REQUEST, headers={"x-request-id": f"req_{'0a' * 16}"})
    assert f"request=req_{'0a' * 16}" in describe(openai.InternalServerError("no", response=response, body=None))


def test_what_the_assistants_own_code_has_raised_is_logged_without_its_text() -> None:
    error = UserError("Error running tool pay: postgres://me:secret@db")
    error.__cause__ = ValueError("postgres://me:secret@db")
    assert describe(error) == "UserError"
    assert describe(ModelBehaviorError("Invalid JSON when parsing my diary")) == "ModelBehaviorError"
    assert "connect()" in describe(UserError("Server not initialized. Make sure you call `connect()` first."))


def test_a_line_of_the_log_cannot_be_forged_by_a_server() -> None:
    assert "\n" not in describe(_refusal("bad\n12:00:00 INFO forged"))
    assert "\n" not in describe(_refusal("bad", code="a\nb"))
