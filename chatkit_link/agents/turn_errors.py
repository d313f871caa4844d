"""The end of a turn that failed: an ``error`` event for the user, and a line in the log for the operator."""

import logging

import openai
from chatkit.errors import CustomStreamError, ErrorCode, StreamError
from chatkit.types import ErrorEvent

from chatkit_link.agents.errors.describe import describe
from chatkit_link.agents.errors.explain import Failure, explain
from chatkit_link.agents.models.problems import IncompleteAnswer
from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)


def error_event(error: Exception, caller: Caller) -> ErrorEvent:
    """The user's view of an error that ended an answer, in the caller's language; the log has the rest."""
    match explain(error):
        case Failure() as failure:
            if failure is not error:
                _log(error, failure, caller)
            return ErrorEvent(message=failure.in_language(caller.locale), allow_retry=failure.allow_retry)
        case CustomStreamError() as failure:
            return ErrorEvent(message=failure.message, allow_retry=failure.allow_retry)
        case StreamError() as failure:
            return ErrorEvent(code=failure.code, allow_retry=failure.allow_retry)
        case LinkError() as failure:
            return ErrorEvent(message=failure.in_language(caller.locale), allow_retry=failure.retryable)
        case _:
            logger.error("request %s: the answer failed", caller.request_id, exc_info=error)
            message = Localized("assistant_failed").in_language(caller.locale)
            return ErrorEvent(code=ErrorCode.STREAM_ERROR, message=message, allow_retry=True)


def interrupted_event(caller: Caller) -> ErrorEvent:
    """For an answer that the server could not finish, because it was stopped or died."""
    return error_event(Failure("answer_interrupted"), caller)


def _log(error: Exception, failure: Failure, caller: Caller) -> None:
    """The model server's own message where the error is its own; for any other, where in the code it comes from."""
    where = None if isinstance(error, openai.APIError | IncompleteAnswer) else error
    logger.warning(
        "request %s: the answer failed (%s): %s",
        caller.request_id,
        failure.failure_code,
        describe(error),
        exc_info=where,
    )
