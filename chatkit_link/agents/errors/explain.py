"""A failed answer, as a message for the user who waits for it.

How it flows: an error is known by what the model's server calls it (``agents/errors/server_codes.py``), and else by its
class. Either gives a code, and the code a text (``chatkit_link/translations``). Nothing of the provider's own text goes
through: it may hold keys, addresses and prompts. What the operator reads is in ``agents/errors/describe.py``.
"""

import json
import math
import re
import socket
import ssl
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, Final, Self, cast

import anyio
import httpx2
import openai
import pydantic
from agents import exceptions
from chatkit.errors import CustomStreamError, StreamError
from mcp import MCPError

from chatkit_link.agents.errors.server_codes import code_named, code_of, wait_in, wait_of
from chatkit_link.agents.models.problems import ContextTooLong, IncompleteAnswer, UnreadableAnswer
from chatkit_link.errors import LinkError
from chatkit_link.translations import Localized

#: The nearest class of an error decides. A test holds every class of openai, agents and httpx against it.
BY_CLASS: Final[Mapping[type[BaseException], str]] = {
    openai.APIError: "model_failed",
    openai.APIResponseValidationError: "answer_unreadable",
    openai.APIStatusError: "model_refused",
    openai.BadRequestError: "model_refused",
    openai.AuthenticationError: "model_key_refused",
    openai.OAuthError: "model_key_refused",
    openai.PermissionDeniedError: "model_not_allowed",
    openai.NotFoundError: "model_unknown",
    openai.ConflictError: "model_failed",
    openai.UnprocessableEntityError: "model_refused",
    openai.RateLimitError: "model_busy",
    openai.InternalServerError: "model_failed",
    openai.APIConnectionError: "model_unreachable",
    openai.APITimeoutError: "model_timeout",
    openai.LengthFinishReasonError: "answer_cut",
    openai.ContentFilterFinishReasonError: "answer_filtered",
    openai.WebSocketConnectionClosedError: "answer_disconnected",
    openai.WebSocketQueueFullError: "answer_disconnected",
    # Without a key, with two of them, or where the one that signs in for us fails.
    openai.OpenAIError: "model_misconfigured",
    exceptions.AgentsException: "assistant_failed",
    exceptions.MaxTurnsExceeded: "too_many_steps",
    exceptions.ModelBehaviorError: "answer_unusable",
    exceptions.ModelRefusalError: "answer_declined",
    exceptions.ModelTimeoutError: "model_timeout",
    exceptions.UserError: "assistant_misconfigured",
    exceptions.MCPToolCancellationError: "tool_broke",
    exceptions.ToolTimeoutError: "tool_timeout",
    exceptions.InputGuardrailTripwireTriggered: "question_blocked",
    exceptions.OutputGuardrailTripwireTriggered: "answer_blocked",
    exceptions.ToolInputGuardrailTripwireTriggered: "tool_blocked",
    exceptions.ToolOutputGuardrailTripwireTriggered: "tool_blocked",
    ContextTooLong: "context_too_long",
    UnreadableAnswer: "answer_unreadable",
    # From here on, the origin is not known to be the model's server: a tool may have called another one.
    httpx2.HTTPError: "assistant_failed",
    httpx2.TransportError: "service_unreachable",
    httpx2.TimeoutException: "service_timeout",
    httpx2.LocalProtocolError: "assistant_failed",
    httpx2.UnsupportedProtocol: "assistant_failed",
    httpx2.DecodingError: "data_unreadable",
    httpx2.InvalidURL: "assistant_failed",
    httpx2.StreamError: "assistant_failed",
    MCPError: "tool_broke",
    anyio.ClosedResourceError: "service_unreachable",
    anyio.BrokenResourceError: "service_unreachable",
    ssl.SSLError: "service_unreachable",
    socket.gaierror: "service_unreachable",
    ConnectionError: "service_unreachable",
    TimeoutError: "service_timeout",
    OSError: "assistant_failed",
    json.JSONDecodeError: "data_unreadable",
    pydantic.ValidationError: "data_unreadable",
    UnicodeError: "data_unreadable",
}
_INCOMPLETE: Final = {
    "length": "answer_cut",
    "content_filter": "answer_filtered",
    "empty": "answer_empty",
    "disconnected": "answer_disconnected",
    "failed": "model_failed",
}
_OF_MODELS = (openai.OpenAIError, IncompleteAnswer, UnreadableAnswer, ContextTooLong)
#: Where the same request may succeed, or another answer come out.
_RETRY: Final = frozenset(
    "model_busy model_busy_seconds model_busy_minutes model_timeout model_unreachable model_failed file_search_timeout "
    "answer_cut answer_filtered answer_empty answer_disconnected answer_unreadable answer_unusable answer_declined "
    "answer_interrupted answer_blocked too_many_steps tool_broke tool_timeout tool_blocked assistant_failed "
    "assistant_stopped "
    "service_unreachable service_timeout data_unreadable workflow_failed workflow_endless workflow_calls "
    "guardrails_failed".split()
)
#: agents/models/_response_terminal.py of the SDK has the server's reason in its text only.
_TERMINAL: Final = re.compile(
    r"Responses stream ended with terminal event `[\w.]+`\.(?: status=\w+;)?"
    r"(?: (?:error=ResponseError\()?code='?(?P<code>[\w.-]+)"
    r"| incomplete_details=IncompleteDetails\(reason='(?P<reason>\w+))?"
)
_NO_CHOICES: Final = re.compile(r"ChatCompletion response has no choices[^:]*(?:.*?'code': '?(?P<code>[\w.-]+))?")
#: Methods of the SDK's ``ThreadItemConverter`` that raise what a server does not read; most servers read neither.
_UNREAD: Final = {"attachment_to_message_content": "file_unread", "tag_to_message_content": "mention_unread"}
#: Causes of a lost connection: what is set cannot work, or the connection had been there.
_MISCONFIGURED = (
    httpx2.LocalProtocolError,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
    ssl.SSLCertVerificationError,
)
_BROKEN_OFF = (httpx2.ReadError, httpx2.WriteError, httpx2.CloseError, httpx2.RemoteProtocolError)


class Failure(CustomStreamError):
    """A failed answer, by its code in ``chatkit_link/translations``. The message is the English text."""

    #: What the author of the assistant is to do, in English; users do not read it.
    advice: str = ""

    def __init__(self, code: str, **values: str | int) -> None:
        self.text = Localized(code, **values)
        super().__init__(str(self.text), allow_retry=code in _RETRY)

    def with_advice(self, advice: str) -> Self:
        """The same failure, with what its author is to do."""
        self.advice = advice
        return self

    @property
    def failure_code(self) -> str:
        return self.text.code

    def in_language(self, locale: str) -> str:
        """The message in the language of a BCP 47 tag."""
        return self.text.in_language(locale)


def explain(error: BaseException) -> BaseException:
    """The same failure as an error with a message for the user, or unchanged where we have none."""
    if isinstance(error, CustomStreamError | StreamError | LinkError):
        return error
    if isinstance(error, BaseExceptionGroup):  # of a task group, such as that of an MCP client
        group = cast("BaseExceptionGroup[BaseException]", error)
        explained = (explain(each) for each in group.exceptions)
        return next((each for each in explained if isinstance(each, Failure)), group)
    code, wait = _code(error)
    if code is None:
        return error
    return _busy(wait) if code == "model_busy" and wait else Failure(code)


def unknown_model(error: openai.APIError) -> str | None:
    """The name of the model that was asked for, where its server says that it does not know it."""
    if _code(error)[0] != "model_unknown":
        return None
    try:
        body: Any = json.loads(error.request.content)
    except (ValueError, RuntimeError):  # no JSON, or a stream that is over
        return None
    name = cast("dict[str, Any]", body).get("model") if isinstance(body, dict) else None
    known = isinstance(name, str) and (error.code == "model_not_found" or name in error.message)
    return cast("str", name) if known else None


def _code(error: BaseException) -> tuple[str | None, float | None]:
    """Our code for an error, and the seconds to wait where its server names them."""
    match error:
        case IncompleteAnswer():
            return _INCOMPLETE[error.reason], None
        case openai.APIConnectionError() if not isinstance(error, openai.APITimeoutError):
            return _lost(error), None
        case openai.APIResponseValidationError():
            return "answer_unreadable", None
        case openai.APIError():
            return code_of(error) or _by_class(error), wait_of(error)
        case exceptions.ModelBehaviorError():
            return _misbehaved(str(error)), wait_in(str(error))
        case exceptions.UserError() if str(error).startswith("Hosted tools are not supported"):
            return "hosted_tools_unsupported", None
        case exceptions.AgentsException() if _ran_a_tool(error):
            # What failed inside may be a model, too: that of an agent that is a tool.
            cause = error.__cause__
            inner = _code(cause) if isinstance(cause, _OF_MODELS) else None
            timed_out = isinstance(cause, TimeoutError | httpx2.TimeoutException)
            return inner or ("tool_timeout" if timed_out else "tool_broke", None)
        case NotImplementedError() | RuntimeError() | ValueError() if unread := _unread(error):
            return unread, None
        case _:
            return _by_class(error), None


def _unread(error: Exception) -> str | None:
    """Our code for what a converter of messages has refused: it raised the error itself."""
    frames = traceback.extract_tb(error.__traceback__)
    return _UNREAD.get(frames[-1].name) if frames else None


def _by_class(error: BaseException) -> str | None:
    return next((BY_CLASS[kind] for kind in type(error).__mro__ if kind in BY_CLASS), None)


def _lost(error: openai.APIConnectionError) -> str:
    for cause in _causes(error):
        if isinstance(cause, _MISCONFIGURED):
            return "model_misconfigured"
        if isinstance(cause, _BROKEN_OFF):
            return "answer_disconnected"
    return "model_unreachable"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause, seen = error.__cause__ or error.__context__, {id(error)}
    while cause is not None and id(cause) not in seen:  # an exception may be its own cause
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _misbehaved(text: str) -> str:
    """A ``ModelBehaviorError`` is also how the SDK reports that a server has ended its answer with an error."""
    if ended := _TERMINAL.match(text):
        if reason := ended["reason"]:
            return {"max_output_tokens": "answer_cut", "content_filter": "answer_filtered"}.get(reason, "model_failed")
        return code_named(ended["code"]) or "model_failed"
    if none := _NO_CHOICES.match(text):
        return code_named(none["code"]) or "model_failed"
    if "finish_reason='length'" in text:
        return "answer_cut"
    broken_off = ("before receiving a finish_reason", "Model did not produce a final response")
    return "answer_disconnected" if any(words in text for words in broken_off) else "answer_unusable"


def _ran_a_tool(error: exceptions.AgentsException) -> bool:
    return str(error).startswith(("Error running tool ", "Error invoking MCP tool "))


def _busy(seconds: float) -> Failure:
    """A wait that is short is a moment, and one that is longer than a day is no use to the user who waits."""
    if 3 < seconds <= 90:
        return Failure("model_busy_seconds", number=math.ceil(seconds))
    if 90 < seconds <= 86_400:
        return Failure("model_busy_minutes", number=math.ceil(seconds / 60))
    return Failure("model_busy")
