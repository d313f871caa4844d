"""Users of a scripted model, and the usage that is recorded for them."""

import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from chatkit_link.caller import Caller
from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.settings import Price, Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.tables import usage
from tests.conftest import running
from tests.finished_stream import FinishedStream, told
from tests.limits.users import IDENTITY, bearer
from tests.model_server import MODEL, Call, Fail, ModelServer, Say, model_server

MakeSettings = Callable[..., Settings]

#: Each call of the scripted model uses 5 tokens and writes 7 (tests/model_server/responses.py).
PRICES = {MODEL: Price(input=Decimal(1), output=Decimal(2)), "*": Price(input=Decimal(100))}
CALL_COST = Decimal("0.000019")


class Spender:
    """A user with a token and a client."""

    def __init__(self, address: str, tenant: str | None = None, agent: str = "research") -> None:
        self.tenant = tenant or f"tenant-{uuid.uuid4().hex[:8]}"
        self.user = f"user-{uuid.uuid4().hex[:8]}"
        self.client = ChatKitClient(f"{address}/chatkit/{agent}", headers=bearer(self.tenant, self.user))
        self.caller = Caller(tenant=self.tenant, user=self.user)

    async def ask(self, text: str = "Hello?") -> FinishedStream:
        return await told(self.client.create_thread(text))

    async def refusal(self) -> ClientError:
        with pytest.raises(ClientError) as refused:
            await self.ask()
        return refused.value


@asynccontextmanager
async def chat(
    make: MakeSettings, *script: Say | Call | Fail, **given: Any
) -> AsyncGenerator[tuple[ModelServer, Callable[..., Spender]]]:
    """A server on a scripted model, and a factory of its users. The agent's title takes the first model call."""
    given = {"prices": PRICES, "title_model": MODEL} | given
    spenders: list[Spender] = []
    async with model_server(*script) as model:
        settings = make(
            **IDENTITY, openai_api_key="sk-x", openai_base_url=model.address, model=MODEL, search="local", **given
        )
        async with running(settings) as address:

            def new_user(tenant: str | None = None, agent: str = "research") -> Spender:
                spenders.append(Spender(address, tenant, agent))
                return spenders[-1]

            try:
                yield model, new_user
            finally:
                for one in spenders:
                    await one.client.aclose()


async def rows(database: Database, caller: Caller) -> list[Any]:
    async with database.system() as connection:
        mine = (usage.c.tenant == caller.tenant, usage.c.user_id == caller.user)
        return list(await connection.execute(select(usage).where(*mine).order_by(usage.c.kind)))
