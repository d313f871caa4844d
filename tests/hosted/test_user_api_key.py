"""`POST /api/create-session`: a workflow and a key in, a whole session out; and the errors it answers with."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from openai.types.beta.chatkit import ChatSession

from chatkit_link.settings import Settings
from tests.conftest import running
from tests.files.test_storage_claim import at, own_database
from tests.limits.users import SECRET, bearer
from tests.openai_server import OpenAIServer

assert at and own_database  # fixtures
KEY = "sk-good-ada"


async def create(link: str, **body: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=60) as http:
        return await http.post(f"{link}/api/create-session", json={"workflow_id": "wf_1", "api_key": KEY} | body)


async def test_a_workflow_and_a_key_give_the_whole_session(link: str, openai: OpenAIServer) -> None:
    answer = await create(link, workflow_id=" wf_68df4b13 ", user_id="ada")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    session = ChatSession.model_validate(answer.json())
    assert session == openai.sessions[session.id]
    assert session.client_secret.startswith("ek_")
    assert (session.user, session.workflow.id, session.status) == ("ada", "wf_68df4b13", "active")
    ((path, headers, body),) = openai.requests
    assert path == "/v1/chatkit/sessions"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert body == {"user": "ada", "workflow": {"id": "wf_68df4b13"}}


async def test_without_a_user_each_session_gets_another_uuid(link: str, openai: OpenAIServer) -> None:
    users = {(await create(link, **more)).json()["user"] for more in ({}, {"user_id": None}, {"user_id": " "})}
    assert len(users) == 3
    assert all(str(uuid.UUID(user)) == user for user in users)


async def test_the_organisation_of_the_environment_is_not_sent_with_a_users_own_key(
    make_settings: Callable[..., Settings], openai: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-server")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-the-server")
    async with running(make_settings(hosted_base_url=openai.address)) as link:
        assert (await create(link)).status_code == 200
    assert not {"openai-organization", "openai-project"} & set(openai.requests[0][1])


@pytest.mark.parametrize(
    ("body", "status", "code", "detail"),
    [
        ({"api_key": "sk-wrong-0000"}, 422, "wrong_key", "did not accept the API key"),
        ({"api_key": "sk with spaces"}, 422, "wrong_key", "no OpenAI API key"),
        ({"api_key": "sk-schlüssel"}, 422, "wrong_key", "no OpenAI API key"),
        ({"api_key": "sk-forbidden-0000"}, 422, "key_not_allowed", "may not use ChatKit"),
        ({"api_key": "sk-noquota-0000"}, 429, "quota_used_up", "no credit left"),
        ({"api_key": "sk-busy-0000"}, 429, "rate_limited", "7 seconds"),
        ({"api_key": "sk-down-0000"}, 502, "upstream_down", "try again"),
        ({"workflow_id": "wf_unknown"}, 404, "unknown_workflow", "wf_unknown"),
        ({"workflow_id": "wf_unpublished"}, 404, "unknown_workflow", "publish it"),
        ({"workflow_id": "wf_gone"}, 410, "agent_builder_gone", "30 November 2026"),
        ({"workflow_id": "asst_1"}, 422, "unprocessable", "begins with wf_"),
        ({"workflow_id": 5}, 422, "unprocessable", "workflow_id"),
        ({"user_id": "a\nb"}, 422, "unprocessable", "user_id"),
    ],
)
async def test_what_goes_wrong_is_reported_so_that_a_user_can_act(
    link: str, body: dict[str, Any], status: int, code: str, detail: str
) -> None:
    answer = await create(link, **body)
    problem = answer.json()
    assert (answer.status_code, problem.get("code")) == (status, code)
    assert detail in problem["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert str(body.get("api_key", KEY)) not in answer.text
    assert answer.headers.get("retry-after") == ("7" if code == "rate_limited" else None)


async def test_a_request_after_the_shutdown_links_to_the_guide(
    at: Callable[..., Settings], openai: OpenAIServer
) -> None:
    """The page is one of the bundled documents; with a key in its link where users have to sign in."""
    settings = at("one", hosted_base_url=openai.address, docs=None, jwt_secret=SECRET, allow_anonymous=False)
    async with running(settings) as link, httpx2.AsyncClient(headers=bearer("default", "ada")) as http:
        asked = {"workflow_id": "wf_gone", "api_key": KEY}
        answer = (await http.post(f"{link}/api/create-session", json=asked)).json()
        assert answer["help"].startswith(f"{link}/documents/docs/how-to/leaving-agent-builder.md?key=")
        # With the key in the link it is no question of signing in.
        assert (await http.get(answer["help"], headers={"Authorization": ""})).status_code == 200


async def test_a_server_that_is_away_is_a_502(make_settings: Callable[..., Settings]) -> None:
    async with running(make_settings(hosted_base_url="http://127.0.0.1:9")) as link:
        answer = await create(link)
    assert (answer.status_code, answer.json()["code"]) == (502, "upstream_down")


async def test_a_body_that_is_no_json_object_is_refused(link: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        for body in (b"", b"{", b"[]", b"null"):
            answer = await http.post(f"{link}/api/create-session", content=body)
            assert answer.status_code == 400
            assert answer.json()["detail"] == "The body must be a JSON object."
        assert (await http.post(f"{link}/api/create-session", content=b" " * 30_000)).status_code == 413


async def test_a_session_is_cancelled_with_the_key_that_made_it(link: str, openai: OpenAIServer) -> None:
    made = (await create(link)).json()
    async with httpx2.AsyncClient(timeout=60) as http:
        asked = {"session_id": made["id"], "api_key": KEY}
        cancelled = await http.post(f"{link}/api/cancel-session", json=asked)
        assert cancelled.json()["status"] == "cancelled"
        missing = await http.post(f"{link}/api/cancel-session", json=asked | {"session_id": "cksess_x"})
        assert missing.status_code == 404
        odd = await http.post(f"{link}/api/cancel-session", json=asked | {"session_id": "../x"})
        assert odd.status_code == 422
    assert openai.sessions[made["id"]].status == "cancelled"


async def test_it_can_be_switched_off(make_settings: Callable[..., Settings], openai: OpenAIServer) -> None:
    async with running(make_settings(hosted_base_url=openai.address, bring_your_own_key=False)) as link:
        answer = await create(link)
    assert answer.status_code == 404
    assert openai.requests == []


async def test_one_address_can_only_make_so_many(make_settings: Callable[..., Settings], openai: OpenAIServer) -> None:
    settings = make_settings(hosted_base_url=openai.address, limits_storage="memory", rate_sessions_address=2)
    async with running(settings) as link:
        statuses = [(await create(link)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert len(openai.requests) == 2


async def test_another_sites_page_cannot_have_one_made(link: str, openai: OpenAIServer) -> None:
    async with httpx2.AsyncClient(headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}) as http:
        answer = await http.post(f"{link}/api/create-session", json={"workflow_id": "wf_1", "api_key": KEY})
    assert answer.status_code == 403
    assert openai.requests == []
