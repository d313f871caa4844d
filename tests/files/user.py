"""Somebody who attaches files, as a page would."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
from chatkit import types as wire
from chatkit.types import Attachment
from pydantic import TypeAdapter

from chatkit_link.client import ChatKitClient, EventStream
from tests.finished_stream import FinishedStream, told

ADAPTER: TypeAdapter[Attachment] = TypeAdapter(Attachment)


class Person:
    def __init__(self, address: str, agent: str = "echo") -> None:
        self.address = address
        self.http = httpx2.AsyncClient(base_url=address, timeout=30)
        self.chat = ChatKitClient(f"{address}/chatkit/{agent}", http=self.http)

    async def post(self, data: bytes, name: str = "a.txt", kind: str = "text/plain") -> httpx2.Response:
        return await self.http.post("/files", files={"file": (name, data, kind)})

    async def attach(self, data: bytes, name: str = "a.txt", kind: str = "text/plain") -> Attachment:
        response = await self.post(data, name, kind)
        assert response.status_code == 200, response.text
        return ADAPTER.validate_json(response.content)

    async def link(self, attachment: Attachment) -> str:
        response = await self.http.get(f"/files/{attachment.id}/link")
        assert response.status_code == 200, response.text
        return response.json()["url"]

    async def send(self, *attachments: Attachment, text: str = "Look", thread_id: str | None = None) -> FinishedStream:
        return await told(self.say(*attachments, text=text, thread_id=thread_id))

    def say(self, *attachments: Attachment, text: str = "Look", thread_id: str | None = None) -> EventStream:
        message = wire.UserMessageInput(
            content=[wire.UserMessageTextContent(text=text)],
            attachments=[attachment.id for attachment in attachments],
            inference_options=wire.InferenceOptions(),
        )
        if thread_id is None:
            return self.chat.create_thread(message)
        return self.chat.add_user_message(thread_id, message)


def refusal(response: httpx2.Response) -> tuple[int, dict[str, Any]]:
    """Status and body of a refusal, which is a problem document with a sentence."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["detail"].endswith(".")
    return response.status_code, body


async def until(so: Callable[[], bool]) -> None:
    """Wait for what a task of the server does by itself: neither a folder nor a bucket tells."""
    async with asyncio.timeout(30):
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
