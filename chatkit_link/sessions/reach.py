"""How far back a session reaches: which of the user's threads, and with them which runs and files.

A session is for one agent, and reaches no thread that began with another one. A thread without an agent, from before
threads had any, is in reach by its id, and in the list of the server's default agent.

``recent_threads`` counts threads of the agent by their last activity. Without a history, a thread stays in reach
for a day after its last activity: a session lasts a day at most, and the chat in an open page must outlive the session
that it was started with.
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
from chatkit_link.store.threads import OfAgent
from chatkit_link.translations import Localized

_ONE_DAY: Final = timedelta(days=1)


async def require_thread(store: PostgresStore, thread_id: str, caller: Caller) -> None:
    """Raises NotFound for a thread that the caller's session does not reach.

    One that is not there is left to whoever looks for it, but where a session reaches only the newest ones.
    """
    session = caller.session
    if session is None:
        return
    # A signed link was made for whoever reached the file, and names no agent.
    if session.agent and (await _agent_of(store, thread_id, caller)) not in (None, session.agent):
        raise NotFound(Localized("thread_out_of_reach"))
    policy = _limited(caller)
    if policy is None:
        return
    newer, idle = await store.load_recency(thread_id, caller, policy.recent_threads or 0)
    too_many = policy.recent_threads is not None and newer >= policy.recent_threads
    if too_many or (not policy.history and idle > _ONE_DAY):
        raise NotFound(Localized("thread_out_of_reach"))


async def _agent_of(store: PostgresStore, thread_id: str, caller: Caller) -> str | None:
    try:
        return await store.load_agent(thread_id, caller)
    except NotFound:  # whoever looks for it says so, once the request has counted
        return None


async def require_run(store: PostgresStore, run_id: str, caller: Caller) -> None:
    """Raises NotFound for a run on a thread out of reach. A run that is not there is left to the route to refuse."""
    if caller.session is None:
        return
    async with store.database.session(caller) as session:
        run = await find_run(session, run_id)
    if run is not None:
        await require_thread(store, run.thread_id, caller)


async def require_file(store: PostgresStore, file_id: str, caller: Caller) -> None:
    """As ``require_files``, and asks nothing without a session."""
    if caller.session is not None:
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
    store: PostgresStore, limit: int, after: str | None, order: str, caller: Caller, of: OfAgent
) -> Page[ThreadMetadata]:
    """A page of the caller's threads with an agent, of those that are in reach of the session."""
    policy = _limited(caller)
    if policy is None:
        return await store.load_threads(limit, after, order, caller, of=of)
    if not policy.history or policy.recent_threads is None:
        return Page(data=[], has_more=False)
    latest = (await store.load_threads(policy.recent_threads, None, "desc", caller, of=of)).data
    if order == "asc":
        latest.reverse()
    # The cursor of such a page is the id of its last thread.
    ids = [thread.id for thread in latest]
    start = ids.index(after) + 1 if after in ids else 0
    data = latest[start : start + limit]
    more = start + limit < len(latest)
    return Page(data=data, has_more=more, after=data[-1].id if data and more else None)


async def list_reachable(store: PostgresStore, caller: Caller, of: OfAgent) -> list[str] | None:
    """Ids of the threads with an agent that a session reaches, the one that was used last first; None for all."""
    policy = _limited(caller)
    if policy is None:
        return None
    return [
        thread.id for thread in (await list_threads(store, policy.recent_threads or 1, None, "desc", caller, of)).data
    ]


def _limited(caller: Caller) -> SessionPolicy | None:
    """The policy of a session that does not reach all of the user's threads."""
    policy = caller.session
    return None if policy is None or (policy.history and policy.recent_threads is None) else policy
