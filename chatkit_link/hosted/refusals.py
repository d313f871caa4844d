"""OpenAI's refusals, as messages for the user or the operator, whichever can act on them.

None of OpenAI's own text is passed on: it quotes parts of the key. An error of the openai package holds
the request, and the key with it, so it never becomes the cause of one of ours; what is safe to log is
logged here.
"""

import logging
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import openai

from chatkit_link.errors import Gone, LinkError, NotFound, OverQuota, TooManyRequests, Unprocessable, Upstream

logger = logging.getLogger(__name__)

#: From here on, a workflow that OpenAI does not know is one that was shut down with Agent Builder.
SHUTDOWN: Final = datetime(2026, 11, 30, tzinfo=UTC)
#: Seconds that are waited where OpenAI names none.
_USUAL_WAIT: Final = 20
#: Of an answer to a key that is over its money; waiting does not help.
_NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_SHUT_DOWN = re.compile(r"agent builder|deprecat|sunset|shut ?down|no longer (available|supported)", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class WrongKey(Unprocessable):
    title = "Key not accepted"
    code = "wrong_key"


class KeyNotAllowed(Unprocessable):
    title = "Key not allowed"
    code = "key_not_allowed"


class ServerKeyRefused(Upstream):
    title = "Not set up"
    code = "server_key_refused"
    retryable = False


class UnknownWorkflow(NotFound):
    title = "Unknown workflow"
    code = "unknown_workflow"


class AgentBuilderGone(Gone):
    title = "Agent Builder is gone"
    code = "agent_builder_gone"


class QuotaUsedUp(OverQuota):
    title = "Quota used up"
    code = "quota_used_up"


class RateLimited(TooManyRequests):
    code = "rate_limited"


class RequestRefused(Unprocessable):
    title = "Refused by OpenAI"
    code = "refused"


class UpstreamDown(Upstream):
    title = "OpenAI cannot be reached"
    code = "upstream_down"


class Refusals:
    """Explains errors of the openai package.

    help_page: returns the address of the page about leaving Agent Builder, where this server has it.
    """

    def __init__(self, help_page: Callable[[], str | None]) -> None:
        self._help = help_page

    def explain(self, error: Exception, *, own_key: bool, workflow: str | None = None) -> LinkError:
        """The error to raise, ``from None``.

        Args:
            error: what the openai package raised, or a TimeoutError.
            own_key: the user's own key was refused, not this server's.
            workflow: the id of the requested workflow.
        """
        _note(error)
        if not isinstance(error, openai.APIStatusError):
            return UpstreamDown("OpenAI did not answer. Please try again in a moment.")
        match error.status_code:
            case 401:
                return _key_refused(own_key=own_key)
            case 403:
                return _key_not_allowed(own_key=own_key)
            case 429 if is_about_money(error):
                whose = "The key's account" if own_key else "This server's account"
                return QuotaUsedUp(
                    f"{whose} at OpenAI has no credit left, or is over its budget: see Billing at platform.openai.com."
                )
            case 429:
                wait = _wait(error)
                return RateLimited(f"OpenAI takes no more requests for {wait} seconds.", retry_after=wait)
            case 400 | 404 | 410 | 422 if workflow is not None and self._is_shut_down(error):
                gone = AgentBuilderGone(
                    f"OpenAI does not run {workflow} any more: Agent Builder was shut down on 30 November 2026. "
                    "Its code and its threads can move to this server."
                )
                gone.help = self._help()
                return gone
            case 404 if workflow is None:
                return NotFound("OpenAI knows nothing by that id. It may be over, or belong to another project.")
            case 400 | 404 | 422 if error.status_code == 404 or _is_about_workflow(error):
                return UnknownWorkflow(
                    f"OpenAI does not know {workflow}: check its id, publish it in Agent Builder, "
                    "and use a key of the project that it belongs to."
                )
            case 400 | 409 | 413 | 422:
                place = f" ({error.param})" if error.param and _PLAIN.fullmatch(error.param) else ""
                return RequestRefused(f"OpenAI did not accept the session's settings{place}: check them.")
            case _:
                return UpstreamDown("OpenAI failed to answer. Please try again in a moment.")

    def _is_shut_down(self, error: openai.APIStatusError) -> bool:
        late = datetime.now(UTC) >= SHUTDOWN
        return error.status_code == 410 or (error.status_code == 404 and late) or bool(_SHUT_DOWN.search(_text(error)))


def _key_refused(*, own_key: bool) -> LinkError:
    if own_key:
        return WrongKey("OpenAI did not accept the API key: check it, or make a new one at platform.openai.com.")
    return ServerKeyRefused(
        "OpenAI did not accept this server's key. The operator must set CHATKIT_LINK_HOSTED_API_KEY."
    )


def _key_not_allowed(*, own_key: bool) -> LinkError:
    if own_key:
        return KeyNotAllowed(
            "The API key may not use ChatKit: give it write access to ChatKit, or use one without restrictions."
        )
    return ServerKeyRefused("This server's key may not use ChatKit at OpenAI. The operator must grant it access.")


def _is_about_workflow(error: openai.APIStatusError) -> bool:
    return "workflow" in f"{error.param or ''} {error.code or ''} {_text(error)}".lower()


def _text(error: openai.APIStatusError) -> str:
    return f"{error.code or ''} {error.message}"


def is_about_money(error: openai.APIStatusError) -> bool:
    """Whether the account has none left, so that waiting does not help."""
    return str(error.code or "") in _NO_MONEY or error.type == "insufficient_quota"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until OpenAI accepts requests again, if it states them: an hour at most."""
    header = headers.get("retry-after", "")
    try:
        if "retry-after-ms" in headers:
            seconds = float(headers["retry-after-ms"]) / 1000
        elif header.endswith("GMT"):  # RFC 9110 section 10.2.3: a date, or seconds
            seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        else:
            seconds = float(header)
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), 3600.0) if math.isfinite(seconds) else None


def _wait(error: openai.APIStatusError) -> int:
    seconds = retry_after(error.response.headers)
    return _USUAL_WAIT if seconds is None else max(math.ceil(seconds), 1)


def _note(error: Exception) -> None:
    """What the log may know: no text, which can quote a key."""
    if isinstance(error, openai.APIStatusError):
        details = [str(part) for part in (error.code, error.request_id) if part and _PLAIN.fullmatch(str(part))]
        logger.warning(
            "OpenAI answered %d to a ChatKit request (%s)", error.status_code, ", ".join(details) or "no code"
        )
    else:
        cause = error.__cause__ or error
        logger.warning("OpenAI did not answer a ChatKit request: %s", type(cause).__qualname__)
