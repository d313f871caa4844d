"""What most tests need: a real PostgreSQL, migrated once, and real servers on it.

Each worker of pytest-xdist has a database of its own on one server (suite/postgres_process.py).
Tests do not share people: each makes callers or clients of its own, so no table is ever emptied.
"""

import functools
import os
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from fastapi import FastAPI
from hypothesis import settings as hypothesis_settings

from chatkit_link.app import create_app
from chatkit_link.caller import Caller
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.files.storage import Storage
from chatkit_link.files.storage_claim import ANY, MARKER
from chatkit_link.http.services import Services
from chatkit_link.identity import FINGERPRINT
from chatkit_link.settings import Settings
from chatkit_link.store import deployment
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore
from tests.suite.postgres import SHARED_SECRET, Postgres

HERE = Path(__file__).parent
#: Killed servers and cut connections take minutes and a quiet machine: `make faults`.
collect_ignore = [] if os.environ.get("CHATKIT_LINK_FAULTS") else ["faults"]
POSTGRES = pytest.StashKey[Postgres]()

# How long one example takes depends on what else the machine does.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

DOCUMENT = """\
# Tea

## Green tea
Green tea is brewed at eighty degrees. Green tea should steep for two minutes.

## Black tea
Black tea is brewed with boiling water. Black tea should steep for four minutes.
"""


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """Hardly a test speaks TLS, and to read the system's certificates takes each new client 80 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", functools.cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_database() -> Iterator[None]:
    """On a machine that does much else, a statement may take long; tests of a database that is away say so."""
    defaults = Database.__init__.__kwdefaults__
    assert defaults is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults, "patience", 60.0)
        patch.setattr("chatkit_link.limits.requests.PATIENCE", 60.0)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--leave-out", action="append", default=[], help="a group of slow tests (suite/slow.py)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    out = set(config.getoption("--leave-out") or ())
    left = [item for item in items if (marker := item.get_closest_marker("slow")) and marker.args[0] in out]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[POSTGRES] = Postgres()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the process that hands out the tests: tell a worker the address of its database."""
    node.workerinput["postgres_url"] = node.config.stash[POSTGRES].database(node.gateway.id)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[POSTGRES].close()


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> str:
    """The address of a migrated database, of this worker alone."""
    if worker := getattr(pytestconfig, "workerinput", None):
        return worker["postgres_url"]
    return pytestconfig.stash[POSTGRES].database("only")


@pytest.fixture(scope="session")
async def database(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url, pool_size=20)
    yield database
    await database.close()


@pytest.fixture
async def own_storage(database: Database) -> AsyncIterator[None]:
    """For servers whose files are elsewhere than those of the shared server: as many deployments on one database."""
    before = await deployment.find(database, MARKER)
    await deployment.replace(database, MARKER, ANY)
    yield
    await deployment.replace(database, MARKER, before or ANY)


@pytest.fixture(scope="session")
def store(database: Database) -> PostgresStore:
    return PostgresStore(database)


@pytest.fixture
def ada() -> Caller:
    return Caller(tenant="default", user=f"ada-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def bob() -> Caller:
    """Somebody else in the same tenant."""
    return Caller(tenant="default", user=f"bob-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def eve(ada: Caller) -> Caller:
    """The same user id in another tenant."""
    return Caller(tenant="elsewhere", user=ada.user)


@pytest.fixture(scope="session")
async def make_settings(
    postgres_url: str, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Settings]:
    """Settings of a server on the shared database, which searches a small folder of its own."""
    folder = tmp_path_factory.mktemp("server")
    # The database's files are here, whichever test of a command with a folder of its own came first.
    (folder / "files").mkdir(0o700)
    (folder / "files" / Storage.MARKER).touch(0o600)
    (folder / "files" / Storage.MARKER).write_text("of-all-tests")
    await deployment.replace(database, MARKER, "of-all-tests")
    (folder / "docs").mkdir()
    (folder / "docs" / "tea.md").write_text(DOCUMENT)

    def make(**given: Any) -> Settings:
        defaults: dict[str, Any] = {
            "database_url": postgres_url,
            "secret": SHARED_SECRET,
            "data": folder,
            "docs": folder / "docs",
            "config": HERE / "fixtures" / "agents.toml",
            "offline_pace": 0,
            "heartbeat": 0.2,
            "drain": 1,
            "database_pool": 8,
            "openai_api_key": None,
            "openai_base_url": None,
            "allowed_hosts": "*.example.com",
            # All tests come from one address; those of limits set their own.
            "rate_messages": 0,
            "rate_messages_address": 0,
            "rate_uploads": 0,
            "rate_uploads_address": 0,
            "rate_transcriptions": 0,
            "rate_transcriptions_address": 0,
            "rate_sessions": 0,
            "rate_sessions_address": 0,
            "rate_shares_address": 0,
        }
        return Settings(**defaults | given)

    return make


@pytest.fixture
async def own_secret(database: Database) -> AsyncIterator[None]:
    """For servers that have another secret than the others on this database."""
    await deployment.forget(database, FINGERPRINT)
    yield
    await deployment.forget(database, FINGERPRINT)


@pytest.fixture(scope="module")
async def own_keys(database: Database) -> AsyncIterator[None]:
    """For tests that make server keys: with any in its database, a server lets no visitors in."""
    yield
    async with database.system() as connection:
        await connection.connection.execute("DELETE FROM server_keys")


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[str]:
    """A server of these settings inside the block; gives its address."""
    async with serving(create_app, settings) as address:
        yield address


@pytest.fixture(scope="session")
async def shared_server(make_settings: Callable[..., Settings]) -> AsyncIterator[tuple[str, FastAPI]]:
    apps: list[FastAPI] = []

    def make(settings: Settings) -> FastAPI:
        apps.append(create_app(settings))
        return apps[0]

    async with serving(make, make_settings()) as address:
        yield address, apps[0]


@pytest.fixture(scope="session")
def server(shared_server: tuple[str, FastAPI]) -> str:
    """The address of a server with the research agent and those of fixtures/agents.toml."""
    return shared_server[0]


@pytest.fixture(scope="session")
def services(shared_server: tuple[str, FastAPI]) -> Services:
    """What that server is made of, to wait for what it does when nobody reads."""
    return shared_server[1].state.services


@pytest.fixture
async def connect(server: str) -> AsyncIterator[Callable[..., ChatKitClient]]:
    """Makes clients of the shared server, each of them somebody else."""
    async with AsyncExitStack() as stack:

        def connect(agent: str = "research", headers: dict[str, str] | None = None) -> ChatKitClient:
            client = ChatKitClient(f"{server}/chatkit/{agent}", headers=headers)
            stack.push_async_callback(client.aclose)
            return client

        yield connect
