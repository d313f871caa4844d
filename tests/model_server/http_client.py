"""How the tests of the model server talk to it."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from openai import AsyncOpenAI

from tests.model_server import MODEL, ModelServer, Step, model_server


async def post(model: ModelServer, path: str, body: Any, key: str = "sk-1") -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as http:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return await http.post(f"{model.address}/{path}", content=content, headers=headers)


@asynccontextmanager
async def connected(*steps: Step, **given: Any) -> AsyncGenerator[tuple[ModelServer, AsyncOpenAI]]:
    async with (
        model_server(*steps, **given) as model,
        AsyncOpenAI(base_url=model.address, api_key="sk-1", max_retries=0) as client,
    ):
        yield model, client


def named(profile: str) -> str:
    """A model that a server of this profile has."""
    return MODEL if profile in ("openai", "azure") else "scripted"
