"""No route forgets what a session allows: a new one is in these tests by being there.

Whoever adds a route takes its caller as ``CallerDep``, names what it looks up as ``sessions/policy.py`` does, and
says here how its body is covered, if it reads one. A route without a caller says why it needs none.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import httpx2
import pytest
from chatkit.types import ChatKitReq
from fastapi import FastAPI
from pydantic import TypeAdapter
from pydantic.json_schema import PydanticJsonSchemaWarning

from chatkit_link.app import create_app
from chatkit_link.http.identify import CallerDep, get_caller, get_server_call, greet
from chatkit_link.sessions.policy import CHECKS
from chatkit_link.settings import Settings
from tests.limits.users import new_user_headers
from tests.routes import Asked, every
from tests.sdk_server import serve
from tests.sessions.holder import MakeHolder

WITHOUT_CALLER = {
    "/chatkit.js": "public",
    "/link.js": "public",
    "/favicon.svg": "public",
    "/assets/{name}": "public",
    "/visitor": "makes a new visitor, who has nothing yet, or the one of a token or cookie that is sent",
    "/shared/{token}": "public",
    "/shared/assets/{name}": "public",
    "/api/shared/{token}": "a link that was made to be read by whoever has it",
    "/api/shared/{token}/files/{file_id}": "as above",
    "/api/shared/{token}/files/{file_id}/preview": "as above",
    "/health": "public",
    "/ready": "public",
    "/openapi.json": "public",
    "/documents/{path:path}": "the same documents for everybody who is signed in",
    "/files/{file_id}": "a signed link, which carries how far its session reaches; tried in test_reach.py",
    "/files/{file_id}/preview": "as above",
    "/workshop": "this machine only, and nothing of any user's",
    "/api/workshop/widgets": "as above",
    "/api/workshop/widgets/{name}": "as above",
    "/api/workshop/preview/{name}": "as above",
    "/api/workshop/drop": "as above",
    "/api/workshop/changes": "as above",
    "/api/workshop/widgets/{name}/rename": "as above",
    "/api/workshop/restore": "as above",
    "/api/workshop/export/{name}": "as above",
    "/api/workshop/starters": "as above",
    "/api/workshop/folder": "as above",
}
BODIES = {
    "POST /chatkit": "require_request_allowed; every request is tried in test_reach.py",
    "POST /chatkit/{agent}": "as above",
    "POST /chatkit/runs/{run_id}/cancel": "none is read",
    "PATCH /chatkit/threads/{thread_id}": "whether it is pinned, and no more",
    "POST /chatkit/threads/{thread_id}/branches": "an item of the thread in the path; tried in test_reach.py",
    "PATCH /chatkit/threads/{thread_id}/queue/{queued_id}": "a text, which names nothing",
    "DELETE /chatkit/threads/{thread_id}/queue/{queued_id}": "none is read",
    "POST /chatkit/threads/{thread_id}/queue/{queued_id}/send": "none is read",
    "POST /chatkit/threads/{thread_id}/shares": "an item of the thread of its path, and no more",
    "DELETE /chatkit/threads/{thread_id}/shares/{share_id}": "none is read",
    "POST /api/shared/{token}/continue": "none is read",
    "POST /files": "a new file; require_uploads and upload_limit",
    "POST /api/chatkit/session": "closed to sessions: require_no_session",
    "POST /api/chatkit/session/{session_id}/cancel": "none is read",
    "POST /api/create-session": "closed to sessions: require_no_session",
    "POST /api/cancel-session": "closed to sessions: require_no_session",
    "POST /api/workshop/threads/{name}": "closed to sessions: its path names what no session may use",
}
#: Parameters of a query that name nothing which belongs to a user.
HARMLESS = {"q", "after", "limit", "format"}
#: Parameters of a path that are in no table, so that the route is closed to sessions.
CLOSED = {"/api/workshop/threads/{name}"}

#: Of the requests of POST /chatkit: what names something, and what does not.
NAMING = {"thread_id", "item_id", "item_ids", "attachment_id"}
PLAIN = {
    "action", "after", "audio_base64", "input", "kind", "limit",
    "mime_type", "name", "order", "result", "size", "title",
}  # fmt: skip


def forgetful(routes: Iterable[Asked]) -> list[str]:
    """What is wrong with these routes."""
    wrong: list[str] = []
    for route in routes:
        by_server = route.calls & {get_server_call}
        if get_caller not in route.calls:
            if not by_server and greet not in route.calls and route.template not in WITHOUT_CALLER:
                wrong.append(f"{route} takes no caller, and nothing says why")
            continue
        if not route.path <= CHECKS.keys() and route.template not in CLOSED:
            wrong.append(f"{route}: {route.path - CHECKS.keys()} has no check")
        if not route.query <= CHECKS.keys() | HARMLESS:
            wrong.append(f"{route}: {route.query - CHECKS.keys()} has no check")
        if route.method not in {"GET", "HEAD"} and str(route) not in BODIES:
            wrong.append(f"{route}: nothing says how its body is covered")
    return wrong


@pytest.fixture
def whole(make_settings: Callable[..., Settings], tmp_path: Path) -> FastAPI:
    return create_app(make_settings(), workshop=tmp_path)


def test_every_route_passes_what_a_session_allows(whole: FastAPI) -> None:
    routes = list(every(whole.routes))
    assert len([route for route in routes if get_caller in route.calls]) > 10
    assert forgetful(routes) == []


def test_what_is_listed_here_is_there(whole: FastAPI) -> None:
    routes = list(every(whole.routes))
    assert set(BODIES) <= {str(route) for route in routes if get_caller in route.calls}
    assert set(WITHOUT_CALLER) <= {route.template for route in routes if get_caller not in route.calls}
    assert {route.template for route in routes} >= CLOSED


def test_a_route_that_forgets_would_be_found(whole: FastAPI) -> None:
    @whole.get("/notes")
    async def no_caller() -> str:
        return ""

    @whole.get("/notes/{note_id}")
    async def unknown_name(note_id: str, caller: CallerDep) -> str:
        return note_id + caller.user

    @whole.get("/notes/of")
    async def unknown_query(note_id: str, caller: CallerDep) -> str:
        return note_id + caller.user

    @whole.post("/notes")
    async def body(caller: CallerDep) -> str:
        return caller.user

    assert [found.partition(":")[0].removesuffix(" takes no caller, and nothing says why")
            for found in forgetful(every(whole.routes))] == [
        "GET /notes", "GET /notes/{note_id}", "GET /notes/of", "POST /notes",
    ]  # fmt: skip


async def test_a_route_whose_names_have_no_check_is_closed_to_sessions(app: FastAPI, hold: MakeHolder) -> None:
    """Also on the day on which somebody switches the test above off."""

    @app.get("/api/notes/{note_id}")
    async def note(note_id: str, caller: CallerDep) -> str:
        return note_id + caller.user

    holder = await hold()
    async with serve(app) as address, httpx2.AsyncClient(base_url=address) as http:
        held = {"Authorization": f"Bearer {holder.session.client_secret}"}
        refused = await http.get("/api/notes/1", headers=held)
        signed_in = await http.get("/api/notes/1", headers=new_user_headers())
    assert (refused.status_code, signed_in.status_code) == (403, 200)


def test_every_field_of_every_request_is_known_to_name_something_or_nothing() -> None:
    with pytest.warns(PydanticJsonSchemaWarning):
        models = TypeAdapter[object](ChatKitReq).json_schema()["$defs"]
    requests = {name: model for name, model in models.items() if name.endswith("Req")}
    assert len(requests) == 16
    for name, model in requests.items():
        params = model["properties"]["params"]
        fields = set(models[params["$ref"].rpartition("/")[2]]["properties"])
        assert fields <= NAMING | PLAIN, f"{name} has a field that sessions/policy.py has never seen"
        named = {field for field in fields if field.endswith("_id")}
        assert named <= CHECKS.keys()
