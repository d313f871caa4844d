"""Users of several tenants, each with a token of their own."""

import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import jwt

from chatkit_link.client import ChatKitClient

SECRET = "the tests of limits know this secret, too"
#: Settings of a server that accepts these users' tokens.
IDENTITY = {"jwt_secret": SECRET, "jwt_tenant_claim": "org"}


def bearer(tenant: str, user: str) -> dict[str, str]:
    claims = {"sub": user, "org": tenant, "exp": int(time.time()) + 3600}
    return {"Authorization": f"Bearer {jwt.encode(claims, SECRET, 'HS256')}"}


def new_user_headers() -> dict[str, str]:
    """The headers of a new user in a new tenant."""
    return bearer(f"tenant-{uuid.uuid4().hex[:8]}", f"user-{uuid.uuid4().hex[:8]}")


def new_input(text: str = "x") -> dict[str, object]:
    return {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}


def new_message(text: str = "x") -> dict[str, object]:
    return {"type": "threads.create", "params": {"input": new_input(text)}}


@asynccontextmanager
async def talking(address: str, headers: dict[str, str], agent: str = "echo") -> AsyncGenerator[ChatKitClient]:
    async with ChatKitClient(f"{address}/chatkit/{agent}", headers=headers) as client:
        yield client


async def ask(http: httpx2.AsyncClient, address: str, headers: dict[str, str], agent: str = "echo") -> httpx2.Response:
    """A new thread, with its whole answer."""
    return await http.post(f"{address}/chatkit/{agent}", json=new_message(), headers=headers)
