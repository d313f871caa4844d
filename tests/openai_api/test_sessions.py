"""Sessions of our own, made by the unmodified openai package: what their client secrets open, and what they do not."""

import asyncio
import time
import uuid
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.beta.chatkit import ChatSession

from chatkit_link.store.engine import Database
from chatkit_link.store.sessions import clean
from tests.limits.users import new_input, new_message
from tests.openai_api.conftest import KEY


def somebody() -> str:
    return f"user-{uuid.uuid4().hex[:8]}"


async def make(client: AsyncOpenAI, **given: Any) -> ChatSession:
    return await client.beta.chatkit.sessions.create(**{"user": somebody(), "workflow": {"id": "wf_moved"}} | given)


async def post(link: str, session: ChatSession | str, body: dict[str, Any], path: str = "chatkit") -> httpx2.Response:
    secret = session if isinstance(session, str) else session.client_secret
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=20) as http:
        return await http.post(f"{link}/{path}", json=body)


async def test_a_session_has_the_defaults_of_openais(client: AsyncOpenAI) -> None:
    user = somebody()
    session = await client.beta.chatkit.sessions.create(user=user, workflow={"id": "wf_moved"})
    assert session.id.startswith("cksess_")
    assert session.client_secret.startswith("ek_")
    assert 590 < session.expires_at - time.time() <= 600
    told = session.model_dump(exclude={"id", "client_secret", "expires_at"})
    assert told == {
        "object": "chatkit.session",
        "user": user,
        "status": "active",
        "workflow": {"id": "wf_moved", "version": None, "state_variables": None, "tracing": {"enabled": True}},
        "max_requests_per_1_minute": 10,
        "rate_limits": {"max_requests_per_1_minute": 10},
        "chatkit_configuration": {
            "automatic_thread_titling": {"enabled": True},
            "file_upload": {"enabled": False, "max_file_size": 512, "max_files": 10},
            "history": {"enabled": True, "recent_threads": None},
        },
    }


async def test_everything_that_can_be_chosen_comes_back_chosen(client: AsyncOpenAI) -> None:
    session = await client.beta.chatkit.sessions.create(
        user="ada",
        workflow={"id": "echo", "version": "7", "state_variables": {"tier": "gold", "seats": 3, "vip": True, "x": 0.5},
                  "tracing": {"enabled": False}},
        expires_after={"anchor": "created_at", "seconds": 60},
        rate_limits={"max_requests_per_1_minute": 3},
        chatkit_configuration={
            "automatic_thread_titling": {"enabled": False},
            "file_upload": {"enabled": True, "max_file_size": 1, "max_files": 2},
            "history": {"enabled": True, "recent_threads": 2},
        },
    )  # fmt: skip
    assert session.workflow.model_dump() == {
        "id": "echo", "version": "7", "state_variables": {"tier": "gold", "seats": 3, "vip": True, "x": 0.5},
        "tracing": {"enabled": False},
    }  # fmt: skip
    assert 50 < session.expires_at - time.time() <= 60
    assert session.rate_limits.max_requests_per_1_minute == 3
    assert session.chatkit_configuration.history.recent_threads == 2


async def test_its_secret_lets_one_user_talk_to_one_agent(link: str, client: AsyncOpenAI) -> None:
    user = somebody()
    session = await make(client, user=user)
    told = await post(link, session, new_message("hello"))
    assert "hello" in told.text  # the agent `echo`, although another one is the server's default
    assert (await post(link, session, new_message("again"), "chatkit/echo")).status_code == 200
    other = await post(link, session, new_message("hello"), "chatkit/research")
    assert (other.status_code, other.headers["content-type"]) == (403, "application/problem+json")
    (mine,) = [thread async for thread in client.beta.chatkit.threads.list(user=user, limit=1)][:1]
    read = {"type": "threads.get_by_id", "params": {"thread_id": mine.id}}
    assert (await post(link, session, read)).json()["id"] == mine.id
    assert (await post(link, await make(client), read)).status_code == 404
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {session.client_secret}"}) as http:
        listed = (await http.get(f"{link}/api/agents")).json()
        elsewhere = await http.get(f"{link}/api/entities", params={"agent": "shop"})
    assert elsewhere.status_code == 403
    assert (listed["default"], [agent["id"] for agent in listed["agents"]]) == ("echo", ["echo"])


async def test_a_cancelled_session_is_over_at_once(link: str, client: AsyncOpenAI) -> None:
    session = await make(client)
    assert (await post(link, session, new_message())).status_code == 200
    cancelled = await client.beta.chatkit.sessions.cancel(session.id)
    assert (cancelled.status, cancelled.id) == ("cancelled", session.id)
    answer = await post(link, session, new_message())
    assert answer.status_code == 401
    assert answer.json()["detail"] == "This session was cancelled. Reload the page to start a new one."
    assert (await client.beta.chatkit.sessions.cancel(session.id)).status == "cancelled"


async def test_an_expired_session_is_refused_with_a_sentence(
    link: str, client: AsyncOpenAI, database: Database
) -> None:
    session = await make(client)
    await expire(database, session.id, "1 second")
    answer = await post(link, session, new_message())
    assert answer.status_code == 401
    assert answer.json()["detail"] == "This session has expired. Reload the page to start a new one."
    await expire(database, session.id, "2 days")
    await clean(database)
    forgotten = await post(link, session, new_message())
    assert forgotten.json()["detail"] == "This client secret is not one of this server's: ask for a new session."


async def expire(database: Database, session_id: str, ago: str) -> None:
    async with database.system() as connection:
        await connection.connection.fetch(
            "UPDATE sessions SET expires_at = now() - ($1::text)::interval WHERE id = $2", ago, session_id
        )


async def test_each_answer_says_for_how_long_the_session_lasts(link: str, client: AsyncOpenAI) -> None:
    session = await make(client, expires_after={"anchor": "created_at", "seconds": 300})
    answer = await post(link, session, {"type": "threads.list", "params": {}})
    assert 250 < int(answer.headers["x-session-expires-in"]) <= 300


async def test_an_unknown_secret_is_nobody(link: str) -> None:
    for secret in ("ek_" + "x" * 40, "ek_short"):
        answer = await post(link, secret, new_message())
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


async def test_only_a_hash_of_the_secret_is_kept(client: AsyncOpenAI, database: Database) -> None:
    session = await make(client)
    async with database.system() as connection:
        found = await connection.connection.fetch(
            "SELECT sessions::text AS row FROM sessions WHERE id = $1", session.id
        )
        assert len(found) == 1
        assert session.client_secret not in found[0].row


async def test_a_session_has_its_own_rate(link: str, client: AsyncOpenAI) -> None:
    user = somebody()
    session = await make(client, user=user, rate_limits={"max_requests_per_1_minute": 2})
    answers = [await post(link, session, new_message()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    wait = int(answers[2].headers["retry-after"])
    assert f"at most 2 a minute. Please try again in {wait} s." in answers[2].json()["detail"]
    assert (await post(link, session, {"type": "threads.list", "params": {}})).status_code == 200
    assert (await post(link, await make(client, user=user), new_message())).status_code == 200


async def test_files_are_taken_where_the_session_says_so(link: str, client: AsyncOpenAI) -> None:
    def asked(size: int) -> dict[str, Any]:
        return {"type": "attachments.create", "params": {"name": "a.txt", "size": size, "mime_type": "text/plain"}}

    without = await make(client)
    assert (await post(link, without, asked(10))).status_code == 403
    upload = {"enabled": True, "max_file_size": 1, "max_files": 2}
    session = await make(client, chatkit_configuration={"file_upload": upload})
    assert (await post(link, session, asked(1_000_001))).status_code == 413
    statuses = [(await post(link, session, asked(10))).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    async with httpx2.AsyncClient(timeout=60) as http:
        for secret, status in (
            (without, 403),
            (await make(client, chatkit_configuration={"file_upload": upload}), 413),
        ):
            headers = {"Authorization": f"Bearer {secret.client_secret}"}
            sent = await http.post(f"{link}/files", files={"file": ("a.txt", b"x" * 1_000_500)}, headers=headers)
            assert sent.status_code == status


async def test_history_and_titles_follow_the_session(link: str, client: AsyncOpenAI) -> None:
    user = somebody()
    untitled = await make(client, user=user, chatkit_configuration={"automatic_thread_titling": {"enabled": False}})
    for number in range(3):
        told = await post(link, untitled, new_message(f"number {number}"))
        assert '"title":"' not in told.text
    titled = await make(client, user=user)
    assert '"title":"Number 3"' in (await post(link, titled, new_message("number 3"))).text
    everything = {"type": "threads.list", "params": {"limit": 10}}
    assert len((await post(link, titled, everything)).json()["data"]) == 4
    hidden = await make(client, user=user, chatkit_configuration={"history": {"enabled": False}})
    assert (await post(link, hidden, everything)).json()["data"] == []
    recent = await make(client, user=user, chatkit_configuration={"history": {"recent_threads": 3}})
    first = (await post(link, recent, {"type": "threads.list", "params": {"limit": 2}})).json()
    rest = (await post(link, recent, {"type": "threads.list", "params": {"limit": 2, "after": first["after"]}})).json()
    assert (len(first["data"]), first["has_more"], len(rest["data"]), rest["has_more"]) == (2, True, 1, False)


async def test_a_session_reaches_back_no_further_than_it_says(
    link: str, client: AsyncOpenAI, database: Database
) -> None:
    user = somebody()
    for number in range(3):
        await post(link, await make(client, user=user), new_message(f"number {number}"))
    oldest, middle, newest = [thread.id async for thread in client.beta.chatkit.threads.list(user=user, order="asc")]
    everything = await make(client, user=user)
    recent = await make(client, user=user, chatkit_configuration={"history": {"recent_threads": 2}})
    none = await make(client, user=user, chatkit_configuration={"history": {"enabled": False}})
    async with database.system() as connection:
        await connection.connection.fetch(
            "UPDATE threads SET last_activity = last_activity - interval '2 days' WHERE id = $1", oldest
        )

    async def statuses(thread_id: str, session: ChatSession) -> set[int]:
        on = {"thread_id": thread_id}
        asked = [("threads.get_by_id", on), ("items.list", on), ("threads.update", on | {"title": "Mine"}),
                 ("threads.add_user_message", on | {"input": new_input("on")})]  # fmt: skip
        answers = [await post(link, session, {"type": kind, "params": params}) for kind, params in asked]
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {session.client_secret}"}) as http:
            answers.append(await http.get(f"{link}/chatkit/threads/{thread_id}/run"))
        return {answer.status_code for answer in answers}

    assert await statuses(oldest, recent) == {404}
    assert await statuses(oldest, none) == {404}
    # What a page is in the middle of outlives the session that it was begun with.
    assert await statuses(newest, none) == {200}
    assert await statuses(middle, recent) == {200}
    assert await statuses(oldest, everything) == {200}
    # To go on in a chat makes it one of the latest.
    assert await statuses(newest, recent) == {404}


async def test_only_the_server_key_makes_sessions(link: str, client: AsyncOpenAI) -> None:
    holder = await make(client)
    for key in (f"{KEY}x", holder.client_secret):
        async with AsyncOpenAI(base_url=f"{link}/v1", api_key=key, max_retries=0) as other:
            with pytest.raises(openai.AuthenticationError, match="CHATKIT_LINK_SERVER_KEY"):
                await make(other)


async def test_a_tenants_sessions_are_the_tenants(link: str, client: AsyncOpenAI) -> None:
    user = somebody()
    acme = client.with_options(default_headers={"X-ChatKit-Tenant": "acme"})
    session = await make(acme, user=user)
    await post(link, session, new_message())
    assert [thread.user async for thread in acme.beta.chatkit.threads.list(user=user)] == [user]
    assert [thread async for thread in client.beta.chatkit.threads.list(user=user)] == []
    with pytest.raises(openai.NotFoundError):
        await client.beta.chatkit.sessions.cancel(session.id)
    assert (await acme.beta.chatkit.sessions.cancel(session.id)).status == "cancelled"


async def test_the_synchronous_client_works_as_well(link: str) -> None:
    def ask() -> str:
        with openai.OpenAI(base_url=f"{link}/v1", api_key=KEY) as client:
            session = client.beta.chatkit.sessions.create(user="ada", workflow={"id": "echo"})
            return client.beta.chatkit.sessions.cancel(session.id).status

    assert await asyncio.to_thread(ask) == "cancelled"
