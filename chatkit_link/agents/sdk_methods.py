"""The methods of the SDK's ``ChatKitServer`` that a subclass may override, and how each of them is honoured.

Most are called where the SDK calls them. A few wrap others of the SDK (``super()._process_events(...)``), whose
own versions store, send and end an answer as the SDK does; ours are in ``SdkMethods``. ``honour`` puts that class
between a server's own class and the SDK's, so that ``super()`` of an override reaches ours. Which answer they are
about is known by the task that runs it, because the override between has no argument for it.

What cannot be called is refused at start. ``tests/agents/test_sdk_methods.py`` walks the SDK's class and fails on a
method that is missing here.
"""

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import new_class
from typing import Any, Final, Protocol, TypeVar

from chatkit.server import ChatKitServer
from chatkit.types import (
    NonStreamingReq,
    StreamingReq,
    Thread,
    ThreadMetadata,
    ThreadsSyncCustomActionReq,
    ThreadStreamEvent,
    UserMessageItem,
)
from pydantic import BaseModel
from typing_extensions import override

from chatkit_link.errors import ConfigurationError
from chatkit_link.wire.encoding import encode, thread_response

#: Called by us, whoever wrote them.
CALLED: Final = frozenset(
    "respond action sync_action add_feedback transcribe get_stream_options handle_stream_cancelled "
    "_build_user_message_item _apply_structured_input_submission _cleanup_pending_client_tool_call "
    "_get_attachment_store".split()
)
#: Called by us where they are overridden, with a ``super()`` of ours.
WRAPPED_STREAM: Final = frozenset({"_process_streaming_impl", "_process_new_thread_item_respond", "_process_events"})
WRAPPED_JSON: Final = frozenset({"_process_non_streaming", "_process_sync_custom_action", "_load_full_thread"})
WRAPPED: Final = WRAPPED_STREAM | WRAPPED_JSON | {"_serialize", "_to_thread_response"}
#: Never called here -> what to override in its place.
REFUSED: Final[Mapping[str, str]] = {
    "process": "Requests are read and checked before a server is asked. Override _process_streaming_impl or "
    "_process_non_streaming, which get the request that was read.",
    "_process_streaming": "Events get the numbers that a lost stream is resumed by where they are sent. Override "
    "_process_streaming_impl, which yields the events themselves, or _serialize.",
    "_paginate_thread_items_reverse": "A retry replaces the old answer in one transaction. Override the methods of "
    "your store with a store of your own.",
    "_update_pending_items": "What is unfinished when an answer is stopped is put together here. Override "
    "handle_stream_cancelled, which gets it.",
    "_apply_assistant_message_update": "What is unfinished when an answer is stopped is put together here. Override "
    "handle_stream_cancelled, which gets it.",
}


Stream = Callable[[], AsyncIterator[ThreadStreamEvent]]
T = TypeVar("T")


class ServerMistake(TypeError):
    """A method of a server does not give what the SDK asks of it. The text says which one, where it is, and what to
    write; it quotes nothing.
    """


class Streaming(Protocol):
    """The SDK's steps of a streamed answer, as this server does them."""

    def process_streaming_impl(self, request: StreamingReq) -> AsyncGenerator[ThreadStreamEvent, None]: ...

    def process_new_item(self, item: UserMessageItem) -> AsyncIterator[ThreadStreamEvent]: ...

    def process_events(self, stream: Stream) -> AsyncIterator[ThreadStreamEvent]: ...


class Answering(Protocol):
    """The SDK's steps of an answer in JSON, as this server does them."""

    async def process_non_streaming(self, request: NonStreamingReq) -> bytes: ...

    async def sync_custom_action(self, request: ThreadsSyncCustomActionReq) -> bytes: ...

    async def load_full_thread(self, thread_id: str) -> Thread: ...


_STREAMING: ContextVar[Streaming] = ContextVar("streaming")
_ANSWERING: ContextVar[Answering] = ContextVar("answering")


@contextmanager
def streaming(steps: Streaming) -> Generator[None]:
    """``super()`` of an override that is called inside the block reaches these steps."""
    token = _STREAMING.set(steps)
    try:
        yield
    finally:
        _STREAMING.reset(token)


@contextmanager
def answering(steps: Answering) -> Generator[None]:
    """``super()`` of an override that is called inside the block reaches these steps."""
    token = _ANSWERING.set(steps)
    try:
        yield
    finally:
        _ANSWERING.reset(token)


class SdkMethods(ChatKitServer[Any]):
    """What ``super()`` is to an override; outside of our requests, as in a server's own routes, the SDK's methods."""

    @override
    def _process_streaming_impl(self, request: StreamingReq, context: Any) -> AsyncGenerator[ThreadStreamEvent, None]:
        if (steps := _STREAMING.get(None)) is None:
            return super()._process_streaming_impl(request, context)
        return steps.process_streaming_impl(request)

    @override
    def _process_new_thread_item_respond(
        self, thread: ThreadMetadata, item: UserMessageItem, context: Any
    ) -> AsyncIterator[ThreadStreamEvent]:
        if (steps := _STREAMING.get(None)) is None:
            return super()._process_new_thread_item_respond(thread, item, context)
        return steps.process_new_item(item)

    @override
    def _process_events(self, thread: ThreadMetadata, context: Any, stream: Stream) -> AsyncIterator[ThreadStreamEvent]:
        if (steps := _STREAMING.get(None)) is None:
            return super()._process_events(thread, context, stream)
        return steps.process_events(stream)

    @override
    async def _process_non_streaming(self, request: NonStreamingReq, context: Any) -> bytes:
        if (steps := _ANSWERING.get(None)) is None:
            return await super()._process_non_streaming(request, context)
        return await steps.process_non_streaming(request)

    @override
    async def _process_sync_custom_action(self, request: ThreadsSyncCustomActionReq, context: Any) -> bytes:
        if (steps := _ANSWERING.get(None)) is None:
            return await super()._process_sync_custom_action(request, context)
        return await steps.sync_custom_action(request)

    @override
    async def _load_full_thread(self, thread_id: str, context: Any) -> Thread:
        if (steps := _ANSWERING.get(None)) is None:
            return await super()._load_full_thread(thread_id, context)
        return await steps.load_full_thread(thread_id)

    @override
    def _serialize(self, obj: BaseModel) -> bytes:
        return encode(obj)

    @override
    def _to_thread_response(self, thread: ThreadMetadata | Thread) -> Thread:
        return _view(thread)


def _view(thread: ThreadMetadata | Thread) -> Thread:
    return thread_response(thread, thread.items if isinstance(thread, Thread) else None)


class ServerAdapter(ChatKitServer[Any]):
    """Calls another server, ``brought``: what that one overrides counts, and not the methods that call it."""

    brought: ChatKitServer[Any]


def written(server: ChatKitServer[Any]) -> ChatKitServer[Any]:
    """The server that somebody wrote, where ours calls it."""
    return server.brought if isinstance(server, ServerAdapter) else server


@cache
def _overridden_in(cls: type[ChatKitServer[Any]]) -> frozenset[str]:
    return frozenset(name for name in CALLED | WRAPPED | REFUSED.keys() if _author(cls, name) is not None)


def _author(cls: type[Any], name: str) -> type[Any] | None:
    """The class that overrides the SDK's method; None where none does."""
    author = next(each for each in cls.__mro__ if name in vars(each))
    return None if author in (ChatKitServer, SdkMethods) else author


def overridden(server: ChatKitServer[Any]) -> frozenset[str]:
    """The names of the SDK's methods that are a server's own, also those set in the instance."""
    server = written(server)
    own = _overridden_in(type(server))
    return own | (vars(server).keys() & (CALLED | WRAPPED | REFUSED.keys()))


def method(server: ChatKitServer[Any], name: str) -> Callable[..., Any]:
    """One of those that the SDK calls by itself, which are private in its class."""
    return getattr(server, name)


def honour(server: ChatKitServer[Any]) -> ChatKitServer[Any]:
    """The same server, prepared for the methods of the SDK that it overrides.

    Raises:
        ConfigurationError: it overrides one that is never called here.
    """
    refuse_uncalled(server)
    own, author = overridden(server), written(server)
    if own & WRAPPED and not isinstance(author, SdkMethods):
        author.__class__ = _with_sdk_methods(type(author))
    return server


def refuse_uncalled(server: ChatKitServer[Any]) -> None:
    """Raises ConfigurationError for a server that overrides what is never called here."""
    for name in sorted(overridden(server) & REFUSED.keys()):
        raise ConfigurationError(f"{where(server, name)} is never called here. {REFUSED[name]}")


@cache
def _with_sdk_methods(cls: type[ChatKitServer[Any]]) -> type[ChatKitServer[Any]]:
    """A class like this one, in whose order of bases ``SdkMethods`` stands just before the SDK's own class."""

    def named(body: dict[str, Any]) -> None:
        body |= {name: getattr(cls, name) for name in ("__module__", "__qualname__", "__doc__")}

    return new_class(cls.__name__, (cls, SdkMethods), exec_body=named)


def where(server: ChatKitServer[Any], name: str) -> str:
    """``SupportServer.respond (server.py:12)``."""
    server = written(server)
    cls = type(server)
    found = getattr(server, name, None)
    label = f"{(_author(cls, name) or cls).__qualname__}.{name}"
    code = getattr(inspect.unwrap(found), "__code__", None) if callable(found) else None
    return f"{label} ({Path(code.co_filename).name}:{code.co_firstlineno})" if code else label


def expect(given: object, kind: type[T], server: ChatKitServer[Any], name: str) -> T:
    """What a method of the server has returned. Raises ServerMistake if it is of another kind."""
    if isinstance(given, kind):
        return given
    if inspect.iscoroutine(given):
        given.close()
    raise ServerMistake(f"{where(server, name)} must return {kind.__name__}, and returned {named(given)}.")


def call(server: ChatKitServer[Any], name: str, *given: Any) -> Any:
    """What a method returns. Raises ServerMistake if it does not take what the SDK passes, whatever it does then."""
    try:
        return getattr(server, name)(*given)
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise  # its own code has run
        asked = ", ".join(inspect.signature(getattr(ChatKitServer, name)).parameters)
        text = str(error).removesuffix(".")
        raise ServerMistake(f"{where(server, name)} cannot be called: {text}. The SDK's is {name}({asked}).") from None


def named(given: object) -> str:
    """``a str``, ``an Item``, ``None`` or ``the class Server``, for a message about what somebody's code gives."""
    if given is None:
        return "None"
    if isinstance(given, type):
        return f"the class {given.__name__}"
    kind = type(given).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"


def encoder(server: ChatKitServer[Any]) -> Callable[[BaseModel], bytes]:
    """Writes models for clients; as the server does where it does so itself."""
    return method(written(server), "_serialize") if "_serialize" in overridden(server) else encode


def thread_view(server: ChatKitServer[Any]) -> Callable[[Thread | ThreadMetadata], Thread]:
    """Makes of a thread, with items or without, what clients see of it."""
    return method(written(server), "_to_thread_response") if "_to_thread_response" in overridden(server) else _view
