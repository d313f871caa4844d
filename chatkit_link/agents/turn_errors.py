"""An answer that failed: a sentence for the user, and a line in the log for the author of what failed.

A user gets the sentence as an ``error`` event of a stream or as the detail of a problem document. On a developer's
own machine (``chatkit-link dev``) the author's line stands in the chat, too.
"""

import asyncio
import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import openai
from chatkit.errors import CustomStreamError, ErrorCode, StreamError
from chatkit.server import ChatKitServer
from chatkit.store import NotFoundError
from chatkit.types import ErrorEvent
from pydantic import BaseModel

from chatkit_link.agents.contained import cancellations
from chatkit_link.agents.errors.describe import blame, describe, is_of_model, texts
from chatkit_link.agents.errors.explain import Failure, explain
from chatkit_link.agents.models.problems import IncompleteAnswer
from chatkit_link.agents.sdk_methods import where
from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError
from chatkit_link.telemetry.logging import TEXT_TOLD
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)


class AssistantFailed(LinkError):
    """What a server or an agent was asked for outside of a stream failed; the sentence says so."""

    title = "Assistant failed"
    code = "assistant_failed"


@dataclass(frozen=True, slots=True)
class TurnErrors:
    """Tells the errors of one request.

    what: what failed, for the log: "the answer".
    conversation: texts that an error may quote, and no log may.
    for_author: whether the reader is the author.
    failed: the sentence where nothing more is known, as a code of ``chatkit_link/translations``.
    """

    caller: Caller
    what: str = "the answer"
    conversation: Sequence[str] = ()
    for_author: bool = False
    failed: Literal["assistant_failed", "action_failed"] = "assistant_failed"

    def event(self, error: BaseException) -> ErrorEvent:
        """The end of a stream. The message is in the caller's language; the log has the rest."""
        match explain(error):
            case Failure() as failure:
                line = self._log(error, failure.failure_code) if failure is not error else failure.advice
                message = self._with(line, self._text(failure).in_language(self.caller.locale))
                return ErrorEvent(message=message, allow_retry=failure.allow_retry)
            case CustomStreamError() as failure:
                line = self._log_cause(error)
                if not (failure.message or line):
                    line = self._log(error, "custom")
                message = self._with(line, failure.message or self._sentence())
                return ErrorEvent(message=message, allow_retry=failure.allow_retry)
            case StreamError() as failure:
                line = self._log_cause(error) or self._log(error, _code_of(failure))
                message = self._with(line, self._sentence())
                return ErrorEvent(code=failure.code, message=message, allow_retry=failure.allow_retry)
            case LinkError() as failure if failure.for_users:
                return ErrorEvent(message=failure.in_language(self.caller.locale), allow_retry=failure.retryable)
            case _:
                message = self._with(self._log(error), self._sentence())
                return ErrorEvent(code=ErrorCode.STREAM_ERROR, message=message, allow_retry=True)

    def problem(self, error: BaseException) -> Exception:
        """What a request that is answered without a stream raises in the place of ``error``."""
        if isinstance(error, NotFoundError) or (isinstance(error, LinkError) and error.for_users):
            return error
        event = self.event(error)
        explained = explain(error)
        if isinstance(explained, Failure):
            text = self._text(explained)
            if event.message == text.in_language(self.caller.locale):
                return AssistantFailed(text)
        plain = Localized(self.failed)
        return AssistantFailed(plain if event.message == self._sentence() else event.message or plain)

    def complete(self, event: ErrorEvent, place: str) -> ErrorEvent:
        """An error event of a server's own, with a message where it has none. place: names what yielded it."""
        if event.message:
            return event
        line = f"{place} yielded an error event without a message (code {_code_of(event)})"
        logger.warning("request %s: %s", self.caller.request_id, line)
        return event.model_copy(update={"message": self._with(line, self._sentence())})

    def _sentence(self) -> str:
        return Localized(self.failed).in_language(self.caller.locale)

    def _text(self, failure: Failure) -> Localized:
        return Localized(self.failed) if failure.failure_code == "assistant_failed" else failure.text

    def _with(self, line: str, message: str) -> str:
        return f"{message}\n\n{line}" if line and self.for_author else message

    def _log(self, error: BaseException, code: str | None = None) -> str:
        """Where the error is the model server's own, its message; for any other, what and where in the code it is.

        Gives the line for an author who reads the chat: quotations of it need not be left out there.
        """
        told_by_server = isinstance(error, openai.APIError | IncompleteAnswer)
        line = describe(error) if told_by_server else blame(error, list(self.conversation))
        logger.log(
            logging.ERROR if code is None else logging.WARNING,
            "request %s: %s failed%s: %s",
            self.caller.request_id,
            self.what,
            f" ({code})" if code else "",
            line,
            exc_info=None if is_of_model(error) else error,
            extra=TEXT_TOLD,
        )
        return line if told_by_server else blame(error)

    def _log_cause(self, error: BaseException) -> str:
        """A server that ends its answer with a message of its own says by ``from`` what the reason was."""
        return self._log(error.__cause__) if error.__cause__ is not None else ""


def _code_of(given: StreamError | ErrorEvent) -> str:
    return given.code.value if isinstance(given.code, ErrorCode) else str(given.code)


@contextmanager
def refusing(
    server: ChatKitServer[Any], name: str, caller: Caller, params: BaseModel, *, for_author: bool
) -> Generator[None]:
    """What the server's method ``name`` raises inside is told to its author, and raised as a refusal to the user.

    params: of the request, whose texts an error may quote.
    """
    try:
        yield
    except BaseException as error:  # it is an author's own code
        if isinstance(error, asyncio.CancelledError) and cancellations():
            raise
        failed = "action_failed" if name == "sync_action" else "assistant_failed"
        told = TurnErrors(caller, where(server, name), list(texts(params)), for_author, failed)
        raise told.problem(error) from None


def interrupted_event(caller: Caller, uncertain: Sequence[str] = ()) -> ErrorEvent:
    """For an answer that the server could not finish, because it was stopped or died.

    uncertain: what may or may not have been done. The user may try again, but is to know of it before.
    """
    if not uncertain:
        return TurnErrors(caller).event(Failure("answer_interrupted"))
    event = TurnErrors(caller).event(Failure("step_uncertain", name=", ".join(uncertain)))
    return event.model_copy(update={"allow_retry": True})
