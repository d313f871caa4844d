"""Several servers on one database: no visitor loses a history to their secrets or their clocks."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http.cookies import SimpleCookie
from pathlib import Path

import httpx2
import pytest

from chatkit_link.cli.migrate import migrate
from chatkit_link.errors import ConfigurationError
from chatkit_link.identity import FINGERPRINT, OtherSecret, is_other_secret, require_known_secret
from chatkit_link.own_route.connection import Connection
from chatkit_link.settings import Settings
from chatkit_link.store import deployment
from chatkit_link.store.engine import Database
from tests.conftest import running
from tests.finished_stream import told
from tests.limits.users import talking

pytestmark = pytest.mark.usefixtures("own_secret")
Make = Callable[..., Settings]
OLD, NEW, THIRD = "the old secret of these replicas, long enough", "n" * 32, "t" * 32
LIST = {"type": "threads.list", "params": {}}


class Browser:
    """A visitor's browser: the cookies that it has, and the threads that a server shows it."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    @property
    def header(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    async def post(self, address: str, body: dict[str, object]) -> httpx2.Response:
        async with httpx2.AsyncClient(timeout=60) as http:
            answer = await http.post(f"{address}/chatkit/echo", json=body, headers=self.header)
        for name, morsel in SimpleCookie(answer.headers.get("set-cookie")).items():
            self.cookies[name] = morsel.value
        return answer

    async def threads(self, address: str) -> list[str]:
        return [thread["id"] for thread in (await self.post(address, LIST)).json()["data"]]

    async def chats(self, address: str) -> str:
        """The id of a new thread."""
        await self.threads(address)  # by which it is given a cookie
        async with talking(address, self.header) as client:
            return (await told(client.create_thread("Hello"))).thread_id


@asynccontextmanager
async def replica(make: Make, secret: str, previous: str | None = None) -> AsyncIterator[str]:
    async with running(make(secret=secret, secret_previous=previous)) as address:
        yield address


@pytest.mark.parametrize("seconds", [-180, -3, 3, 180])
async def test_a_replica_whose_clock_differs_keeps_the_visitor(
    make_settings: Make, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    browser = Browser()
    async with replica(make_settings, OLD) as address:
        thread = await browser.chats(address)
        before = dict(browser.cookies)
        now = time.time
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now() + seconds)
        assert await browser.threads(address) == [thread]
    assert browser.cookies == before


async def test_a_replica_with_another_secret_does_not_start_and_says_what_to_do(make_settings: Make) -> None:
    browser = Browser()
    async with replica(make_settings, OLD) as address:
        thread = await browser.chats(address)
        with pytest.raises(ConfigurationError) as refused:
            async with replica(make_settings, NEW):
                pass
        for way_out in ("Set CHATKIT_LINK_SECRET to theirs", "CHATKIT_LINK_SECRET_PREVIOUS", "--new-secret"):
            assert way_out in str(refused.value)
        assert NEW not in str(refused.value) and OLD not in str(refused.value)
        async with replica(make_settings, OLD) as second:
            assert await browser.threads(second) == [thread]


async def test_a_rotation_loses_no_visitor(make_settings: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """First every replica reads the new one, then every replica signs with it, then the old one is left out."""
    old, late = Browser(), Browser()
    async with replica(make_settings, OLD) as address:
        threads = [await browser.chats(address) for browser in (old, late)]
        visitor = await _visitor(address)
    async with replica(make_settings, OLD, NEW) as waiting, replica(make_settings, NEW, OLD) as ahead:
        for address in (ahead, waiting, ahead):
            assert await old.threads(address) == threads[:1]
            assert await _visitor(address, visitor) == visitor.partition(".")[0]
        new = Browser()
        newest = await new.chats(ahead)
        assert await new.threads(waiting) == [newest]
        with pytest.raises(ConfigurationError):
            async with replica(make_settings, THIRD):
                pass
    now = time.time
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now() + 2 * 86400)
    async with replica(make_settings, NEW, OLD) as address:
        assert await old.threads(address) == threads[:1]
    async with replica(make_settings, NEW) as address:
        assert await old.threads(address) == threads[:1], "signed again meanwhile"
        assert await new.threads(address) == [newest]
        # One who was away all the time begins anew, and the cookie stays for the day when the secret is back.
        assert await late.threads(address) == []
        assert len(late.cookies) == 2
        anew = await late.chats(address)
        assert await late.threads(address) == [anew]
    async with replica(make_settings, NEW, OLD) as address:
        assert await late.threads(address) == threads[1:]


async def _visitor(address: str, former: str = "") -> str:
    """A token for an embedded page, or the user of the former one."""
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{address}/visitor", json={"former": former, "page": "https://shop.example"})
    token: str = answer.json()["token"]
    return token.partition(".")[0] if former else token


async def test_a_lost_secret_is_given_up_by_a_command(
    make_settings: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with replica(make_settings, OLD):
        pass
    settings = make_settings(secret=NEW)
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.chdir(settings.data)
    await asyncio.to_thread(migrate, new_secret=True)
    assert "The next server that starts decides" in capsys.readouterr().out
    async with replica(make_settings, NEW):
        pass
    with pytest.raises(ConfigurationError):
        async with replica(make_settings, OLD):
            pass


async def test_a_database_elsewhere_and_a_secret_of_the_folder_are_warned_of(
    make_settings: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(make_settings(secret=None, data=tmp_path)):
        pass
    (said,) = [record.getMessage() for record in caplog.records if "DATABASE_URL is set" in record.getMessage()]
    secret = (tmp_path / "secret").read_text()
    assert f"{tmp_path}/secret" in said and "Set CHATKIT_LINK_SECRET to its content" in said and secret not in said
    # A container that came without the folder would be another server to all visitors.
    with pytest.raises(ConfigurationError, match="another secret"):
        async with running(make_settings(secret=None, data=tmp_path / "new")):
            pass
    async with running(make_settings(secret=secret)):
        pass


async def test_of_two_that_replace_the_secret_at_once_with_others_one_starts(
    make_settings: Make, database: Database
) -> None:
    async with replica(make_settings, OLD):
        pass
    old, new, third = (secret.encode() for secret in (OLD, NEW, THIRD))
    starts = (require_known_secret(database, (present, old)) for present in (new, third))
    results = await asyncio.gather(*starts, return_exceptions=True)
    assert {type(result) for result in results} == {OtherSecret, type(None)}
    winner = new if results[0] is None else third
    assert not await is_other_secret(database, (winner,))
    assert await is_other_secret(database, (old,))


async def test_files_behind_a_route_of_ones_own_are_refused_another_secret(
    make_settings: Make, database: Database
) -> None:
    """Links that the one signs would not open at the other. Such a route decides nothing, and has no visitors."""
    routes = {secret: Connection(make_settings(secret=secret)) for secret in (OLD, NEW)}
    for route in routes.values():
        route.with_files = True
        assert await route.files()
        await route.close()
    assert await deployment.find(database, FINGERPRINT) is None
    async with replica(make_settings, OLD):
        pass
    assert await routes[OLD].files()
    with pytest.raises(OtherSecret):
        await routes[NEW].files()
    without = Connection(make_settings(secret=NEW))
    assert (await without.get()).store
    for route in (*routes.values(), without):
        with suppress(OtherSecret):
            await route.close()
