"""The error of a model's server, as a code of ``chatkit_link/translations``.

Servers name the reason in ``error.code`` or ``error.type``; where they name none, the HTTP status is all there is.
Their prose is not looked at: it is in any wording, and may quote the user. The exceptions are named below, and one of
them, a spent quota, has a file of its own (``spent.py``).

Sources: the ``openai`` package (``types/responses/response_error.py``), OpenAI's guide "Error codes", Azure OpenAI,
Anthropic (529, ``overloaded_error``), DeepSeek and OpenRouter (402), Groq (498, 499), llama.cpp
(``exceed_context_size_error``), Gemini (``RESOURCE_EXHAUSTED``).
"""

import math
import re
from collections.abc import Mapping
from typing import Any, Final, cast

import openai

from chatkit_link.agents.errors.spent import is_spent

#: Our code -> what servers call it, in small letters.
_NAMES: Final[Mapping[str, str]] = {
    "model_key_refused": "invalid_api_key invalid_authentication authentication_error unauthenticated token_expired",
    "model_not_allowed": "permission_denied permission_error insufficient_permissions data_residency_mismatch "
    "account_deactivated organization_restricted model_terms_required",
    "model_region_blocked": "unsupported_country_region_territory unsupported_region",
    "model_unknown": "model_not_found deploymentnotfound model_decommissioned model_not_available",
    "model_out_of_credit": "insufficient_quota billing_hard_limit_reached billing_hard_limit billing_not_active "
    "billing_error insufficient_balance insufficient_credits insufficient_funds payment_required spend_limit_reached "
    "credit_balance_exhausted exceeded_current_quota_error quota_exceeded quotaexceeded budget_exceeded arrearage "
    "accountoverdueerror",
    "model_busy": "rate_limit_exceeded rate_limit_error rate_limit_reached too_many_requests requests tokens slow_down "
    "overloaded overloaded_error engine_overloaded server_is_overloaded resource_exhausted resource_unavailable "
    "capacity_exceeded service_unavailable",
    "model_timeout": "timeout timeout_error request_timeout gateway_timeout deadline_exceeded",
    "file_search_timeout": "vector_store_timeout",
    "model_failed": "server_error internal_error internal_server_error internal",
    "context_too_long": "context_length_exceeded exceed_context_size_error context_window_exceeded "
    "model_context_window_exceeded",
    "request_too_large": "request_too_large payload_too_large string_above_max_length array_above_max_length",
    "prompt_blocked": "content_filter content_policy_violation invalid_prompt moderation_blocked bio_policy "
    "cyber_policy misalignment_policy_violation responsibleaipolicyviolation",
    "image_refused": "invalid_image invalid_image_format invalid_base64_image invalid_image_url image_too_large "
    "image_too_small image_parse_error invalid_image_mode image_file_too_large unsupported_image_media_type "
    "empty_image_file failed_to_download_image image_file_not_found",
    "image_blocked": "image_content_policy_violation",
    "answer_cut": "max_output_tokens max_tokens length",
    "model_setting_refused": "unsupported_parameter unsupported_value unknown_parameter missing_required_parameter",
}
_BY_NAME: Final = {name: code for code, names in _NAMES.items() for name in names.split()}
_BY_STATUS: Final[Mapping[int, str]] = {
    401: "model_key_refused",
    402: "model_out_of_credit",
    403: "model_not_allowed",
    408: "model_timeout",
    409: "model_failed",
    413: "request_too_large",
    425: "model_busy",
    429: "model_busy",
    498: "model_busy",
    499: "answer_disconnected",
    503: "model_busy",
    504: "model_timeout",
    524: "model_timeout",
    529: "model_busy",
}
#: Exception one: this refusal has the code of a wrong setting, or of an unknown model, and is neither.
_UNVERIFIED: Final = re.compile(r"organization must be verified", re.IGNORECASE)
#: A store is not found with the status, and often the parameter, of an unknown model.
_NO_STORE: Final = re.compile(r"\bvector[ _]stores?\b.*\b(?:not found|does not exist|expired)", re.IGNORECASE)
#: Exception two: a stream has no header for the time to wait ("Please try again in 1m30.5s").
_WAIT: Final = re.compile(
    r"(?:try again|retry) (?:in|after) (?=\d)"
    r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?) ?s(?:econds?)?)?(?:(\d+)ms)?",
    re.IGNORECASE,
)
#: Parts of a request that come from the conversation and not from the assistant's settings.
_CONTENT: Final = ("input", "messages", "instructions", "prompt")


def code_of(error: openai.APIError) -> str | None:
    """Our code for a refusal, or None where the server gives no reason that we know."""
    body = _body(error)
    names = [error.code, error.type, body.get("status"), _inner_code(body)]
    if _UNVERIFIED.search(error.message):
        return "model_unverified"
    if _NO_STORE.search(error.message):
        return "vector_store_missing"
    known = [code for name in names if (code := code_named(name, error.param)) is not None]
    # Of several names, one may be the kind of refusal and another one its reason.
    if "model_out_of_credit" in known or is_spent(error):
        return "model_out_of_credit"
    if known:
        return known[0]
    status = getattr(error, "status_code", None) or _number(error.code)
    return None if status is None else _of_status(status, error.param)


def code_named(name: Any, param: str | None = None) -> str | None:
    """Our code for a server's name of a reason. param: the part of the request that it means."""
    found = _BY_NAME.get(name.lower()) if isinstance(name, str) else None
    if found == "model_setting_refused" and param and param.startswith(_CONTENT):
        return None
    return found


def _of_status(status: int, param: str | None) -> str | None:
    if status == 404:
        # Also a file, an item or a store of earlier requests is not found like this; then it is named.
        return "model_unknown" if param in (None, "", "model") else "model_refused"
    if (known := _BY_STATUS.get(status)) is not None:
        return known
    if 400 <= status < 500:
        return "model_refused"
    return "model_failed" if status >= 500 else None


def wait_of(error: openai.APIError) -> float | None:
    """Seconds after which the server wants to be asked again, if it names them."""
    response = getattr(error, "response", None)
    headers: Mapping[str, str] = {} if response is None else response.headers
    for header, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers[header]) / unit
        except (KeyError, ValueError):  # a date: the other clock may differ from ours
            continue
        if math.isfinite(seconds) and seconds > 0:
            return seconds
    return wait_in(error.message)


def wait_in(text: str) -> float | None:
    """Seconds named in a server's message."""
    found = _WAIT.search(text[:2000])
    if found is None:
        return None
    hours, minutes, seconds, milliseconds = (float(part or 0) for part in found.groups())
    return (hours * 60 + minutes) * 60 + seconds + milliseconds / 1000 or None


def _body(error: openai.APIError) -> dict[str, Any]:
    """Gemini wraps its error in a list, and both in one more object."""
    body: Any = error.body
    if isinstance(body, list) and body:
        body = cast("list[Any]", body)[0]
    if isinstance(body, dict) and isinstance(inner := cast("dict[str, Any]", body).get("error"), dict):
        body = cast("dict[str, Any]", inner)
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _inner_code(body: dict[str, Any]) -> Any:
    """Azure's own name of the reason."""
    inner: Any = body.get("innererror")
    return cast("dict[str, Any]", inner).get("code") if isinstance(inner, dict) else None


def _number(code: str | None) -> int | None:
    """A status in the place of a code, as OpenRouter and vLLM put it into their streams."""
    return int(code) if code is not None and re.fullmatch(r"[45]\d\d", code) else None
