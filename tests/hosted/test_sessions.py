"""`POST /api/chatkit/session`: every caller gets a session of their own, of OpenAI's or of ours."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from openai.types.beta.chatkit import ChatSession

from tests.conftest import running
from tests.hosted.conftest import MakeSettings
from tests.limits.users import IDENTITY, bearer, new_message, new_user_headers
from tests.openai_server import OpenAIServer


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=60) as client:
        yield client


async def make(
    http: httpx2.AsyncClient, link: str, headers: dict[str, str], body: dict[str, Any] | None = None
) -> httpx2.Response:
    return await http.post(f"{link}/api/chatkit/session", json=body or {}, headers=headers)


async def test_the_user_is_the_caller_and_the_key_the_servers(
    http: httpx2.AsyncClient, link: str, openai: OpenAIServer
) -> None:
    answer = await make(http, link, bearer("acme", "ada"), {"user": "bob", "user_id": "bob"})
    session = ChatSession.model_validate(answer.json())
    assert (session.user, session.workflow.id) == ("acme:ada", "wf_first")
    _, headers, body = openai.requests[-1]
    assert headers["authorization"] == "Bearer sk-good-of-the-server"
    assert body == {"user": "acme:ada", "workflow": {"id": "wf_first"}}


async def test_a_page_may_choose_among_what_is_allowed(
    http: httpx2.AsyncClient, link: str, openai: OpenAIServer
) -> None:
    chosen = {
        "workflow": {"id": "wf_second", "version": "3"},
        "chatkit_configuration": {"file_upload": {"enabled": True, "max_files": 2}, "history": {"enabled": False}},
    }
    assert (await make(http, link, new_user_headers(), chosen)).status_code == 200
    assert {name: openai.requests[-1][2][name] for name in chosen} == chosen
    for wrong, status in (
        ({"workflow": {"id": "wf_third"}}, 404),
        ({"workflow": {"state_variables": {"a": {"b": 1}}}}, 422),
        ({"workflow": {"state_variables": {"a" * 65: 1}}}, 422),
        ({"chatkit_configuration": {"file_upload": {"max_file_size": 513}}}, 422),
    ):
        assert (await make(http, link, new_user_headers(), wrong)).status_code == status
    assert len(openai.requests) == 1


async def test_a_refresh_keeps_what_was_chosen_before(
    http: httpx2.AsyncClient, link: str, openai: OpenAIServer
) -> None:
    ada, chosen = new_user_headers(), {"workflow": {"id": "wf_second", "version": "3"}}
    first = (await make(http, link, ada, chosen)).json()
    second = (await make(http, link, ada, {"client_secret": first["client_secret"]})).json()
    assert second["client_secret"] != first["client_secret"]
    assert openai.requests[-1][2]["workflow"] == chosen["workflow"]
    # Another user's secret grants nothing.
    await make(http, link, new_user_headers(), {"client_secret": first["client_secret"]})
    assert openai.requests[-1][2]["workflow"] == {"id": "wf_first"}


async def test_state_for_a_workflow_at_openai_comes_from_a_back_end_and_is_not_the_users_to_renew(
    http: httpx2.AsyncClient, make_settings: MakeSettings, openai: OpenAIServer
) -> None:
    settings = make_settings(
        hosted_base_url=openai.address,
        hosted_workflows="wf_1",
        hosted_api_key="sk-good",
        server_key="k" * 32,
        **IDENTITY,
    )
    chosen = {"workflow": {"id": "wf_1", "state_variables": {"tier": "gold"}}}
    ada = {"Authorization": f"Bearer {'k' * 32}", "X-ChatKit-User": "ada", "X-ChatKit-Tenant": "acme"}
    page = bearer("acme", "ada")
    async with running(settings) as link:
        refused = await make(http, link, page, chosen)
        assert (refused.status_code, "X-ChatKit-User" in refused.json()["detail"]) == (403, True)
        made = (await make(http, link, ada, chosen)).json()
        assert openai.requests[-1][2]["workflow"] == chosen["workflow"]
        former = {"client_secret": made["client_secret"]}
        assert (await make(http, link, ada, former)).status_code == 200
        assert openai.requests[-1][2]["workflow"] == chosen["workflow"]
        assert (await make(http, link, page, former)).status_code == 200
        assert openai.requests[-1][2]["workflow"] == {"id": "wf_1"}


async def test_a_session_is_cancelled_by_whose_it_is(http: httpx2.AsyncClient, link: str, openai: OpenAIServer) -> None:
    ada = new_user_headers()
    made = (await make(http, link, ada)).json()
    url = f"{link}/api/chatkit/session/{made['id']}/cancel"
    assert (await http.post(url, headers=new_user_headers())).status_code == 404
    assert openai.sessions[made["id"]].status == "active"
    assert (await http.post(url, headers=ada)).json()["status"] == "cancelled"
    assert openai.sessions[made["id"]].status == "cancelled"


async def test_a_failure_at_openai_is_reported(http: httpx2.AsyncClient, link: str) -> None:
    answer = await make(http, link, new_user_headers(), {"workflow": {"id": "wf_gone"}})
    assert (answer.status_code, answer.json()["code"]) == (410, "agent_builder_gone")


async def test_without_a_key_the_message_is_for_the_operator(
    http: httpx2.AsyncClient, make_settings: MakeSettings, openai: OpenAIServer
) -> None:
    # The key of another model server is none of OpenAI's, and must not go there.
    settings = make_settings(
        hosted_base_url=openai.address,
        hosted_workflows="wf_1",
        openai_api_key="sk-good",
        openai_base_url=openai.address,
    )
    async with running(settings) as link:
        answer = await make(http, link, {})
    assert (answer.status_code, answer.json()["code"]) == (502, "server_key_refused")
    assert "CHATKIT_LINK_HOSTED_API_KEY" in answer.json()["detail"]
    assert openai.requests == []


async def test_a_workflow_that_has_moved_here_gets_a_session_of_ours(
    http: httpx2.AsyncClient, link: str, openai: OpenAIServer
) -> None:
    """`wf_moved` is mapped to the agent `echo` in fixtures/agents.toml: the page sends what it always sent."""
    ada = new_user_headers()
    answer = await make(http, link, ada, {"workflow": {"id": "wf_moved"}})
    session = ChatSession.model_validate(answer.json())
    assert openai.requests == []
    secret = {"Authorization": f"Bearer {session.client_secret}"}
    answer = await http.post(f"{link}/chatkit", json=new_message("hello"), headers=secret)
    assert "hello" in answer.text
    # The messages belong to her, however she signs in.
    listed = await http.post(f"{link}/chatkit/echo", json={"type": "threads.list", "params": {}}, headers=ada)
    assert len(listed.json()["data"]) == 1
    # A client secret cannot be exchanged for another one, so a session ends at its expiry.
    assert (await make(http, link, secret)).status_code == 403
    again = await make(http, link, ada, {"client_secret": session.client_secret})
    assert again.json()["workflow"]["id"] == "wf_moved"
    await http.post(f"{link}/api/chatkit/session/{session.id}/cancel", headers=ada)
    over = await http.post(f"{link}/chatkit", json=new_message("hello"), headers=secret)
    assert over.status_code == 401
    assert "cancelled" in over.json()["detail"]
