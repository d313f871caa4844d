"""Which routes a scope opens: every route has its place, and what has none is closed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chatkit_link.app import create_app
from chatkit_link.caller import KeyGrant
from chatkit_link.errors import Forbidden
from chatkit_link.http.documents import may_read
from chatkit_link.http.identify import get_caller, get_server_call, greet
from chatkit_link.identity.scopes import READING_REQUESTS, ROUTES, SCOPES, require_request_scope, require_scope
from chatkit_link.settings import Settings
from tests.routes import every

#: What asks who is there: a route without any of these has no caller, and so no key.
IDENTIFYING = {get_caller, get_server_call, greet, may_read}
READING = {"threads.get_by_id", "threads.list", "items.list"}
WRITING = {
    "threads.create", "threads.add_user_message", "threads.add_client_tool_output", "threads.retry_after_item",
    "threads.custom_action", "threads.sync_custom_action", "threads.update", "threads.delete", "items.feedback",
    "attachments.create", "attachments.delete", "input.transcribe", "threads.add_structured_input",
}  # fmt: skip


def grant(*scopes: str) -> KeyGrant:
    return KeyGrant("a key", frozenset(scopes))


def opened(*scopes: str) -> set[str]:
    found: set[str] = set()
    for method, path in ROUTES:
        try:
            require_scope(grant(*scopes), method, path)
        except Forbidden:
            continue
        found.add(f"{method} {path}")
    return found


def test_every_route_that_identifies_its_caller_has_its_scopes(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    routes = list(every(create_app(make_settings(), workshop=tmp_path).routes))
    identifying = {(route.method, route.template) for route in routes if route.calls & IDENTIFYING}
    assert ("POST", "/chatkit") in identifying
    assert identifying == set(ROUTES)


def test_a_route_without_a_place_is_closed_to_keys_with_scopes_and_open_to_those_of_the_settings() -> None:
    for scopes in (SCOPES, ["admin"], []):
        with pytest.raises(Forbidden, match="not open to server keys with scopes"):
            require_scope(grant(*scopes), "GET", "/api/new")
    require_scope(KeyGrant("CHATKIT_LINK_SERVER_KEY"), "GET", "/api/new")


def test_a_scope_opens_what_it_is_named_for_and_nothing_else() -> None:
    pages = {"GET /", "HEAD /", "GET /frame.html", "HEAD /frame.html"}
    assert opened() == set()
    assert opened("sessions") == pages | {
        "POST /api/chatkit/session", "POST /api/chatkit/session/{session_id}/cancel", "POST /api/create-session",
        "POST /api/cancel-session", "POST /v1/chatkit/sessions", "POST /v1/chatkit/sessions/{session_id}/cancel",
    }  # fmt: skip
    assert opened("admin") == pages | {"DELETE /v1/chatkit/threads/{thread_id}", "PUT /api/threads/{thread_id}/status"}
    reads, writes = opened("read-only"), opened("threads")
    assert {route.split()[0] for route in reads - {"POST /chatkit", "POST /chatkit/{agent}"}} <= {"GET", "HEAD"}
    assert writes - reads == {
        "POST /chatkit/runs/{run_id}/cancel", "PATCH /chatkit/threads/{thread_id}",
        "POST /chatkit/threads/{thread_id}/branches", "PATCH /chatkit/threads/{thread_id}/queue/{queued_id}",
        "DELETE /chatkit/threads/{thread_id}/queue/{queued_id}",
        "POST /chatkit/threads/{thread_id}/queue/{queued_id}/send", "POST /chatkit/threads/{thread_id}/shares",
        "DELETE /chatkit/threads/{thread_id}/shares/{share_id}", "POST /api/shared/{token}/continue", "POST /files",
        "POST /api/workshop/threads/{name}",
    }  # fmt: skip
    assert reads < writes
    assert opened(*SCOPES) == {f"{method} {path}" for method, path in ROUTES}


@pytest.mark.parametrize("request_type", sorted(READING | WRITING))
def test_a_request_of_chatkit_reads_or_writes(request_type: str) -> None:
    require_request_scope(grant("threads"), request_type)
    if request_type in READING:
        require_request_scope(grant("read-only"), request_type)
        return
    with pytest.raises(Forbidden) as refused:
        require_request_scope(grant("read-only"), request_type)
    assert refused.value.message == (
        "This server key lacks the scope threads, which this request needs. It may only read."
    )


def test_the_types_of_requests_are_all_of_the_sdks() -> None:
    from typing import get_args

    from chatkit.types import ChatKitReq

    def types(union: object) -> set[str]:
        parts = get_args(union)
        if not parts:
            return {union.model_fields["type"].default}  # type: ignore[attr-defined]
        return set().union(*(types(part) for part in parts if not hasattr(part, "discriminator")))

    assert types(ChatKitReq) == READING | WRITING
    assert READING_REQUESTS == READING


def test_a_refusal_names_each_scope_that_would_do() -> None:
    with pytest.raises(Forbidden, match=r"lacks the scope threads or read-only, which this request needs\.$"):
        require_scope(grant("sessions"), "GET", "/v1/chatkit/threads")
