"""A user of the servers of the queue's tests, as the pages of ChatKit Link send their requests."""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import jwt

SECRET = "the-queue-tests-know-this-secret-too-"
#: Seconds.
PATIENCE = 30


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until that is so."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 - it is looked up in a server
            await asyncio.sleep(0.02)


class User:
    """One of the servers' users, with a thread of their own."""

    def __init__(self, http: httpx2.AsyncClient, address: str, agent: str, **headers: str) -> None:
        self._http = http
        self.name = f"user-{uuid.uuid4().hex}"
        token = jwt.encode({"sub": self.name, "exp": int(time.time()) + 3600}, SECRET)
        self.headers = headers or {"Authorization": f"Bearer {token}"}
        self.address = address
        self.agent = agent
        self.thread = ""
        #: So that no two tests wait at one gate.
        self.mark = uuid.uuid4().hex[:8]

    def text(self, text: str) -> str:
        return f"{text} {self.mark}"

    def body(self, text: str, *, queue: bool = True, **given: Any) -> dict[str, Any]:
        message = {
            "content": [{"type": "input_text", "text": text}],
            "attachments": [],
            "inference_options": {},
            **given,
        }
        if not self.thread:
            return {"type": "threads.create", "params": {"input": message}}
        metadata = {"metadata": {"chatkit_link": {"queue": True}}} if queue else {}
        params = {"thread_id": self.thread, "input": message}
        return {"type": "threads.add_user_message", "params": params, **metadata}

    @asynccontextmanager
    async def begun(self, text: str, **given: Any) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
        """A message whose answer has begun; gives what reads the rest of it."""
        body = self.body(text, **given)
        address = f"{self.address}/chatkit/{self.agent}"
        headers = {**self.headers, "X-ChatKit-Link": "1"}
        async with self._http.stream("POST", address, json=body, headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            lines = response.aiter_lines()
            async for line in lines:
                if '"thread.created"' in line and not self.thread:
                    self.thread = line.split('"id":"')[1].split('"')[0]
                if "begun" in line:
                    break

            async def read_rest() -> None:
                async for _ in lines:
                    pass

            yield read_rest

    async def post(self, text: str, *, at: str | None = None, **given: Any) -> httpx2.Response:
        """The whole response to a message; at: another server than the user's own."""
        address = f"{at or self.address}/chatkit/{self.agent}"
        return await self._http.post(address, json=self.body(text, **given), headers=self.headers)

    async def queue_up(self, text: str, **given: Any) -> dict[str, Any]:
        response = await self.post(text, **given)
        assert response.status_code == 202, response.text
        return response.json()["queued"]

    async def ask(self, method: str, path: str = "", **given: Any) -> httpx2.Response:
        """One of the routes of the queue."""
        address = f"{self.address}/chatkit/threads/{self.thread}/queue{path}"
        return await self._http.request(method, address, headers=self.headers, **given)

    async def queued(self) -> list[dict[str, Any]]:
        response = await self.ask("GET")
        assert response.status_code == 200, response.text
        return response.json()["queued"]

    async def texts(self) -> list[str]:
        return [message["text"].removesuffix(f" {self.mark}") for message in await self.queued()]

    async def run(self) -> dict[str, Any]:
        response = await self._http.get(f"{self.address}/chatkit/threads/{self.thread}/run", headers=self.headers)
        return response.raise_for_status().json()

    async def idle(self) -> bool:
        """Whether nothing is written, and nothing is going to be."""
        # In this order: a message that leaves the queue between the two looks is found as a run.
        waits = not all(message["held"] for message in await self.queued())
        return not waits and (await self.run())["run"] is None

    async def stop(self) -> None:
        run = (await self.run())["run"]
        response = await self._http.post(f"{self.address}/chatkit/runs/{run['id']}/cancel", headers=self.headers)
        assert response.json()["status"] == "cancelled"

    async def items(self) -> list[dict[str, Any]]:
        body = {"type": "items.list", "params": {"thread_id": self.thread, "limit": 100, "order": "asc"}}
        response = await self._http.post(f"{self.address}/chatkit/{self.agent}", json=body, headers=self.headers)
        return response.raise_for_status().json()["data"]

    async def conversation(self) -> list[str]:
        """What stands in the thread, in its order."""
        return [
            "".join(part["text"] for part in item["content"]).replace(f" {self.mark}", "")
            for item in await self.items()
            if item["type"] in {"user_message", "assistant_message"}
        ]
