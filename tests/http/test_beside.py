"""`serve --app`: somebody's own application and ChatKit Link in one process."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from chatkit_link import create_app, mount, server_of
from chatkit_link.agents.catalog import configured_catalog
from chatkit_link.app import beside
from chatkit_link.cli.own_app import load_app
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError
from chatkit_link.http.pages import STATIC
from chatkit_link.settings import Settings
from tests.files.samples import image
from tests.finished_stream import told
from tests.sdk_server import serve

EVIL = "https://evil.example"
PICTURE = image()
SERVER = """
from datetime import datetime
from chatkit.server import ChatKitServer
from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadItemDoneEvent
from . import events

class CatServer(ChatKitServer):
    def __init__(self, store):
        super().__init__(store)
        events.append("server is made")
        self.fed = {}

    async def respond(self, thread, input_user_message, context):
        self.fed[thread.id] = self.fed.get(thread.id, 0) + 1
        yield ThreadItemDoneEvent(item=AssistantMessageItem(
            id=self.store.generate_item_id("message", thread, context), thread_id=thread.id,
            created_at=datetime.now(), content=[AssistantMessageContent(text=f"Fed {self.fed[thread.id]} times.")],
        ))
"""
MAIN = """
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from chatkit_link import server_of
from . import events

@asynccontextmanager
async def lifespan(app):
    events.append("their start")
    yield {"pool": "of theirs"}
    events.append("their stop")

app = FastAPI(lifespan=lifespan)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])

@app.middleware("http")
async def mark(request, call_next):
    response = await call_next(request)
    response.headers["X-Theirs"] = "yes"
    return response

@app.post("/chatkit")
async def chatkit(): return {"answered": "by the page's own back end"}

@app.get("/cats/{thread_id}")
async def cat(thread_id: str, request: Request):
    return {"fed": server_of(request, "cats").fed.get(thread_id, 0), "pool": request.state.pool,
            "same": server_of(request) is server_of(request, "cats")}

@app.post("/draft")
async def draft(request: Request): return {"length": len(await request.body()), "client": request.client.host}

@app.get("/health")
async def health(): return {"cats": "well"}

@app.get("/files/{name}")
async def file(name: str): return {"hidden": name}

@app.get("/assets/{name}")
async def asset(name: str):
    return {"theirs": name} if name == "cat.png" else JSONResponse({"detail": "no such cat"}, 404)
"""
CATALOG = 'default = "cats"\n[agents.cats]\ntarget = "app.server:CatServer"\npath = "/support/chatkit"\n'


@pytest.fixture(autouse=True)
def own_imports() -> Iterator[None]:
    path, modules = list(sys.path), dict(sys.modules)
    yield
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("events = []\n")
    (tmp_path / "app" / "server.py").write_text(SERVER)
    (tmp_path / "app" / "main.py").write_text(MAIN)
    (tmp_path / "chatkit-link.toml").write_text(CATALOG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def running_beside(settings: Settings, app: Any, name: str = "--app app.main:app") -> AsyncIterator[str]:
    async with serving(create_app, settings, around=lambda link, bound: beside(link, app, name, bound)) as address:
        yield address


@pytest.fixture
def settings(project: Path, make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(config=project / "chatkit-link.toml")


async def test_both_answer_what_is_theirs(settings: Settings, project: Path, caplog: pytest.LogCaptureFixture) -> None:
    own = load_app("app.main:app", catalog_folder=project)
    async with running_beside(settings, own.app) as address, httpx2.AsyncClient(timeout=60) as http:
        for path in ("/chatkit", "/support/chatkit", "/chatkit/cats"):
            async with ChatKitClient(f"{address}{path}") as client:
                made = await told(client.create_thread("Feed it"))
                assert made.text == "Fed 1 times."
                assert len((await client.list_threads()).data) == 1
            cat = await http.get(f"{address}/cats/{made.thread_id}")
            assert cat.json() == {"fed": 1, "pool": "of theirs", "same": True}
            assert cat.headers["x-theirs"] == "yes"
        drafted = await http.post(f"{address}/draft", content=b"12345", headers={"X-Forwarded-For": "203.0.113.9"})
        assert drafted.json() == {"length": 5, "client": "203.0.113.9"}
        missing = await http.get(f"{address}/nowhere")
        assert (missing.status_code, missing.json()) == (404, {"detail": "Not Found"})
        below = await http.get(f"{address}/chatkit/nowhere/at/all")
        assert below.headers["content-type"] == "application/problem+json"
        assert "x-theirs" not in below.headers
    events = sys.modules["app"].events
    assert events == ["their start", "server is made", "their stop"]
    assert "has routes at /files/{file_id}, where ChatKit Link answers" in caplog.text


async def test_what_both_may_have_is_theirs_where_they_have_it(settings: Settings, project: Path) -> None:
    own = load_app("app/main.py:app", catalog_folder=project)
    async with running_beside(settings, own.app) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{address}/health")).json() == {"cats": "well"}
        assert (await http.get(f"{address}/ready")).json()["status"] == "ready"
        assert "/cats/{thread_id}" in (await http.get(f"{address}/openapi.json")).json()["paths"]
        assert (await http.get(f"{address}/assets/cat.png")).json() == {"theirs": "cat.png"}
        assert (await http.get(f"{address}/assets/dog.png")).headers["content-type"] == "application/problem+json"
        if STATIC.is_dir():
            ours = next((STATIC / "assets").glob("*.js")).name
            assert (await http.get(f"{address}/assets/{ours}")).headers["content-type"].startswith("text/javascript")
            assert "<title>" in (await http.get(f"{address}/")).text
            assert (await http.get(f"{address}/chatkit.js")).status_code == 200


async def test_each_has_its_own_rules_for_other_sites(settings: Settings, project: Path) -> None:
    own = load_app("app.main:app", catalog_folder=project)
    asks = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
    async with running_beside(settings, own.app) as address, httpx2.AsyncClient(timeout=60) as http:
        theirs = await http.options(f"{address}/draft", headers=asks)
        ours = await http.options(f"{address}/chatkit", headers=asks)
        posted = await http.post(f"{address}/chatkit", json={"type": "threads.list"}, headers={"Origin": EVIL})
    assert (theirs.status_code, theirs.headers["access-control-allow-origin"]) == (200, "*")
    assert ours.status_code == 400
    assert "access-control-allow-origin" not in posted.headers
    assert posted.status_code == 403


async def test_links_of_a_mounted_server_carry_its_prefix(
    project: Path, make_settings: Callable[..., Settings]
) -> None:
    """Uploads and files, without CHATKIT_LINK_PUBLIC_URL."""
    from fastapi import FastAPI

    parent = FastAPI()
    mount(parent, "/deep/assistant", create_app(make_settings()))
    create = {"type": "attachments.create", "params": {"name": "a.png", "size": len(PICTURE), "mime_type": "image/png"}}
    async with parent.router.lifespan_context(parent), serve(parent) as address, httpx2.AsyncClient(timeout=60) as http:
        base = f"{address}/deep/assistant"
        made = (await http.post(f"{base}/chatkit", json=create)).json()
        assert made["upload_descriptor"]["url"].startswith(f"{base}/files/")
        assert server_of(parent, "echo") is not None
        sent = await http.put(made["upload_descriptor"]["url"], content=PICTURE)
        assert sent.status_code == 204
        link = (await http.get(f"{base}/files/{made['id']}/link")).json()["url"]
        assert link.startswith(f"{base}/files/")
        assert (await http.get(link)).content == PICTURE


async def test_a_server_finds_the_routes_of_the_application_beside_it_by_name(
    settings: Settings, project: Path
) -> None:
    """Also those of an application inside Starlette's middleware, and those of ChatKit Link."""
    answers = (
        "request = context['request']; text = f\"{request.url_for('cat', thread_id='7')} {request.url_for('ready')}\""
    )
    server = SERVER.replace("        yield", f"        {answers}\n        yield").replace(
        'f"Fed {self.fed[thread.id]} times."', "text"
    )
    (project / "app" / "server.py").write_text(server)
    own = load_app("app.main:app", catalog_folder=project)
    for app in (own.app, GZipMiddleware(own.app)):
        async with running_beside(settings, app) as address, ChatKitClient(f"{address}/chatkit") as client:
            assert (await told(client.create_thread("Where?"))).text == f"{address}/cats/7 {address}/ready"


async def test_an_application_inside_other_layers_starts_stops_and_finds_its_server(
    settings: Settings, project: Path
) -> None:
    """What is served need not be a FastAPI object: a layer around one is an application, too."""
    own = load_app("app.main:app", catalog_folder=project)
    kinds: list[str] = []

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        kinds.append(scope["type"])
        await own.app(scope, receive, send)

    async with running_beside(settings, layer) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{address}/cats/none")).json()["fed"] == 0
    assert kinds == ["lifespan", "http"]


async def test_an_application_without_a_lifespan_is_served(settings: Settings) -> None:
    async def plain(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"plain"})

    async with running_beside(settings, plain) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{address}/anything")).text == "plain"
        assert (await http.get(f"{address}/")).text == "plain"


async def test_an_application_that_does_not_start_is_a_sentence(settings: Settings, project: Path) -> None:
    main = project / "app" / "main.py"
    main.write_text(main.read_text().replace('events.append("their start")', 'raise OSError("no pool")'))
    own = load_app("app.main:app", catalog_folder=project)
    with pytest.raises(ConfigurationError, match=r"--app app\.main:app does not start: OSError: no pool\."):
        async with running_beside(settings, own.app):
            pass


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("app.nowhere:app", "No module named 'app.nowhere'"),
        ("app.main:application", "there is no application in app.main"),
        ("app.main:lifespan.x", "there is no lifespan.x"),
        ("nowhere.py:app", "there is no file"),
        ("app.server:events", "is of type list"),
    ],
)
def test_what_is_no_application_is_refused(project: Path, target: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        load_app(target, catalog_folder=project)


def test_a_function_that_makes_the_application_is_called(project: Path) -> None:
    (project / "factory.py").write_text("from app.main import app\ndef create():\n    return app\n")
    assert load_app("factory:create", catalog_folder=project).app is sys.modules["app.main"].app


def test_a_server_is_not_there_before_it_has_started(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="has not been started with this application"):
        server_of(create_app(settings), "cats")


INSTANCE = """
from .server import CatServer
from tests.sdk_server import MemoryStore

_chatkit_server = CatServer(MemoryStore())

@app.get("/fed")
async def fed(request: Request):
    return {"fed": _chatkit_server.fed, "same": server_of(request) is _chatkit_server}
"""


@pytest.mark.parametrize("named", [True, False], ids=["in the catalog", "found in the module of the app"])
async def test_an_instance_of_the_apps_own_module_is_the_server_that_answers(
    project: Path, make_settings: Callable[..., Settings], named: bool
) -> None:
    catalog = project / "chatkit-link.toml"
    catalog.write_text('[agents.cats]\ntarget = "app.main:_chatkit_server"\n' if named else "")
    (project / "app" / "main.py").write_text(MAIN + INSTANCE)
    own = load_app("app.main:app", catalog_folder=project)
    settings = make_settings(config=catalog)
    given = own.agents(configured_catalog(settings, {}))
    assert list(given) == ([] if named else ["app"])
    make = partial(create_app, agents_given=given, default=next(iter(["cats"] if named else given)))
    async with (
        serving(
            make, settings, around=lambda link, bound: beside(link, own.app, "--app app.main:app", bound)
        ) as address,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        async with ChatKitClient(f"{address}/chatkit") as client:
            made = await told(client.create_thread("Feed it"))
            assert made.text == "Fed 1 times."
            assert len((await client.list_threads()).data) == 1
        assert (await http.get(f"{address}/fed")).json() == {"fed": {made.thread_id: 1}, "same": True}
