"""The header Idempotency-Key: a request that is repeated is answered with the same session."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.beta.chatkit import ChatSession

from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.sessions import clean
from tests.conftest import running
from tests.limits.users import IDENTITY, new_message
from tests.openai_api.conftest import KEY
from tests.openai_api.test_sessions import expire, make, post, somebody


def new_key() -> str:
    return f"try-{uuid.uuid4().hex}"


async def keyed(client: AsyncOpenAI, key: str, **given: Any) -> ChatSession:
    return await make(client, extra_headers={"Idempotency-Key": key}, **{"user": "ada"} | given)


async def count(database: Database, user: str) -> int:
    async with database.system() as connection:
        return len(await connection.connection.fetch("SELECT 1 FROM sessions WHERE user_id = $1", user))


async def test_a_repeated_request_has_the_same_session_whose_secret_works(
    link: str, client: AsyncOpenAI, database: Database
) -> None:
    key, user = new_key(), somebody()
    first = await keyed(client, key, user=user)
    again = await keyed(client, key, user=user)
    assert again == first
    assert (await post(link, again, new_message("hello"))).status_code == 200
    assert await count(database, user) == 1
    other = await keyed(client, new_key(), user=user)
    assert (other.id, other.client_secret) != (first.id, first.client_secret)
    async with database.system() as connection:
        (row,) = await connection.connection.fetch("SELECT sessions::text AS row FROM sessions WHERE id = $1", first.id)
    assert key not in row.row
    assert first.client_secret not in row.row


async def test_requests_at_the_same_time_have_one_session(client: AsyncOpenAI, database: Database) -> None:
    key, user = new_key(), somebody()
    made = await asyncio.gather(*(keyed(client, key, user=user) for _ in range(8)))
    assert len({(session.id, session.client_secret) for session in made}) == 1
    assert await count(database, user) == 1


async def test_another_replica_knows_the_key(
    client: AsyncOpenAI, make_settings: Callable[..., Settings], link: str
) -> None:
    key, user = new_key(), somebody()
    first = await keyed(client, key, user=user)
    async with (
        running(make_settings(server_key=KEY, **IDENTITY)) as address,
        AsyncOpenAI(base_url=f"{address}/v1", api_key=KEY, max_retries=0) as other,
    ):
        assert address != link
        assert await keyed(other, key, user=user) == first


@pytest.mark.parametrize("change", [{"user": "bob"}, {"workflow": {"id": "echo"}}, {"expires_after": {"seconds": 9}}])
async def test_a_key_for_another_request_is_refused(client: AsyncOpenAI, change: dict[str, Any]) -> None:
    key = new_key()
    await keyed(client, key)
    with pytest.raises(openai.BadRequestError) as refused:
        await keyed(client, key, **change)
    assert refused.value.code == "idempotency_key_reused"
    assert "use a new one for each session" in refused.value.message


async def test_the_order_of_the_fields_and_defaults_make_no_other_request(client: AsyncOpenAI) -> None:
    key = new_key()
    first = await keyed(client, key, extra_body={"rate_limits": {"max_requests_per_1_minute": 10}})
    assert (await keyed(client, key)).id == first.id


async def test_the_key_of_another_tenant_is_another_key(client: AsyncOpenAI) -> None:
    acme = client.with_options(default_headers={"X-ChatKit-Tenant": "acme"})
    key = new_key()
    mine, theirs = await keyed(client, key), await keyed(acme, key, user="bob")
    assert mine.id != theirs.id
    assert mine.client_secret != theirs.client_secret
    assert (await keyed(acme, key, user="bob")).id == theirs.id


async def test_a_repeated_request_tells_what_became_of_the_session(client: AsyncOpenAI) -> None:
    key = new_key()
    first = await keyed(client, key)
    await client.beta.chatkit.sessions.cancel(first.id)
    again = await keyed(client, key)
    assert (again.id, again.status) == (first.id, "cancelled")


async def test_a_key_is_forgotten_a_day_after_the_end_of_its_session(client: AsyncOpenAI, database: Database) -> None:
    key = new_key()
    first = await keyed(client, key)
    await expire(database, first.id, "2 days")
    await clean(database)
    assert (await keyed(client, key)).id != first.id


@pytest.mark.parametrize("key", ["x" * 256, "a b"])
async def test_a_key_that_cannot_be_is_refused(client: AsyncOpenAI, key: str) -> None:
    with pytest.raises(openai.BadRequestError, match="1 to 255 visible ASCII characters"):
        await keyed(client, key)
