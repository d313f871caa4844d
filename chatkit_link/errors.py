"""Everything that can go wrong on purpose, as one tree.

    LinkError                 500
    ├── BadRequest            400  the request cannot be understood
    ├── Unauthenticated       401  nobody we know is asking
    ├── Forbidden             403  known, but not allowed here (never used for another user's data)
    ├── NotFound              404  not there, or somebody else's: the two look the same
    │   └── ThreadNotFound
    ├── Conflict              409  the thing is in a state that does not allow this
    │   ├── ThreadBusy             an answer is still being written
    │   └── ThreadLocked           by whoever runs the chat
    │       └── ThreadClosed       for good
    ├── Gone                  410  was there, is not kept any more
    ├── TooLarge              413  over a size limit
    ├── UnsupportedType       415  not a kind of file that is taken here
    ├── RangeNotSatisfiable   416  the asked part of a file is not there
    ├── Unprocessable         422  understood, but a value is not allowed
    ├── OverQuota             429  over what may be kept at all; waiting does not help
    ├── TooManyRequests       429  over a rate limit
    │   └── BudgetUsedUp           over a budget of tokens or money
    ├── Upstream              502  a model or a search provider failed
    └── Unavailable           503  starting, draining, or the database is away
    ConfigurationError             the server cannot start like this; says what to set

A class is an HTTP status and a title; the message is the sentence a person reads: what was wrong and
what to do. It is rendered once: as RFC 9457 problem+json before a stream (``http/problems.py``) or as
a ChatKit ``error`` event inside it (``protocol/response_turn.py``). Never put anything internal in a message.
"""

from chatkit.store import NotFoundError


class LinkError(Exception):
    """Base of all errors whose message may be shown to the person who caused them."""

    status = 500
    title = "Internal error"
    #: Whether the same request may succeed later; offered as "Try again" inside a stream.
    retryable = False
    #: A name for programs: a page tells it in the language of its reader, where that is not English.
    code: str | None = None
    #: The address of a page that says more.
    help: str | None = None

    def __init__(self, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}


class BadRequest(LinkError):
    status = 400
    title = "Bad request"


class Unauthenticated(LinkError):
    status = 401
    title = "Not signed in"
    code = "signed_out"

    def __init__(self, message: str) -> None:
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

    def __init__(self, size: int) -> None:
        # RFC 9110 section 15.5.17: a 416 says how long the whole is.
        headers = {"Content-Range": f"bytes */{size}"}
        super().__init__(f"The file has {size:,} bytes; the asked part is not in it.", headers=headers)


class Unprocessable(LinkError):
    status = 422
    title = "Not acceptable"


class OverQuota(LinkError):
    status = 429
    title = "No room left"
    code = "no_room_left"


class TooManyRequests(LinkError):
    status = 429
    title = "Too many requests"
    code = "rate_limited"
    retryable = True

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class BudgetUsedUp(TooManyRequests):
    title = "Budget used up"
    code = "budget_used_up"
    retryable = False  # not in a moment


class Upstream(LinkError):
    status = 502
    title = "Upstream failed"
    retryable = True


class Unavailable(LinkError):
    status = 503
    title = "Unavailable"
    code = "unavailable"
    retryable = True

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class ConfigurationError(Exception):
    """The settings cannot work; the message says which one to change and how."""
