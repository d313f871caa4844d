"""How far back a session reaches: which of the user's threads, and with them which runs and files.

``recent_threads`` counts threads by their last activity. Without a history, a thread stays in reach for a day
after its last activity: a session lasts a day at most, and the chat in an open page must outlive the session that
it was started with.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from chatkit.types import Page, ThreadMetadata

from chatkit_link.caller import Caller, SessionPolicy
from chatkit_link.errors import NotFound
from chatkit_link.store.files import File, find_files
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.runs import find_run
from chatkit_link.translations import Localized

_ONE_DAY: Final = timedelta(days=1)


async def require_thread(store: PostgresStore, thread_id: str, caller: Caller) -> None:
    """Raises NotFound for a thread that the caller's session does not reach, and for one that is not there."""
    policy = _limited(caller)
    if policy is None:
        return
    newer, idle = await store.load_recency(thread_id, caller, policy.recent_threads or 0)
    too_many = policy.recent_threads is not None and newer >= policy.recent_threads
    if too_many or (not policy.history and idle > _ONE_DAY):
        raise NotFound(Localized("thread_out_of_reach"))


async def require_run(store: PostgresStore, run_id: str, caller: Caller) -> None:
    """Raises NotFound for a run on a thread out of reach. A run that is not there is left to the route to refuse."""
    if _limited(caller) is None:
        return
    async with store.database.session(caller) as session:
        run = await find_run(session, run_id)
    if run is not None:
        await require_thread(store, run.thread_id, caller)


async def require_file(store: PostgresStore, file_id: str, caller: Caller) -> None:
    """As ``require_files``, and asks nothing where the session reaches all threads."""
    if _limited(caller) is not None:
        await require_files(store, [file_id], caller)


async def require_files(store: PostgresStore, file_ids: Sequence[str], caller: Caller) -> list[File]:
    """The caller's files of these ids. Raises NotFound for one that is not there or belongs to a thread out of reach.

    A file that no message carries yet belongs to no thread, and is in reach.
    """
    async with store.database.session(caller) as session:
        files = await find_files(session, file_ids)
    for thread_id in sorted({file.thread_id for file in files if file.thread_id is not None}):
        await require_thread(store, thread_id, caller)
    return files


async def list_threads(
    store: PostgresStore, limit: int, after: str | None, order: str, caller: Caller
) -> Page[ThreadMetadata]:
    """A page of the caller's threads, of those that are in reach of the session."""
    policy = _limited(caller)
    if policy is None:
        return await store.load_threads(limit, after, order, caller)
    if not policy.history or policy.recent_threads is None:
        return Page(data=[], has_more=False)
    latest = (await store.load_threads(policy.recent_threads, None, "desc", caller)).data
    if order == "asc":
        latest.reverse()
    # The cursor of such a page is the id of its last thread.
    ids = [thread.id for thread in latest]
    start = ids.index(after) + 1 if after in ids else 0
    data = latest[start : start + limit]
    more = start + limit < len(latest)
    return Page(data=data, has_more=more, after=data[-1].id if data and more else None)


def _limited(caller: Caller) -> SessionPolicy | None:
    """The policy of a session that does not reach all of the user's threads."""
    policy = caller.session
    return None if policy is None or (policy.history and policy.recent_threads is None) else policy
