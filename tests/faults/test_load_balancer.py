"""Three replicas behind HAProxy, which sends each request to another one: to a person they are one server."""

import asyncio
import io
import subprocess
import tarfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from chatkit.types import ThreadItem

from chatkit_link.client import ChatKitClient
from chatkit_link.runs.log import OWN_IDS
from tests.faults.agents import answer
from tests.faults.processes import LoadBalancer, Server, free_port, haproxy, running
from tests.faults.size import count
from tests.faults.users import Broken, Person, Reading, answers, messages
from tests.suite.s3 import create_bucket, s3_server

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(haproxy() is None, reason="HAProxy is not installed (Debian: apt install haproxy)"),
]
REPOSITORY = Path(__file__).parents[2]
#: The newest schema of a version that people have.
RELEASED = "0014"
SERVER_KEY = "the-fault-tests-have-a-server-key-too"
#: Longer than the load balancer takes to notice.
GRACE = 2
#: Seconds.
HEARTBEAT = 1


@asynccontextmanager
async def balanced(folder: Path, *servers: Server, port: int | None = None) -> AsyncIterator[LoadBalancer]:
    async with running(*servers):
        balancer = LoadBalancer(folder, port or free_port(), *servers)
        try:
            await balancer.knows(*servers)
            yield balancer
        finally:
            balancer.stop()


@pytest.fixture
async def people() -> AsyncIterator[Callable[[], Person]]:
    """Makes people who, like a page, give up a stream without a sign of life for a few heartbeats."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    timeout = httpx2.Timeout(30, read=4 * HEARTBEAT)
    async with httpx2.AsyncClient(limits=limits, timeout=timeout, trust_env=False) as http:
        yield lambda: Person(http)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address of a storage; its credentials are in the environment, which the servers take over."""
    with s3_server() as endpoint:
        create_bucket(endpoint, "chat", monkeypatch)
        yield "s3://chat/files"


def answered_by(servers: list[Server], what: str) -> list[int]:
    """How many requests with this in their line of the log each server has had."""
    return [server.log.read_text().count(what) for server in servers]


async def test_a_conversation_with_files_a_stop_and_a_session_goes_over_all_replicas(
    make_server: Callable[..., Server], people: Callable[[], Person], bucket: str, tmp_path: Path
) -> None:
    port = free_port()
    settings = {"files_url": bucket, "server_key": SERVER_KEY, "public_url": f"http://127.0.0.1:{port}"}
    servers = [make_server(**settings) for _ in range(3)]
    async with balanced(tmp_path, *servers, port=port) as balancer, asyncio.timeout(120):
        person = people()
        for asked in ("20 5", "30 5", "40 5"):
            async with person.ask(balancer, asked) as first:
                await first.read(4)
                # The rest from whichever replica is next, as after a reload.
                rest = await person.reread(balancer, first.run_id, first.last_id)
                whole = await person.reread(balancer, first.run_id)
                await first.read()
            assert first.text == answer(int(asked.split()[0]))
            assert whole.raw == first.raw and first.raw.endswith(rest.raw)
            assert [frame.id for frame in whole.frames] == list(range(1, len(whole.frames) + 1))
        async with person.ask(balancer, "2000 5") as long:
            await long.read(4)
            stopped = await person.cancel(balancer, long.run_id)
            assert stopped.status_code == 200 and stopped.json()["status"] == "cancelled"
            await long.read()
        items = await person.stored(balancer)
        assert messages(items) == ["20 5", "30 5", "40 5", "2000 5"]
        assert answers(items) == [answer(20), answer(30), answer(40), long.text]

        client = person.client(balancer)
        attachment = await client.upload(b"What was said.", name="notes.txt", mime_type="text/plain")
        bearer = {"Authorization": person.authorization}
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=True) as http:
            for _ in servers:
                link = (await http.get(f"{balancer.url}/files/{attachment.id}/link", headers=bearer)).json()["url"]
                assert link.startswith(balancer.url)
                assert (await http.get(link)).content == b"What was said."
        await _session(balancer, servers)
    assert all(answered_by(servers, "POST /chatkit")), "each replica has had a part of it"
    assert [server.traces() for server in servers] == ["", "", ""]


async def _session(balancer: LoadBalancer, servers: list[Server]) -> None:
    """A client secret that one replica has made is good at all of them, until it is cancelled at one."""
    body = {"user": "ada", "workflow": {"id": "words"}}
    key = {"Authorization": f"Bearer {SERVER_KEY}", "OpenAI-Beta": "chatkit_beta=v1"}
    async with httpx2.AsyncClient(base_url=balancer.url, trust_env=False) as http:
        session = (await http.post("/v1/chatkit/sessions", json=body, headers=key)).json()
        bearer = {"Authorization": f"Bearer {session['client_secret']}"}
        client = ChatKitClient(balancer.chatkit, http=http, headers=bearer)
        for _ in servers:
            assert (await client.list_threads()).data == []
        await http.post(f"/v1/chatkit/sessions/{session['id']}/cancel", headers=key)
        listing = {"type": "threads.list", "params": {}}
        for _ in servers:
            assert (await http.post("/chatkit", json=listing, headers=bearer)).status_code == 401


def _check_order(reading: Reading) -> None:
    """The end of an answer whose replica is gone has ids of its own, behind all that it may have written."""
    ids = [frame.id for frame in reading.frames]
    own = [number for number in ids if number <= OWN_IDS]
    assert own == list(range(1, len(own) + 1)), f"an event is missing, or came twice: {own}"
    assert ids == sorted(set(ids)), f"events came twice or in another order: {ids}"


@dataclass
class Regular:
    """Somebody who asks one thing after the other, and again what was not acknowledged.

    Each attempt asks for another number of words, so that it is known afterwards which of them came through.
    """

    person: Person
    acknowledged: list[str] = field(default_factory=list)
    attempts: int = 0
    refused: list[str] = field(default_factory=list)

    async def ask(self, balancer: LoadBalancer) -> None:
        """Until one message is acknowledged and its answer, or what became of it, was read to its end."""
        before = len(self.acknowledged)
        while len(self.acknowledged) == before:
            self.attempts += 1
            asked = f"{10 + self.attempts} 20"
            reading: Reading | None = None
            try:
                async with self.person.ask(balancer, asked) as reading:
                    if reading.response.status_code != 200:
                        self.refused.append(f"{reading.response.status_code} {await reading.response.aread()!r}")
                        await asyncio.sleep(0.1)
                        continue
                    await reading.read(1)
                    if reading.frames:
                        self.acknowledged.append(asked)
                    await reading.read()
            except Broken as error:
                self.refused.append(repr(error))
            if reading is not None and reading.frames:
                await self._follow(balancer, reading)

    async def _follow(self, balancer: LoadBalancer, reading: Reading) -> None:
        """Read on from whichever replica is there, as a page does, and see each event once."""
        _check_order(reading)
        while True:
            try:
                async with asyncio.timeout(10):
                    whole = await self.person.reread(balancer, reading.run_id)
            except (Broken, AssertionError, TimeoutError):  # nobody serves it at the moment
                await asyncio.sleep(0.1)
                continue
            _check_order(whole)
            shown = {frame.id: frame.raw for frame in reading.frames}
            assert all(shown.get(frame.id, frame.raw) == frame.raw for frame in whole.frames), "an id names two events"
            return

    async def _all_items(self, balancer: LoadBalancer) -> list[ThreadItem]:
        client, thread = self.person.client(balancer), self.person.thread_id
        page = await client.list_items(thread, order="asc", limit=100)
        items = page.data
        while page.has_more:
            page = await client.list_items(thread, order="asc", limit=100, after=page.after)
            items += page.data
        return items

    async def check(self, balancer: LoadBalancer) -> None:
        stored = Counter(messages(await self._all_items(balancer)))
        assert set(self.acknowledged) <= set(stored), "a message that was acknowledged is gone"
        assert set(stored.values()) == {1}, "a message is there twice"


@asynccontextmanager
async def asking(regulars: list[Regular], balancer: LoadBalancer) -> AsyncIterator[None]:
    """They ask all the time inside the block, and finish what they have begun."""
    over = asyncio.Event()

    async def chat(regular: Regular) -> None:
        while not over.is_set():
            await regular.ask(balancer)

    chats = [asyncio.create_task(chat(regular)) for regular in regulars]
    try:
        yield
    finally:
        over.set()
        await asyncio.gather(*chats)


async def everybody_asks(regulars: list[Regular], times: int = 1) -> None:
    """Wait until each of them has got through so often again."""
    goals = [len(regular.acknowledged) + times for regular in regulars]
    async with asyncio.timeout(60):
        while any(len(regular.acknowledged) < goal for regular, goal in zip(regulars, goals, strict=True)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_redeploy_of_all_replicas_refuses_no_question(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    servers = [make_server(grace=GRACE, drain=5, heartbeat=HEARTBEAT) for _ in range(3)]
    regulars = [Regular(people()) for _ in range(count(30, 9))]
    async with balanced(tmp_path, *servers) as balancer:
        async with asking(regulars, balancer):
            for server in servers:
                await everybody_asks(regulars)
                server.terminate()
                await balancer.knows(*(other for other in servers if other is not server))
                assert server.process.poll() is None, "it left before the load balancer knew"
                assert await server.exited(within=GRACE + 5 + 5) == 0
                await server.start()
                await balancer.knows(*servers)
        refused = [line for regular in regulars for line in regular.refused]
        assert refused == []
        for regular in regulars:
            await regular.check(balancer)
    print(f"{sum(len(regular.acknowledged) for regular in regulars)} questions, none refused")
    assert [server.traces() for server in servers] == ["", "", ""]


async def test_no_acknowledged_message_is_lost_while_replicas_are_killed_and_frozen(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    killed, frozen, draining = servers = [make_server(grace=GRACE, drain=5, heartbeat=HEARTBEAT) for _ in range(3)]
    regulars = [Regular(people()) for _ in range(count(30, 9))]
    async with balanced(tmp_path, *servers) as balancer:
        async with asking(regulars, balancer):
            for _ in range(count(3, 1)):
                await everybody_asks(regulars)
                killed.kill()
                await balancer.knows(frozen, draining)
                await everybody_asks(regulars)
                await killed.start()
                frozen.freeze()
                try:
                    await balancer.knows(killed, draining)
                    await everybody_asks(regulars)
                    draining.terminate()
                    await balancer.knows(killed)
                    await everybody_asks(regulars)
                finally:
                    frozen.thaw()
                await draining.exited(within=GRACE + 5 + 5)
                await draining.start()
                await balancer.knows(*servers)
        for regular in regulars:
            await regular.check(balancer)
    print(f"{sum(len(regular.acknowledged) for regular in regulars)} questions came through")
    assert [server.traces() for server in servers] == ["", "", ""]


async def test_an_upgrade_from_the_released_version_loses_nothing_while_both_versions_run(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    source = _released(tmp_path / "released")
    before = [make_server(source=source, drain=5, heartbeat=HEARTBEAT) for _ in range(3)]
    after = [make_server(grace=GRACE, drain=5, heartbeat=HEARTBEAT) for _ in range(3)]
    for old, new in zip(before, after, strict=True):  # in the same place, as the load balancer sees it
        new.port, new.url, new.chatkit = old.port, old.url, old.chatkit
    regulars = [Regular(people()) for _ in range(count(30, 9))]
    async with balanced(tmp_path, *before) as balancer:
        try:
            async with asking(regulars, balancer):
                for old, new in zip(before, after, strict=True):
                    await everybody_asks(regulars)
                    old.terminate()
                    assert await old.exited(within=15) == 0
                    await new.start()
                    await balancer.knows(*before)
                    await everybody_asks(regulars)
            for regular in regulars:
                await regular.check(balancer)
        finally:
            for new in after:
                if new._process is not None and new.process.poll() is None:
                    new.kill()
    assert [server.traces() for server in after] == ["", "", ""]


def _released(folder: Path) -> Path:
    """The sources of the last version whose schema is the released one, from this repository's history."""

    def git(*arguments: str) -> bytes:
        done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"the released version is in no history here: git {arguments[0]} failed")
        return done.stdout

    newer = sorted(
        path.name for path in (REPOSITORY / "migrations" / "versions").glob("*.py") if path.name[:4] > RELEASED
    )
    commit = "HEAD"
    if newer:
        added = git("log", "--format=%H", "--diff-filter=A", "--", f"migrations/versions/{newer[0]}").split()
        commit = f"{added[-1].decode()}~1" if added else "HEAD"
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder
