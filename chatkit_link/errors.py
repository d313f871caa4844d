"""Everything that can go wrong on purpose, as one tree.

    LinkError                 500
    ├── BadRequest            400  the request cannot be understood
    ├── Unauthenticated       401  no known user is asking
    ├── Forbidden             403  known, but not allowed here (never used for another user's data)
    ├── NotFound              404  not there, or another user's: the two look the same
    │   └── ThreadNotFound
    ├── Conflict              409  the thing is in a state that does not allow this
    │   ├── ThreadBusy             an answer is still being written
    │   └── ThreadLocked           by the operator of the chat
    │       └── ThreadClosed       for good
    ├── Gone                  410  existed, but is no longer stored
    ├── TooLarge              413  over a size limit
    ├── UnsupportedType       415  not a type of file that is taken here
    ├── RangeNotSatisfiable   416  the asked part of a file is not there
    ├── Unprocessable         422  understood, but a value is not allowed
    ├── OverQuota             429  over a storage quota; waiting does not help
    ├── TooManyRequests       429  over a rate limit
    │   └── BudgetUsedUp           over a budget of tokens or money
    ├── Upstream              502  a model or a search provider failed
    └── Unavailable           503  starting, draining, or the database is away
        └── AgentUnavailable       its code could not be loaded at the start; other agents are served
    ConfigurationError             the server cannot start like this; the message names what to set

A class is an HTTP status, a title and a code; the message is what was wrong and what to do. A message that a user of
the chat can meet is a ``Localized`` of the catalogue (``chatkit_link/translations``), and its code takes the place of
the class's. A message for developers and operators is in English. It is rendered once, in the language of the
caller: as RFC 9457 problem+json before a stream (``http/problems.py``) or as a ChatKit ``error`` event inside it
(``agents/turn_errors.py``). Never put anything internal in a message.
"""

from collections.abc import Iterator

from chatkit.store import NotFoundError

# Part of the tree, but in a file that does not need the SDK.
from chatkit_link.configuration_error import ConfigurationError as ConfigurationError  # noqa: PLC0414 - exported
from chatkit_link.translations import Localized, language_of


class LinkError(Exception):
    """Base of all errors whose message may be displayed to the user who caused them."""

    status = 500
    title = "Internal error"
    #: Whether the same request may succeed later; offered as "Try again" inside a stream.
    retryable = False
    #: A name for programs; of the message where that is one of the catalogue.
    code = "internal_error"
    #: The address of a page with details.
    help: str | None = None
    #: Whether the message is for users of the chat; else it is the operator's, and users read that something failed.
    for_users = True
    #: For the log alone: what went wrong where, such as "ConnectError at 127.0.0.1:8080". Never a secret or a query.
    cause: str = ""
    #: The media types that are taken, where another was sent; for those who have names for them.
    types: tuple[str, ...] | None = None

    def __init__(self, message: str | Localized, *, headers: dict[str, str] | None = None) -> None:
        """message: in English, or of the catalogue."""
        super().__init__(str(message))
        self.message = str(message)
        self.headers = headers or {}
        self._localized = message if isinstance(message, Localized) else None
        if self._localized is not None:
            self.code = self._localized.code

    def in_language(self, locale: str) -> str:
        """The message in the language of a BCP 47 tag, as far as it is in the catalogue."""
        return self.message if self._localized is None else self._localized.in_language(locale)

    def for_log(self) -> str:
        """The message, and what led to it: ``cause``, or the classes of the errors that it is raised from."""
        cause = self.cause or " from ".join(classes_of(self.__cause__))
        return f"{self.message} ({cause})" if cause else self.message

    def language(self, locale: str) -> str:
        """The language that ``in_language`` answers in."""
        return "en" if self._localized is None else language_of(locale)


def classes_of(error: BaseException | None) -> Iterator[str]:
    """The names of the classes of an error and of what it is raised from."""
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield type(error).__name__
        error = error.__cause__


class BadRequest(LinkError):
    status = 400
    title = "Bad request"
    code = "bad_request"


class Unauthenticated(LinkError):
    status = 401
    title = "Not signed in"
    code = "signed_out"

    def __init__(self, message: str | Localized) -> None:
        # RFC 9110 section 11.6.1: a 401 names the scheme it wants.
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(LinkError):
    status = 403
    title = "Not allowed"
    code = "not_allowed"


class NotFound(LinkError, NotFoundError):
    """Also the SDK's ``NotFoundError``, so a ``ChatKitServer`` may catch it as its own."""

    status = 404
    title = "Not found"
    code = "not_found"


class ThreadNotFound(NotFound):
    code = "thread_not_found"


class Conflict(LinkError):
    status = 409
    title = "Conflict"
    code = "conflict"


class ThreadBusy(Conflict):
    title = "Thread is busy"
    code = "thread_busy"


class ThreadLocked(Conflict):
    title = "Thread is locked"
    code = "thread_locked"


class ThreadClosed(ThreadLocked):
    title = "Thread is closed"
    code = "thread_closed"


class Gone(LinkError):
    status = 410
    title = "Gone"
    code = "gone"


class TooLarge(LinkError):
    status = 413
    title = "Too large"
    code = "too_large"


class UnsupportedType(LinkError):
    status = 415
    title = "Type not taken"
    code = "type_not_taken"


class RangeNotSatisfiable(LinkError):
    status = 416
    title = "No such part"
    code = "range_not_satisfiable"

    def __init__(self, size: int) -> None:
        # RFC 9110 section 15.5.17: a 416 carries the full length.
        headers = {"Content-Range": f"bytes */{size}"}
        super().__init__(f"The file has {size:,} bytes; the asked part is not in it.", headers=headers)


class Unprocessable(LinkError):
    status = 422
    title = "Not acceptable"
    code = "unprocessable"


class OverQuota(LinkError):
    status = 429
    title = "No room left"
    code = "no_room_left"


class TooManyRequests(LinkError):
    status = 429
    title = "Too many requests"
    code = "rate_limited"
    retryable = True

    def __init__(self, message: str | Localized, *, retry_after: int) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class BudgetUsedUp(TooManyRequests):
    title = "Budget used up"
    code = "budget_used_up"
    retryable = False  # not in a moment


class Upstream(LinkError):
    status = 502
    title = "Upstream failed"
    code = "upstream_failed"
    retryable = True


class Unavailable(LinkError):
    status = 503
    title = "Unavailable"
    code = "unavailable"
    retryable = True

    def __init__(self, message: str | Localized, *, retry_after: int = 5) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class AgentUnavailable(Unavailable):
    title = "Assistant unavailable"
    code = "agent_unavailable"
    retryable = False  # before its operator has mended it and started the server again

    def __init__(self, message: str | Localized) -> None:
        super().__init__(message, retry_after=300)
