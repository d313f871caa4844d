"""Errors, and the bodies that servers send them in."""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.model_server.steps import Fail

#: In each error that no test words itself, so that a test can look for it: it may not reach a log or a reader.
CANARY = "sk-canary-123"


@dataclass
class Refused(Exception):
    """A request that the server refuses. ``message``, ``type``, ``param`` and ``code`` as OpenAI's errors have them."""

    status: int
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    #: Instead of the profile's own shape.
    body: Any = None
    #: It comes as an event of a stream that has begun with 200.
    in_stream: bool = False

    def __str__(self) -> str:
        return f"{self.status} {self.code or self.type}: {self.message}"


def invalid(message: str, param: str | None, code: str | None = None, *, status: int = 400) -> Refused:
    return Refused(status, message, param=param, code=code)


def unsupported_parameter(param: str, hint: str = "") -> Refused:
    # https://github.com/BoundaryML/baml/pull/2708, https://github.com/BerriAI/litellm/issues/13381
    message = f"Unsupported parameter: '{param}' is not supported with this model.{hint}"
    return invalid(message, param, "unsupported_parameter")


def either(values: tuple[str, ...] | list[str]) -> str:
    """'a', 'b', and 'c'."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"


#: status -> type, code and message. https://developers.openai.com/api/docs/guides/error-codes
USUAL = {
    400: ("invalid_request_error", None, "We could not parse the JSON body of your request."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Country not supported."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", None, "The server is overloaded or not ready yet."),
}


def failure(step: Fail) -> Refused:
    """The error of a step, with what is usual for its status where the step does not say."""
    kind, code, message = USUAL.get(step.status, ("server_error" if step.status >= 500 else "x", None, "It failed."))
    return Refused(
        step.status,
        f"{message} (key {CANARY})" if step.message is None else step.message,
        step.type or kind,
        code=step.code or code,
        headers=step.headers,
    )


def openai_body(error: Refused) -> Any:
    # https://github.com/openai/openai-python (src/openai/_exceptions.py reads code, param and type)
    return {"error": {"message": error.message, "type": error.type, "param": error.param, "code": error.code}}


def vllm_body(error: Refused) -> Any:
    """ErrorResponse of vLLM: https://github.com/vllm-project/vllm (vllm/entrypoints/openai/engine/protocol.py)."""
    kind = {404: "NotFoundError", 400: "BadRequestError"}.get(error.status, error.type)
    return {"error": {"message": error.message, "type": kind, "param": error.param, "code": error.status}}


def ollama_body(error: Refused) -> Any:
    # https://github.com/ollama/ollama/issues/6027 and https://github.com/abi/screenshot-to-code/issues/354
    kind = "invalid_request_error" if error.status == 400 else "api_error"
    return {"error": {"message": error.message, "type": kind, "param": None, "code": None}}


def llamacpp_body(error: Refused) -> Any:
    # https://github.com/ggml-org/llama.cpp/pull/15780
    return {"error": {"code": error.status, "message": error.message, "type": error.type}}


def lmstudio_body(error: Refused) -> Any:
    """A sentence: https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/237."""
    return {"error": error.message}


def litellm_body(error: Refused) -> Any:
    """The code is the status, as text: https://github.com/OpenHands/OpenHands/issues/5350."""
    message = f"litellm.BadRequestError: OpenAIException - {error.message}. Received Model Group=scripted"
    return {"error": {"message": message, "type": None, "param": None, "code": str(error.status)}}


def openrouter_body(error: Refused) -> Any:
    # https://openrouter.ai/docs/api/reference/errors-and-debugging
    return {"error": {"code": error.status, "message": error.message, "metadata": {"provider_name": "Scripted"}}}


def deepseek_body(error: Refused) -> Any:
    # https://github.com/deepseek-ai/DeepSeek-V3/issues/1053
    code = error.code or "invalid_request_error"
    return {"error": {"message": error.message, "type": error.type, "param": None, "code": code}}


def mistral_body(error: Refused) -> Any:
    # https://github.com/nearai/ironclaw/issues/1241
    return {"object": "error", "message": error.message, "type": error.type, "param": None, "code": error.code,
            "raw_status_code": error.status}  # fmt: skip


def gemini_body(error: Refused) -> Any:
    """A list of one: https://github.com/TokenRhythm/opensquilla/issues/225."""
    status = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
    word = status.get(error.status, "INTERNAL")
    return [{"error": {"code": error.status, "message": error.message, "status": word}}]


def xai_body(error: Refused) -> Any:
    # https://github.com/yym68686/uni-api/issues/105
    return {"code": "Client specified an invalid argument", "error": error.message}


def with_body(error: Refused, body: Any) -> Refused:
    return replace(error, body=body)
