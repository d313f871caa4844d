"""The thread of one turn: what its server changes in it is stored and sent, however the server does so.

A server sets fields of the object that it was given, or saves that object or another one, in its answer or in a task
of its own. Pages get one ``thread.updated`` for each change. Our own title comes last, and only to a thread without.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from chatkit.types import Thread, ThreadMetadata, ThreadStreamEvent, ThreadUpdatedEvent

from chatkit_link.agents.titles import TitleTask
from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.protocol.known_thread import KnownThread
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.threads import StoredThread

logger = logging.getLogger(__name__)

Emit = Callable[[ThreadStreamEvent], None]


class TurnThread:
    """Knows what pages know of the thread."""

    def __init__(
        self,
        store: PostgresStore,
        thread: StoredThread,
        caller: Caller,
        title: TitleTask,
        view: Callable[[ThreadMetadata], Thread],
    ) -> None:
        """
        Args:
            title: finds a title, if the thread needs one.
            view: what clients see of a thread.
        """
        self._store = store
        self._thread = thread
        self._caller = caller
        self._title = title
        self._view = view
        self._known = KnownThread(thread)
        self._saving = False

    @asynccontextmanager
    async def followed(self, emit: Emit) -> AsyncGenerator[None]:
        """Inside the block a title is looked for, and what a server saves by itself is sent at once."""

        async def saved() -> None:
            if not self._saving:
                await self._try(self.emit_stored, emit)

        with self._store.after_saves(self._thread.id, saved):
            async with self._title:
                yield

    @property
    def is_changed(self) -> bool:
        """Asked at each event of an answer."""
        return self._known.differs_from(self._thread)

    @property
    def allows_other_images(self) -> bool:
        return self._known.allows_other_images(self._thread)

    async def emit_changes(self, emit: Emit) -> None:
        """Store and send what the server changed in the thread object, and only that; it may have stored it itself."""
        if not self.is_changed:
            return
        self._known = KnownThread(self._thread)
        self._saving = True
        try:
            await self._store.save_thread(self._thread, self._caller)
        finally:
            self._saving = False
        # Read again: a user may have renamed it since this object was loaded.
        self._emit(await self._load(), emit)

    async def emit_stored(self, emit: Emit) -> None:
        """Send what was stored through another object than this one."""
        stored = await self._load()
        if self._known.differs_from(stored):
            self._emit(stored, emit)

    async def emit_title(self, emit: Emit, *, wait: bool = False) -> None:
        """Store and send our own title once it is found."""
        title = await self._title.result(wait=wait)
        if title and await self._store.set_title_if_none(self._thread.id, title, self._caller):
            self._thread.title = title
            self._thread.mark_saved({"title": title})
            self._known = KnownThread(self._thread)
            emit(ThreadUpdatedEvent(thread=self._view(self._thread)))

    async def emit_last(self, emit: Emit) -> None:
        """What the server changed before its answer failed or was stopped."""
        await self._try(self.emit_changes, emit)
        await self._try(self.emit_stored, emit)

    async def _try(self, emit_what: Callable[[Emit], Awaitable[None]], emit: Emit) -> None:
        """An answer that ended, or a server that saves, does not fail because pages cannot be told of it."""
        try:
            await emit_what(emit)
        except NotFound:
            pass  # deleted meanwhile
        except Exception:
            logger.exception("could not store or send what changed in thread %s", self._thread.id)

    def _emit(self, stored: StoredThread, emit: Emit) -> None:
        self._thread.take(stored)
        self._known = KnownThread(stored)
        emit(ThreadUpdatedEvent(thread=self._view(stored)))

    async def _load(self) -> StoredThread:
        return await self._store.load_thread(self._thread.id, self._caller)
