"""Trying a server before it is called ready: it is made, and answers a message; nobody is asked and nothing is kept."""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chatkit.types import ErrorEvent, InferenceOptions, ThreadMetadata, UserMessageItem, UserMessageTextContent

from chatkit_link.agents.brought_servers.construct import Offered, Server, ServerFactory, construct
from chatkit_link.agents.brought_servers.dry_model import Asked, nobody_is_asked
from chatkit_link.agents.brought_servers.failure import described, place_in, without_full_stop
from chatkit_link.agents.brought_servers.memory_store import MemoryStore
from chatkit_link.agents.brought_servers.own_store import replace_own_stores
from chatkit_link.agents.brought_servers.past_request import PastRequest
from chatkit_link.agents.brought_servers.request_context import context_factory
from chatkit_link.agents.brought_servers.server import BroughtServer
from chatkit_link.agents.brought_servers.started_tasks import StartedTasks
from chatkit_link.agents.brought_servers.turn_store import TurnStore
from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.import_target import same_working_folder
from chatkit_link.settings import Settings
from chatkit_link.store.postgres import new_id

#: Seconds for all of it.
PATIENCE = 20.0
#: Seconds that tasks may still run once the message is answered.
_GRACE = 1.0


@dataclass(frozen=True, slots=True)
class Tried:
    """checked: what was checked, as a sentence that follows "ready: ". notices: what its author should know besides."""

    checked: str
    notices: Sequence[str] = ()


def try_server(
    found: type[Server] | Server | ServerFactory,
    agent_id: str,
    target: str,
    context: str,
    *,
    keep: bool,
    settings: Settings,
    beside: Path,
) -> Tried:
    """Make a server and have it answer a message.

    What the code of the server prints goes to the standard error. Tasks that its answer leaves behind are ended. Code
    that blocks is left behind in its thread, and may not ask anybody until the process ends; so try servers last.

    Args:
        context: what makes contexts, as in the catalog. keep: the server keeps a store of its own.

    Raises:
        ConfigurationError: it cannot be made, or its answer failed, with the file and the line.
    """

    async def attempt(tasks: StartedTasks) -> Tried:
        with nobody_is_asked() as asked:
            store = MemoryStore()
            given = TurnStore(store)
            server = await construct(found, Offered(None if keep else given, None, settings), target, beside)
            what = f"Agent target {target!r}"
            contexts = context_factory(context, server, f"Agent {agent_id} ({target})", beside)
            notices = [contexts.notice] if contexts.notice else []
            if keep:
                own = type(server.store).__name__
                return Tried(f"it is made; an answer was not tried, which its own {own} would store", notices)
            replace_own_stores(server, given, None, what)
            checked = await _answer(BroughtServer(server, contexts, store, None), store, asked, what)
            failed = [described(error) for error in await tasks.end(_GRACE) if not asked.caused(error)]
            notices += [f"Agent {agent_id} ({target}): a task that it started failed: {each}." for each in failed]
            return Tried(checked, notices)

    return _within(PATIENCE, attempt, target)


async def _answer(server: BroughtServer, store: MemoryStore, asked: Asked, what: str) -> str:
    caller = Caller("default", "test", request_id="test", request=PastRequest.empty())
    thread = ThreadMetadata(id=new_id("thread"), created_at=datetime.now())
    message = UserMessageItem(
        id=new_id("message"),
        thread_id=thread.id,
        created_at=datetime.now(),
        content=[UserMessageTextContent(text="Hello")],
        attachments=[],
        inference_options=InferenceOptions(),
    )
    await store.save_thread(thread, caller)
    await store.add_thread_item(thread.id, message, caller)
    events = 0
    try:
        await server.prepare(caller)
        server.get_stream_options(thread, caller)
        async for event in server.respond(thread, message, caller):
            if isinstance(event, ErrorEvent):
                text = without_full_stop(event.message or repr(event.code))
                raise ConfigurationError(f"{what} answers a test message with the error {text}.")
            events += 1
    except ConfigurationError:
        raise
    except Exception as error:
        if asked.hosts:
            return f"it is made, but its answer was checked only until it calls {_listed(asked)} by itself"
        raise ConfigurationError(
            f"{what} is made, but its answer to a test message failed: {described(error)}."
        ) from error
    if not events:
        return "it is made, and answers a test message with nothing"
    model = "no model was asked" if asked.models else "it asks no model of the Agents SDK"
    calls = f", and {_listed(asked)} was not called" if asked.hosts else ""
    return f"it answers a test message; {model}{calls}"


def _listed(asked: Asked) -> str:
    return " and ".join(sorted(asked.hosts))


def _within(seconds: float, attempt: Callable[[StartedTasks], Coroutine[Any, Any, Tried]], target: str) -> Tried:
    """The result of some work, which may block its thread for ever."""
    results: list[Tried] = []
    errors: list[BaseException] = []

    async def work() -> Tried:
        tasks = StartedTasks(asyncio.get_running_loop())
        try:
            return await attempt(tasks)
        finally:
            await tasks.end(0)

    def run() -> None:
        try:
            results.append(asyncio.run(work()))
        except BaseException as error:  # noqa: BLE001 - whatever the code of others raises
            errors.append(error)

    thread = threading.Thread(target=run, name="chatkit-link-try", daemon=True)
    with contextlib.redirect_stdout(sys.stderr), same_working_folder():
        thread.start()
        thread.join(seconds)
    if errors:
        if isinstance(errors[0], ConfigurationError):
            raise errors[0]
        raise ConfigurationError(f"Agent target {target!r} failed: {described(errors[0])}.") from errors[0]
    if not results:
        raise ConfigurationError(
            f"Agent target {target!r} had not answered a test message after {seconds:.0f} seconds{_place_of(thread)}."
        )
    return results[0]


def _place_of(thread: threading.Thread) -> str:
    """Where it is, as ``: it is at server.py, line 12``; empty where that is not in their code."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    place = place_in(frame)
    return f": it is at {place}" if place else ""
