"""What each scope of a server key opens, and the one place where that is enforced.

Every route that identifies its caller is in ``ROUTES``, with the scopes of which a key needs one. A route that is not
in it is closed to keys with scopes, so a new route is closed until it is given a place; a test walks all routes. The
ChatKit routes read and write, by the type of the request in the body: ``require_request_scope`` looks at that.
Keys of the settings have no scopes and pass everything.

    sessions    creates and cancels sessions
    threads     acts for users: reads and writes their threads, runs and files
    read-only   reads what ``threads`` reads, and changes nothing
    admin       locks, closes, opens and deletes threads of any user
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal, get_args

from chatkit_link.caller import KeyGrant
from chatkit_link.errors import Forbidden

Scope = Literal["sessions", "threads", "read-only", "admin"]
SCOPES: Final[Collection[str]] = get_args(Scope)

_READ: Final = frozenset({"threads", "read-only"})
_WRITE: Final = frozenset({"threads"})
_SESSIONS: Final = frozenset({"sessions"})
_ADMIN: Final = frozenset({"admin"})
_ANY: Final = frozenset(SCOPES)

#: Method and path, as the route is declared -> the scopes of which one is enough.
ROUTES: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("POST", "/chatkit"): _READ,
    ("POST", "/chatkit/{agent}"): _READ,
    ("GET", "/chatkit/runs/{run_id}/events"): _READ,
    ("GET", "/chatkit/threads/{thread_id}/run"): _READ,
    ("GET", "/chatkit/threads/{thread_id}/hosts"): _READ,
    ("GET", "/chatkit/threads/{thread_id}/export"): _READ,
    ("GET", "/chatkit/threads"): _READ,
    ("GET", "/chatkit/search"): _READ,
    ("PATCH", "/chatkit/threads/{thread_id}"): _WRITE,
    ("GET", "/chatkit/threads/{thread_id}/branches"): _READ,
    ("POST", "/chatkit/threads/{thread_id}/branches"): _WRITE,
    ("POST", "/chatkit/runs/{run_id}/cancel"): _WRITE,
    ("GET", "/chatkit/threads/{thread_id}/queue"): _READ,
    ("PATCH", "/chatkit/threads/{thread_id}/queue/{queued_id}"): _WRITE,
    ("DELETE", "/chatkit/threads/{thread_id}/queue/{queued_id}"): _WRITE,
    ("POST", "/chatkit/threads/{thread_id}/queue/{queued_id}/send"): _WRITE,
    ("GET", "/chatkit/threads/{thread_id}/shares"): _READ,
    ("POST", "/chatkit/threads/{thread_id}/shares"): _WRITE,
    ("DELETE", "/chatkit/threads/{thread_id}/shares/{share_id}"): _WRITE,
    ("POST", "/api/shared/{token}/continue"): _WRITE,
    ("GET", "/api/agents"): _READ,
    ("GET", "/api/entities"): _READ,
    ("GET", "/api/entities/{entity_id}/preview"): _READ,
    ("POST", "/files"): _WRITE,
    ("GET", "/files/{file_id}/link"): _READ,
    ("GET", "/documents/{path:path}"): _READ,
    ("POST", "/api/chatkit/session"): _SESSIONS,
    ("POST", "/api/chatkit/session/{session_id}/cancel"): _SESSIONS,
    ("POST", "/api/create-session"): _SESSIONS,
    ("POST", "/api/cancel-session"): _SESSIONS,
    ("POST", "/v1/chatkit/sessions"): _SESSIONS,
    ("POST", "/v1/chatkit/sessions/{session_id}/cancel"): _SESSIONS,
    ("GET", "/v1/chatkit/threads"): _READ,
    ("GET", "/v1/chatkit/threads/{thread_id}"): _READ,
    ("GET", "/v1/chatkit/threads/{thread_id}/items"): _READ,
    ("DELETE", "/v1/chatkit/threads/{thread_id}"): _ADMIN,
    ("PUT", "/api/threads/{thread_id}/status"): _ADMIN,
    ("POST", "/api/workshop/threads/{name}"): _WRITE,
    # Pages: they are public, and only ask who is there.
    ("GET", "/"): _ANY,
    ("HEAD", "/"): _ANY,
    ("GET", "/frame.html"): _ANY,
    ("HEAD", "/frame.html"): _ANY,
}
#: Types of ChatKit requests that change nothing.
READING_REQUESTS: Final = frozenset({"threads.get_by_id", "threads.list", "items.list"})


def require_scope(grant: KeyGrant, method: str, path: str) -> None:
    """Raises Forbidden where a key does not open a route. path: as the route is declared."""
    needed = ROUTES.get((method, path))
    if grant.scopes is not None and needed is None:
        raise Forbidden("This address is not open to server keys with scopes.")
    _require(grant, needed or _ANY)


def require_request_scope(grant: KeyGrant, request_type: str) -> None:
    """The same for the type of a ChatKit request."""
    _require(grant, _READ if request_type in READING_REQUESTS else _WRITE)


def _require(grant: KeyGrant, needed: frozenset[str]) -> None:
    if grant.scopes is None or not needed.isdisjoint(grant.scopes):
        return
    *others, last = (scope for scope in SCOPES if scope in needed)
    missing = f"{', '.join(others)} or {last}" if others else last
    only = " It may only read." if grant.scopes == frozenset({"read-only"}) else ""
    raise Forbidden(f"This server key lacks the scope {missing}, which this request needs.{only}")
