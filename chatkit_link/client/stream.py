"""The answers of a ChatKit server as they come off the network: event streams and refusals.

httpx2 reads server-sent events already; what a ChatKit client needs besides stands here: a byte order
mark is skipped (WHATWG HTML section 9.2.5), the charset is UTF-8 whatever the header states, and an end
in the middle of an event is distinguished from an end after one.
"""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, cast

import httpx2
from chatkit.types import ThreadStreamEvent
from pydantic import TypeAdapter, ValidationError

# The whole body of a generated image may be in one event.
LARGEST_EVENT: Final = 32 * 1024 * 1024
RUN_ID: Final = "X-Run-Id"

_END: Final = "chatkit-link.end-of-body"
#: How a server with runs ends a stream that is complete.
_COMPLETE: Final = b": end\n\n"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class ClientError(Exception):
    """A request that did not work; ``str()`` of it is a message for users.

    status: the HTTP status, or ``None`` when there was no usable answer. title, detail, request_id:
    from the problem document (RFC 9457), as far as the server sent one.
    """

    def __init__(self, status: int | None, title: str, detail: str = "", request_id: str | None = None) -> None:
        super().__init__(detail or title)
        self.status = status
        self.title = title
        self.detail = detail
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a stream, and its number within the run if the server numbers them."""

    id: int | None
    event: ThreadStreamEvent


class EventStream:
    """The events of one request; nothing is sent before it is entered or iterated, and it runs once.

    run_id: names the answer on a server that can cancel or resume it; known once the stream is open.
    last_id: number of the newest event seen. Iterating raises ``ClientError`` for a refusal, a lost
    connection and an event that is not ChatKit's. Leaving early needs ``async with`` or ``aclose``.
    """

    def __init__(
        self, http: httpx2.AsyncClient, request: httpx2.Request, adapter: TypeAdapter[ThreadStreamEvent]
    ) -> None:
        self.run_id: str | None = None
        self.last_id: int | None = None
        self._http = http
        self._request = request
        self._adapter = adapter
        self._response: httpx2.Response | None = None
        self._body: _Watched | None = None
        self._events: AsyncGenerator[httpx2.ServerSentEvent] | None = None

    async def open(self) -> None:
        """Sends the request and waits for the head of the answer."""
        self._response = response = await send(self._http, self._request, stream=True)
        if response.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/event-stream":
            await response.aclose()
            raise ClientError(response.status_code, "Unexpected answer", "The server did not answer with a stream.")
        self.run_id = response.headers.get(RUN_ID, self.run_id)
        self._body = _Watched(response.aiter_bytes())
        self._events = server_sent_events(self._body)

    async def __aenter__(self) -> Self:
        if self._response is None:
            await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamEvent:
        if self._events is None:
            await self.open()
        try:
            sent = await anext(cast("AsyncGenerator[httpx2.ServerSentEvent]", self._events))
            event = self._adapter.validate_json(sent.data)
        except ValidationError as error:
            await self.aclose()
            raise ClientError(None, "Unexpected event", "The server sent an event that is not ChatKit's.") from error
        except httpx2.SSEError as error:
            await self.aclose()
            raise ClientError(None, "Event too large", f"An event is larger than {LARGEST_EVENT} bytes.") from error
        except httpx2.RequestError as error:
            await self.aclose()
            raise _lost() from error
        except StopAsyncIteration:
            await self.aclose()
            # A stopping server and a proxy that gives up end a stream as cleanly as a complete one, but for its mark.
            if self.run_id is not None and self._body is not None and not self._body.is_marked:
                raise _lost() from None
            raise
        except ClientError:
            await self.aclose()
            raise
        number = int(sent.id) if sent.id.isascii() and sent.id.isdigit() else None
        self.last_id = number if number is not None else self.last_id
        return StreamEvent(number, event)

    async def aclose(self) -> None:
        """Closes the connection. On a server with runs the answer goes on; see ``cancel_run``."""
        if self._events is not None:
            await self._events.aclose()
        if self._response is not None:
            await self._response.aclose()


async def send(http: httpx2.AsyncClient, request: httpx2.Request, *, stream: bool) -> httpx2.Response:
    """The answer to ``request`` if its status is 2xx, with its body read unless ``stream``.

    Raises ``ClientError`` for every other status and when the server cannot be reached.
    """
    try:
        response = await http.send(request, stream=stream)
        if not response.is_success:
            await response.aread()
            await response.aclose()
    except httpx2.ConnectError as error:
        address = request.url.copy_with(path=None, query=None)
        raise ClientError(None, "Not reachable", f"No server answers at {address}: is it running?") from error
    except httpx2.RequestError as error:
        raise _lost() from error
    if not response.is_success:
        raise _refusal(response)
    return response


async def server_sent_events(body: AsyncIterable[bytes]) -> AsyncGenerator[httpx2.ServerSentEvent]:
    """The events in ``body`` that carry data (WHATWG HTML section 9.2.6).

    Raises ``ClientError`` when the body ends inside an event, ``httpx2.SSEError`` when one is larger
    than ``LARGEST_EVENT`` bytes.
    """
    response = httpx2.Response(
        200,
        headers={"Content-Type": "text/event-stream"},
        stream=_Marked(body),
        request=httpx2.Request("POST", "http://event.stream"),  # never sent; errors want to name one
    )
    async for event in httpx2.EventSource(response, max_event_size=LARGEST_EVENT):
        if event.event == _END:
            if event.data:
                raise _lost()
            return
        if event.data:
            yield event


class _Watched:
    """A body as it comes. is_marked: whether it has ended with the mark of a server with runs."""

    def __init__(self, body: AsyncIterable[bytes]) -> None:
        self._body = body
        self._last = b""

    @property
    def is_marked(self) -> bool:
        return self._last == _COMPLETE

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._body:
            self._last = (self._last + chunk)[-len(_COMPLETE) :]
            yield chunk


class _Marked(httpx2.AsyncByteStream):
    """A body without its byte order mark and with a last event that shows what was left unfinished.

    The decoder drops an event without its blank line in silence. Naming whatever is pending at the end
    makes it come out: with data if an event was cut short, without if the body ended between two.
    """

    def __init__(self, body: AsyncIterable[bytes]) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        head, last = b"", b"\n"
        async for chunk in self._body:
            if not chunk:
                continue
            last = chunk[-1:]
            if head is not None:
                head += chunk
                if len(head) < len(_BYTE_ORDER_MARK) and _BYTE_ORDER_MARK.startswith(head):
                    continue
                chunk, head = head.removeprefix(_BYTE_ORDER_MARK), None  # noqa: PLW2901
            yield chunk
        if head:
            yield head
        # A carriage return may be the first half of a line end; a line feed after it adds no line.
        yield (b"" if last == b"\n" else b"\n") + f"event: {_END}\n\n".encode()


def _lost() -> ClientError:
    return ClientError(
        None, "Connection lost", "The connection was lost before the answer was complete: load the thread again."
    )


def _refusal(response: httpx2.Response) -> ClientError:
    try:
        problem: object = response.json()
    except ValueError:
        problem = None
    fields = cast("dict[str, Any]", problem) if isinstance(problem, dict) else {}
    title = fields.get("title") or response.reason_phrase or "Refused"
    detail = fields.get("detail") or f"The server refused the request ({response.status_code} {title})."
    request_id = fields.get("request_id") or response.headers.get("x-request-id")
    return ClientError(response.status_code, str(title), str(detail), request_id)
