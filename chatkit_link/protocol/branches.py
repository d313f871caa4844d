"""The versions of messages and answers of a thread, and which of them are displayed."""

import json
from collections.abc import Iterable
from typing import Any

from chatkit_link.caller import Caller
from chatkit_link.store import branches
from chatkit_link.store.branches import BranchPoint
from chatkit_link.store.postgres import PostgresStore


async def list_branches(store: PostgresStore, thread_id: str, caller: Caller) -> list[BranchPoint]:
    """The places of the thread at which there is more than one version, in order. Raises NotFound."""
    await store.load_thread(thread_id, caller)
    async with store.database.session(caller) as session:
        return await branches.load_branches(session, thread_id)


async def is_elsewhere(store: PostgresStore, thread_id: str, events: Iterable[bytes], caller: Caller) -> bool:
    """Whether all items that these events of an answer are about are on other branches than the displayed one."""
    decoded: Iterable[dict[str, Any]] = map(json.loads, events)
    named = {event.get("item_id") or event.get("item", {}).get("id") for event in decoded} - {None}
    async with store.database.session(caller) as session:
        return bool(named) and not await branches.has_any(session, thread_id, named)


async def switch_branch(store: PostgresStore, thread_id: str, name: str, caller: Caller) -> list[BranchPoint]:
    """Display another version, with what followed it last; the places as they are then.

    name: one of ``BranchPoint.siblings``.

    Raises:
        NotFound: there is no such thread, or no such version in it.
        ThreadBusy: an answer is being written.
    """
    await store.load_thread(thread_id, caller)
    async with store.database.session(caller, atomic=True) as session:
        await branches.walk(session, thread_id, name)
        return await branches.load_branches(session, thread_id)
