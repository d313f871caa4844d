"""The people whom the fault tests let down: each asks, reads what comes as bytes, and looks again later."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2
import jwt
from chatkit.types import AssistantMessageItem, StructuredInputItem, ThreadItem, UserMessageItem

from chatkit_link.client import ChatKitClient
from tests.faults.processes import JWT_SECRET

#: What a connection that was broken off looks like to whoever reads it.
Broken = httpx2.HTTPError


class Reached(Protocol):
    """A server, or what stands before some of them. chatkit: the address of its ChatKit route."""

    chatkit: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as it came: its id, its data, its bytes, and when."""

    id: int
    data: dict[str, Any]
    raw: bytes
    at: float


@dataclass
class Reading:
    """A stream that is being read. ended: whether the server has sent its end; a connection may end without one."""

    response: httpx2.Response
    frames: list[Frame] = field(default_factory=list)
    ended: bool = False
    _rest: bytes = b""

    @property
    def run_id(self) -> str:
        return self.response.headers["x-run-id"]

    @property
    def raw(self) -> bytes:
        return b"".join(frame.raw for frame in self.frames)

    @property
    def last_id(self) -> int:
        return self.frames[-1].id if self.frames else 0

    @property
    def text(self) -> str:
        return self.text_until(float("inf"))

    def text_until(self, when: float) -> str:
        """The answer as it had been shown by then."""
        updates = [frame.data["update"] for frame in self.frames if frame.at < when and "update" in frame.data]
        return "".join(update.get("delta", "") for update in updates)

    @property
    def error(self) -> dict[str, Any] | None:
        return next((frame.data for frame in self.frames if frame.data["type"] == "error"), None)

    async def read(self, upto: int | None = None) -> "Reading":
        """Until event ``upto`` is there, or to the end."""
        if upto is not None and self.last_id >= upto:
            return self
        async for chunk in self._chunks:
            *whole, self._rest = (self._rest + chunk).split(b"\n\n")
            now = time.monotonic()
            for raw in whole:
                if raw.startswith(b"id: "):
                    number, _, data = raw.partition(b"\ndata: ")
                    self.frames.append(Frame(int(number[4:]), json.loads(data), raw + b"\n\n", now))
                self.ended = self.ended or raw == b": end"
            if upto is not None and self.last_id >= upto:
                return self
        return self

    def __post_init__(self) -> None:
        self._chunks = self.response.aiter_bytes()


class Person:
    """Somebody with a name of their own, known to every server."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        token = jwt.encode({"sub": f"person-{uuid.uuid4().hex}", "exp": int(time.time()) + 3600}, JWT_SECRET)
        self.authorization = f"Bearer {token}"
        self._headers = {"Authorization": self.authorization}
        self.thread_id = ""

    def client(self, server: Reached) -> ChatKitClient:
        return ChatKitClient(server.chatkit, http=self._http, headers=self._headers)

    @asynccontextmanager
    async def ask(self, server: Reached, text: str) -> AsyncGenerator[Reading]:
        """A message in a new thread, or in the one that was begun; the body may be refused (``response``)."""
        said = {
            "content": [{"type": "input_text", "text": text}],
            "attachments": [],
            "inference_options": {},
        }
        params = {"thread_id": self.thread_id, "input": said} if self.thread_id else {"input": said}
        kind = "threads.add_user_message" if self.thread_id else "threads.create"
        async with self._post(server, {"type": kind, "params": params}) as reading:
            yield reading

    @asynccontextmanager
    async def approve(self, server: Reached, question: StructuredInputItem) -> AsyncGenerator[Reading]:
        """All that a question asks for."""
        answers = {each.id: {"values": ["Approve"]} for each in question.inputs}
        params = {"thread_id": self.thread_id, "item_id": question.id, "input": {"answers": answers}}
        async with self._post(server, {"type": "threads.add_structured_input", "params": params}) as reading:
            yield reading

    @asynccontextmanager
    async def retry(self, server: Reached, item_id: str) -> AsyncGenerator[Reading]:
        params = {"thread_id": self.thread_id, "item_id": item_id}
        async with self._post(server, {"type": "threads.retry_after_item", "params": params}) as reading:
            yield reading

    @asynccontextmanager
    async def _post(self, server: Reached, body: dict[str, Any]) -> AsyncGenerator[Reading]:
        async with self._http.stream("POST", server.chatkit, json=body, headers=self._headers) as response:
            reading = Reading(response)
            if response.status_code == 200 and not self.thread_id:
                await reading.read(1)
                self.thread_id = reading.frames[0].data["thread"]["id"]
            yield reading

    @asynccontextmanager
    async def follow(
        self, server: Reached, run_id: str, after: int = 0, *, header: bool = False
    ) -> AsyncGenerator[Reading]:
        """header: whether the last id is given as browsers give it."""
        url = f"{server.chatkit}/runs/{run_id}/events"
        headers = self._headers | ({"Last-Event-ID": str(after)} if header else {})
        params = {} if header else {"after": after}
        async with self._http.stream("GET", url, headers=headers, params=params) as response:
            if response.status_code >= 500:  # nobody serves it at the moment
                response.raise_for_status()
            assert response.status_code == 200, await response.aread()
            yield Reading(response)

    async def reread(self, server: Reached, run_id: str, after: int = 0) -> Reading:
        async with self.follow(server, run_id, after) as reading:
            return await reading.read()

    async def queue_up(self, server: Reached, text: str) -> httpx2.Response:
        """A message that may wait for the answer that is being written."""
        said = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
        params = {"thread_id": self.thread_id, "input": said}
        metadata = {"chatkit_link": {"queue": True}}
        body = {"type": "threads.add_user_message", "params": params, "metadata": metadata}
        return await self._http.post(server.chatkit, json=body, headers=self._headers)

    async def queued(self, server: Reached) -> list[dict[str, Any]]:
        address = f"{server.chatkit}/threads/{self.thread_id}/queue"
        return (await self._http.get(address, headers=self._headers)).raise_for_status().json()["queued"]

    async def cancel(self, server: Reached, run_id: str) -> httpx2.Response:
        return await self._http.post(f"{server.chatkit}/runs/{run_id}/cancel", headers=self._headers)

    async def stored(self, server: Reached) -> list[ThreadItem]:
        """What a reload shows, in the order in which it was said."""
        return (await self.client(server).list_items(self.thread_id, order="asc", limit=100)).data


def messages(items: list[ThreadItem]) -> list[str]:
    """What the person said."""
    return ["".join(part.text for part in item.content) for item in items if isinstance(item, UserMessageItem)]


def answers(items: list[ThreadItem]) -> list[str]:
    """What was said to them."""
    return ["".join(part.text for part in item.content) for item in items if isinstance(item, AssistantMessageItem)]


async def at_most(width: int, works: list[Any]) -> list[Any]:
    """Await all of them, so many at a time."""
    gate = asyncio.Semaphore(width)

    async def one(work: Any) -> Any:
        async with gate:
            return await work

    return await asyncio.gather(*(one(work) for work in works))


def soon(least: float, most: float) -> float:
    return random.uniform(least, most)
