"""What a page costs when there is much behind it."""

import asyncio
import hashlib
import json
import urllib.request
from dataclasses import dataclass

from sqlalchemy import text

from bench.load import Asked
from bench.process import Server, load, say
from bench.streams import create_request
from chatkit_link.store.engine import Database

_ITEMS = text(
    """
    INSERT INTO thread_items (thread_id, id, tenant, user_id, seq, type, data)
    SELECT threads.id, 'msg_' || md5(threads.id || number), tenant, user_id, last_seq + number, 'assistant_message',
           jsonb_build_object('content', jsonb_build_array(jsonb_build_object(
               'type', 'output_text', 'annotations', '[]'::jsonb, 'text', 'Answer number ' || number)))
    FROM threads, generate_series(1, :count) AS number WHERE threads.id = :thread
    """
)
_COUNTED = text("UPDATE threads SET last_seq = last_seq + :count WHERE id = :thread")
_THREADS = text(
    """
    INSERT INTO threads (id, tenant, user_id, title, status, metadata, last_activity)
    SELECT 'thr_' || md5(threads.id || number), tenant, user_id, 'Chat ' || number, status, metadata,
           now() - number * interval '1 second'
    FROM threads, generate_series(1, :count) AS number WHERE threads.id = :thread
    """
)


@dataclass(frozen=True, slots=True)
class Pages:
    """What a page of 20 takes. kind: ``items`` or ``threads``. cpu, database_cpu, whole: seconds, of one request."""

    kind: str
    place: str
    count: int
    requests: int
    cpu: float
    database_cpu: float
    whole_p50: float


def measure_pages(
    server: Server, url: str, counts: dict[str, list[int]], seconds: float, rounds: int
) -> list[list[Pages]]:
    """Pages of items and of threads for each count, at the newest end and in the middle; the rounds of each."""
    asked: list[tuple[str, str, int, Asked]] = []
    for kind, sizes in counts.items():
        for count in sizes:
            say(f"a thread with {count:,} items" if kind == "items" else f"a list of {count:,} threads")
            thread, cookie = _new_thread(server)
            asyncio.run(_fill(url, thread, kind, count))
            requests = {"newest": _page_request(kind, thread, None)}
            if count > 1000:
                requests["middle"] = _page_request(kind, thread, _middle(kind, thread, count))
            for place, body in requests.items():
                load(Asked(server.port, "/chatkit/plain", body, 1, seconds, cookie=cookie))  # what is read once
                asked.append(
                    (kind, place, count, Asked(server.port, "/chatkit/plain", body, 1, seconds, cookie=cookie))
                )
    asyncio.run(_settle(url))
    say("pages")
    measured = [[_measure(server, *each) for each in asked] for _ in range(rounds)]
    return [list(each) for each in zip(*measured, strict=True)]


def _measure(server: Server, kind: str, place: str, count: int, asked: Asked) -> Pages:
    cpu, database_cpu = server.cpu(), server.database_cpu()
    whole = sorted(load(asked).whole)
    return Pages(
        kind=kind,
        place=place,
        count=count,
        requests=len(whole),
        cpu=(server.cpu() - cpu) / len(whole),
        database_cpu=(server.database_cpu() - database_cpu) / len(whole),
        whole_p50=whole[len(whole) // 2],
    )


def _new_thread(server: Server) -> tuple[str, str]:
    """A thread of a user of its own: its id, and the user's cookie."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/chatkit/plain", create_request("2").encode(), {"Accept": "*/*"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        first = answer.read().partition(b"data: ")[2].partition(b"\n\n")[0]
    return json.loads(first)["thread"]["id"], cookie


async def _fill(url: str, thread: str, kind: str, count: int) -> None:
    database = Database(url, patience=600)  # a million rows take longer than a request may
    try:
        async with database.system() as connection:
            given = {"thread": thread, "count": count}
            await connection.execute(_ITEMS if kind == "items" else _THREADS, **given)
            if kind == "items":
                await connection.execute(_COUNTED, **given)
            await connection.execute(text("ANALYZE threads, thread_items"))
    finally:
        await database.close()


async def _settle(url: str) -> None:
    """Do now what PostgreSQL would do in the background while pages are measured."""
    database = Database(url, patience=600)
    try:
        async with database.replica() as connection:
            await connection.execute(text("VACUUM (ANALYZE) threads, thread_items"))
    finally:
        await database.close()


def _page_request(kind: str, thread: str, after: str | None) -> str:
    params: dict[str, object] = {"limit": 20, "order": "desc", "after": after}
    if kind == "items":
        params["thread_id"] = thread
    return json.dumps({"type": f"{kind}.list", "params": params, "metadata": {}})


def _middle(kind: str, thread: str, count: int) -> str:
    """The id of a row in the middle: it is looked up, as the SDK's own cursors are."""
    digest = hashlib.md5(f"{thread}{count // 2}".encode(), usedforsecurity=False).hexdigest()
    return f"{'msg' if kind == 'items' else 'thr'}_{digest}"
