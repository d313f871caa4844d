"""Imports hosted threads into the store: repeatable, and resumable after an interruption.

A thread keeps its id, and is written whole or not at all. So threads that are stored already are skipped, and
no progress is recorded elsewhere. A thread that fails is listed in the report, and does not stop the others.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from chatkit.types import ThreadItem, UserMessageItem
from openai.types.beta.chatkit import ChatKitThread

from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError, NotFound
from chatkit_link.hosted.items import from_hosted_item, from_hosted_thread
from chatkit_link.hosted.refusals import RequestRefused, UpstreamDown
from chatkit_link.hosted.threads import HostedThreads
from chatkit_link.store.engine import Database
from chatkit_link.store.imports import WholeThread, add_missing, add_whole, find_known

#: Threads that are read at once: OpenAI's rate limit is shared with the users who chat there meanwhile.
_AT_ONCE: Final = 4
#: Failures one after the other, after which OpenAI is taken to be down.
_ENOUGH: Final = 8


class _Undo(Exception):
    """Rolls a transaction back."""


@dataclass(frozen=True, slots=True)
class Mover:
    """hosted: the user's name at OpenAI. caller: who that is here."""

    hosted: str
    caller: Caller


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """What did not come along, or not whole. user: at OpenAI. lost: a thread, or all of the user's, is not here."""

    what: str
    user: str
    thread: str | None = None
    item: str | None = None
    lost: bool = False


@dataclass(slots=True)
class Report:
    """threads: that were written, or would have been. known: were here already. items, files: of those written.

    without_threads: users, by their names at OpenAI.
    """

    dry_run: bool = False
    users: int = 0
    threads: int = 0
    known: int = 0
    items: int = 0
    files: int = 0
    without_threads: list[str] = field(default_factory=list[str])
    problems: list[ImportProblem] = field(default_factory=list[ImportProblem])
    stopped: str | None = None

    @property
    def complete(self) -> bool:
        """Whether another run would find nothing left to do."""
        return self.stopped is None and not any(problem.lost for problem in self.problems)


class Import:
    """One import.

    again: look into threads that are stored already for items that were added later. dry_run: store nothing.
    on_user: called with the number of a user's threads to import. on_user_done, on_thread: called after each of them.
    """

    def __init__(
        self,
        threads: HostedThreads,
        database: Database,
        *,
        dry_run: bool = False,
        again: bool = False,
        on_user: Callable[[int], None] = lambda _: None,
        on_user_done: Callable[[], None] = lambda: None,
        on_thread: Callable[[], None] = lambda: None,
    ) -> None:
        self._threads = threads
        self._database = database
        self._dry_run = dry_run
        self._again = again
        self._on_user = on_user
        self._on_user_done = on_user_done
        self._on_thread = on_thread
        self._failures = 0
        self.report = Report(dry_run=dry_run)

    async def run(self, movers: Iterable[Mover]) -> Report:
        """Never raises what OpenAI or the database refuse: the report states why it stopped."""
        try:
            for mover in movers:
                await self._bring_user(mover)
                self.report.users += 1
                self._on_user_done()
        except LinkError as error:
            self.report.stopped = error.message
        return self.report

    async def _bring_user(self, mover: Mover) -> None:
        try:
            found = await self._threads.of_user(mover.hosted)
        except (UpstreamDown, RequestRefused) as error:
            self._fail(ImportProblem(error.message, mover.hosted, lost=True), error)
            return
        if not found:
            self.report.without_threads.append(mover.hosted)
        named = [thread for thread in found if isinstance(getattr(thread, "id", None), str)]
        if len(named) < len(found):
            self.report.problems.append(ImportProblem("OpenAI lists threads without an id.", mover.hosted, lost=True))
        async with self._database.session(mover.caller) as session:
            known = await find_known(session, [thread.id for thread in named])
        self.report.known += len(known)
        wanted = named if self._again else [thread for thread in named if thread.id not in known]
        self._on_user(len(wanted))
        waiting = deque(wanted)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._work(mover, waiting, known)) for _ in range(_AT_ONCE)]
        for task in tasks:
            if (error := task.result()) is not None:
                raise error

    async def _work(self, mover: Mover, waiting: deque[ChatKitThread], known: set[str]) -> LinkError | None:
        """Import the waiting threads, one after the other; returns a reason to stop altogether, if there is one."""
        while waiting:
            thread = waiting.popleft()
            if (stop := await self._bring(mover, thread, known=thread.id in known)) is not None:
                waiting.clear()
                return stop
        return None

    async def _bring(self, mover: Mover, thread: ChatKitThread, *, known: bool) -> LinkError | None:
        """A thread; what it returns is a reason to stop altogether."""
        try:
            if thread.user != mover.hosted:  # never store another user's thread, whatever the cause
                raise NotFound("OpenAI reports that this thread is another user's.")
            await self._write(mover, await self._read(mover, thread), known=known)
        except (NotFound, UpstreamDown, RequestRefused) as error:
            try:
                self._fail(ImportProblem(error.message, mover.hosted, thread.id, lost=True), error)
            except LinkError as stop:
                return stop
        except ValueError:
            self.report.problems.append(
                ImportProblem("OpenAI's data of this thread cannot be read.", mover.hosted, thread.id, lost=True)
            )
        except LinkError as error:
            return error
        else:
            self._failures = 0
        finally:
            self._on_thread()
        return None

    async def _read(self, mover: Mover, thread: ChatKitThread) -> WholeThread:
        metadata = from_hosted_thread(thread)
        items: dict[str, ThreadItem] = {}
        for given in await self._threads.items_of(thread.id):
            brought = from_hosted_item(given, thread.id)
            item_id = brought.item.id if brought.item else str(getattr(given, "id", None) or "?")
            self.report.problems += [ImportProblem(note, mover.hosted, thread.id, item_id) for note in brought.notes]
            if brought.item is not None:
                items.setdefault(item_id, brought.item)
        messages = [item for item in items.values() if isinstance(item, UserMessageItem)]
        files = {attachment.id: attachment for message in messages for attachment in message.attachments}
        return WholeThread(metadata, list(items.values()), list(files.values()))

    async def _write(self, mover: Mover, whole: WholeThread, *, known: bool) -> None:
        items = len(whole.items)
        try:
            async with self._database.session(mover.caller, atomic=True) as session:
                if known:
                    items = await add_missing(session, whole)
                elif not await add_whole(session, whole):  # another import came first
                    self.report.known += 1
                    return
                if self._dry_run:  # after the database has accepted it
                    raise _Undo
        except _Undo:
            pass
        self.report.threads += not known
        self.report.items += items
        self.report.files += 0 if known else len(whole.attachments)

    def _fail(self, problem: ImportProblem, error: LinkError) -> None:
        """Report a failure. Raises the error after too many in a row."""
        self.report.problems.append(problem)
        self._failures += isinstance(error, UpstreamDown)
        if self._failures >= _ENOUGH:
            raise error
