"""Answers turns with another service: sends it the turn, and takes ChatKit events from it.

How it flows: one POST a turn, whose answer is an event stream (docs/reference/agent-protocol.md). Each event is read
and checked before it goes on. Whatever the service does, the answer ends: with a sentence for the user, and the reason
in the log. Leaving the generator closes the connection, which is how a service learns that the user has stopped it.
"""

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import httpx2
from chatkit.actions import Action
from chatkit.types import (
    ClientEffectEvent,
    ErrorEvent,
    NoticeEvent,
    ProgressUpdateEvent,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetItem,
)
from pydantic import TypeAdapter, ValidationError

from chatkit_link.agents.actions import unknown_action
from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.errors.explain import Failure
from chatkit_link.agents.service.target import Service

logger = logging.getLogger(__name__)

PROTOCOL = 1
#: Seconds: to connect, and between two pieces of an answer. A comment line (``: wait``) is a piece.
_CONNECTING, _SILENT = 10.0, 120.0
_LARGEST_EVENT = 8 * 1024 * 1024
_EVENTS: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
#: What an answer may consist of; the rest is said by this server.
_OF_ANSWERS = (
    ThreadItemAddedEvent, ThreadItemUpdatedEvent, ThreadItemDoneEvent, ThreadItemRemovedEvent, ThreadItemReplacedEvent,
    ProgressUpdateEvent, ClientEffectEvent, NoticeEvent, ErrorEvent,
)  # fmt: skip


class ServiceResponder:
    """history_items: newest thread items that the service is sent."""

    def __init__(self, agent_id: str, service: Service, *, history_items: int = 200) -> None:
        self._agent = agent_id
        self._service = service
        self._history_items = history_items

    def respond(self, ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        return self._answer(ctx, None)

    def action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> AsyncIterator[ThreadStreamEvent]:
        sent = {"type": action.type, "payload": action.payload, "item_id": sender.id if sender else None}
        return self._answer(ctx, sent)

    async def sync_action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> ThreadItem | None:
        raise unknown_action()

    async def _answer(self, ctx: TurnContext, action: dict[str, Any] | None) -> AsyncGenerator[ThreadStreamEvent]:
        body = await self._request(ctx, action)
        headers = {"Accept": "text/event-stream"}
        if self._service.secret is not None:
            headers["Authorization"] = f"Bearer {self._service.secret}"
        timeout = httpx2.Timeout(_SILENT, connect=_CONNECTING)
        try:
            async with (
                httpx2.AsyncClient(timeout=timeout) as client,
                client.stream("POST", self._service.address, json=body, headers=headers) as response,
            ):
                self._check(response)
                received = _Received()
                async for sent in httpx2.EventSource(response, max_event_size=_LARGEST_EVENT):
                    if not sent.data:
                        continue
                    if (event := self._read(ctx, sent.data)) is not None:
                        yield event
                    received.take(event)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise self._failure("service_unreachable", f"cannot be reached: {error}") from error
        except httpx2.TimeoutException as error:
            raise self._failure("service_timeout", f"sent nothing for {_SILENT:.0f} seconds") from error
        except httpx2.SSEError as error:
            raise self._failure("data_unreadable", f"sent no valid event stream: {error}") from error
        except httpx2.RequestError as error:
            raise self._failure("assistant_stopped", f"broke the connection: {error}") from error
        if not received.any and action is None:  # a click may need no answer
            raise self._failure("assistant_failed", "answered with no event")
        if received.open:  # what there is of them is kept, as that of every answer that fails
            ids = ", ".join(sorted(received.open))
            raise self._failure("assistant_stopped", f"ended its answer without thread.item.done for {ids}")

    async def _request(self, ctx: TurnContext, action: dict[str, Any] | None) -> dict[str, Any]:
        items = [item.model_dump(mode="json") for item in await ctx.history(self._history_items)]
        return {
            "protocol": PROTOCOL,
            "agent": self._agent,
            "thread": ctx.thread.model_dump(mode="json", include={"id", "title", "created_at", "metadata"}),
            "message": ctx.message.model_dump(mode="json") if ctx.message else None,
            "text": ctx.text,
            "action": action,
            "items": items,
            "user": {
                "id": ctx.caller.user,
                "tenant": ctx.caller.tenant,
                "locale": ctx.caller.locale,
                "zone": ctx.caller.zone,
            },
            "state": dict(ctx.caller.session.state) if ctx.caller.session else {},
            "untrusted_state": dict(ctx.untrusted_state),
        }

    def _check(self, response: httpx2.Response) -> None:
        """Raises Failure for an answer that is no event stream."""
        status, kind = response.status_code, response.headers.get("content-type", "")
        if response.is_redirect:
            where = response.headers.get("location", "elsewhere")
            raise self._failure("assistant_misconfigured", f"redirects to {where}: write that address as its target")
        if status in (401, 403):
            raise self._failure("assistant_misconfigured", f"answers {status}: its secret (`env`) is wrong or missing")
        if response.is_client_error:
            raise self._failure("assistant_misconfigured", f"answers {status}")
        if not response.is_success:
            raise self._failure("assistant_failed", f"answers {status}")
        if kind.partition(";")[0].strip().lower() != "text/event-stream":
            raise self._failure("assistant_misconfigured", f"answers with {kind or 'no type'}, not text/event-stream")

    def _read(self, ctx: TurnContext, text: str) -> ThreadStreamEvent | None:
        """One event of the answer; None for one that changes the thread. Raises Failure."""
        try:
            given: Any = json.loads(text)
            if isinstance(given, dict) and cast("dict[str, Any]", given).get("type") == "thread.updated":
                _change_thread(ctx, cast("dict[str, Any]", given)["thread"])
                return None
            event = _EVENTS.validate_python(_completed(ctx, given))
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise self._failure("data_unreadable", f"sent an event that is none: {place}: {first['msg']}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._failure("data_unreadable", f"sent what is no event: {type(error).__name__}") from error
        if not isinstance(event, _OF_ANSWERS):
            raise self._failure("data_unreadable", f"sent {event.type}, which is not a part of an answer")
        return event

    def _failure(self, code: str, reason: str) -> Failure:
        host = httpx2.URL(self._service.address).host
        logger.error("agent %s: the service at %s %s", self._agent, host, reason)
        return Failure(code)


@dataclass(slots=True)
class _Received:
    """What of an answer has come. open: ids of items that are displayed and not done."""

    any: bool = False
    open: set[str] = field(default_factory=set[str])

    def take(self, event: ThreadStreamEvent | None) -> None:
        """None: the thread was changed."""
        self.any |= not isinstance(event, ProgressUpdateEvent)
        match event:
            case ThreadItemAddedEvent(item=item):
                self.open.add(item.id)
            case ThreadItemDoneEvent(item=item) | ThreadItemReplacedEvent(item=item):
                self.open.discard(item.id)
            case ThreadItemRemovedEvent(item_id=item_id):
                self.open.discard(item_id)
            case _:
                pass


def _completed(ctx: TurnContext, given: Any) -> Any:
    """An item belongs to this thread and begins now; the service need not say so. Without an id it is given one."""
    if not isinstance(given, dict):
        return given
    event = cast("dict[str, Any]", given)
    if not isinstance(event.get("item"), dict):
        return event
    known = {"id": ctx.new_id("message"), "created_at": datetime.now(UTC).isoformat()}
    return {**event, "item": {**known, **event["item"], "thread_id": ctx.thread.id}}


def _change_thread(ctx: TurnContext, given: dict[str, Any]) -> None:
    """The title and the metadata, which are stored with the answer; a service keeps its state there."""
    if isinstance(title := given.get("title"), str):
        ctx.thread.title = title
    if isinstance(metadata := given.get("metadata"), dict):
        ctx.thread.metadata = cast("dict[str, Any]", metadata)
