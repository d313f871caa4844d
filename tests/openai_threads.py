"""The threads of OpenAI's stand-in: in pages, in the package's own shapes, and failing as often as one likes."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from openai.types.beta.chatkit import ChatKitThread
from openai.types.beta.chatkit.chatkit_thread_item_list import Data
from pydantic import TypeAdapter

ITEM: TypeAdapter[Any] = TypeAdapter(Data)
#: 2026-11-01; nothing below depends on the day.
BEGIN = 1_793_500_000


@dataclass
class HostedThread:
    """head: a ChatKitThread as JSON. items: oldest first."""

    head: dict[str, Any]
    items: list[dict[str, Any]]


@dataclass
class OpenAIThreads:
    """asked: paths of the requests. broken: threads whose items are never given.

    failing: every so many-th request fails at first, in one of three ways; 0 for none.
    hold_after: no request after so many is answered, and ``held`` says when there is one.
    """

    threads: dict[str, HostedThread] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    failing: int = 0
    hold_after: int | None = None
    held: asyncio.Event = field(default_factory=asyncio.Event)
    _count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def add(self, user: str, items: int = 0, **given: Any) -> HostedThread:
        """A thread of so many messages, one a minute."""
        number = len(self.threads)
        thread_id = f"cthr_{user}_{number}"
        created_at = BEGIN + 3600 * number
        head = {
            "id": thread_id, "object": "chatkit.thread", "created_at": created_at, "status": {"type": "active"},
            "title": f"Thread {number}", "user": user, **given,
        }  # fmt: skip
        ChatKitThread.model_validate(head)
        self.threads[thread_id] = HostedThread(head, [])
        for place in range(items):
            self.say(thread_id, f"Message {place}", by_user=place % 2 == 0)
        return self.threads[thread_id]

    def say(self, thread_id: str, text: str, *, by_user: bool) -> dict[str, Any]:
        if not by_user:
            part = {"type": "output_text", "text": text, "annotations": []}
            return self.put(thread_id, "assistant_message", content=[part])
        return self.put(
            thread_id,
            "user_message",
            content=[{"type": "input_text", "text": text}],
            attachments=[],
            inference_options=None,
        )

    def put(self, thread_id: str, kind: str, *, check: bool = True, **given: Any) -> dict[str, Any]:
        """An item at the thread's end. check: that it is one that the package knows."""
        thread = self.threads[thread_id]
        item = {
            "id": f"cthi_{thread_id}_{len(thread.items)}", "object": "chatkit.thread_item", "thread_id": thread_id,
            "created_at": thread.head["created_at"] + 60 * len(thread.items), "type": f"chatkit.{kind}", **given,
        }  # fmt: skip
        if check:
            ITEM.validate_python(item)
        thread.items.append(item)
        return item

    def install(self, app: FastAPI, refusal: Callable[[Request, Any], Any]) -> None:
        @app.get("/v1/chatkit/threads")
        async def list_threads(request: Request) -> Response:
            if (refused := await refusal(request, None) or await self._failure(request)) is not None:
                return refused
            user = request.query_params.get("user")
            return _page(request, [one.head for one in self.threads.values() if user in {None, one.head["user"]}])

        @app.get("/v1/chatkit/threads/{thread_id}/items")
        async def list_items(request: Request, thread_id: str) -> Response:
            if (refused := await refusal(request, None) or await self._failure(request)) is not None:
                return refused
            if thread_id in self.broken:
                return _error(503)
            if thread_id not in self.threads:
                return _error(404)
            return _page(request, self.threads[thread_id].items)

    async def _failure(self, request: Request) -> Response | None:
        self.asked.append(request.url.path)
        number = next(self._count)
        if self.hold_after is not None and number > self.hold_after:
            self.held.set()
            await asyncio.Event().wait()
        if not self.failing or number % self.failing:
            return None
        return _error((429, 500, 503)[number // self.failing % 3])


def _error(status: int) -> Response:
    # The openai package waits as long as this says, before it asks again.
    return JSONResponse({"error": {"message": "no", "code": None}}, status, {"retry-after-ms": "1"})


def _page(request: Request, everything: Sequence[dict[str, Any]]) -> Response:
    asked = request.query_params
    assert asked["order"] == "asc"
    ids = [one["id"] if isinstance(one, dict) and "id" in one else None for one in everything]
    start = ids.index(asked["after"]) + 1 if "after" in asked else 0
    data = everything[start : start + int(asked["limit"])]
    return JSONResponse(
        {
            "object": "list",
            "data": data,
            "first_id": ids[start] if data else None,
            "last_id": ids[start + len(data) - 1] if data else None,
            "has_more": start + len(data) < len(everything),
        }
    )
