"""Whose rows a context of ``server.process`` means."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from chatkit.types import AttachmentCreateParams, ThreadMetadata
from fastapi import FastAPI
from starlette.testclient import TestClient

from chatkit_link import Caller, DataStore, FileStore, Settings
from chatkit_link.errors import ConfigurationError, Unauthenticated
from chatkit_link.own_route.context import caller_of

ID = uuid.uuid4()


@dataclass
class Context:
    user_id: str
    tenant: str = "shop"
    more: dict[str, Any] = field(default_factory=dict[str, Any])


@pytest.mark.parametrize(
    ("context", "owner"),
    [
        ({"user_id": "ada"}, ("default", "ada")),
        ({"userId": "ada", "request": None}, ("default", "ada")),
        ({"user": {"id": 7}}, ("default", "7")),
        ({"user": SimpleNamespace(id=ID)}, ("default", str(ID))),
        ({"user_id": "ada", "tenant_id": "acme"}, ("acme", "ada")),
        (Context("ada"), ("shop", "ada")),
        ("ada", ("default", "ada")),
        (Caller("acme", "ada"), ("acme", "ada")),
    ],
)
def test_a_context_names_its_user(context: Any, owner: tuple[str, str]) -> None:
    caller = caller_of(context, None)
    assert caller is not None and caller.owner == owner


@pytest.mark.parametrize("context", [{"user_id": None}, {"user_id": ""}, {"user": SimpleNamespace(name="a")}, "  "])
def test_a_user_without_an_id_is_nobody_else(context: Any) -> None:
    with pytest.raises(Unauthenticated):
        caller_of(context, "everyone")


@pytest.mark.parametrize("context", [{"request": object()}, {"userid": "ada"}, SimpleNamespace(name="ada")])
def test_a_context_that_names_nobody_is_refused_until_the_store_says_who_that_is(context: Any) -> None:
    with pytest.raises(ConfigurationError, match="names no user"):
        caller_of(context, None)
    caller = caller_of(context, "everyone")
    assert caller is not None and caller.user == "everyone"


@pytest.mark.parametrize("context", [None, {}])
def test_an_empty_context_is_that_of_a_server_without_users(context: Any) -> None:
    assert caller_of(context, None) is None


def test_each_event_loop_has_connections_of_its_own(postgres_url: str) -> None:
    """As in a test of an own application, where Starlette makes a loop for each request."""
    store, app, user = DataStore(postgres_url), FastAPI(), uuid.uuid4().hex

    @app.post("/{thread_id}")
    async def save(thread_id: str) -> int:
        await store.save_thread(ThreadMetadata(id=thread_id, created_at=datetime.now()), user)
        return len((await store.load_threads(20, None, "desc", user)).data)

    client = TestClient(app)
    assert [client.post(f"/{uuid.uuid4().hex}").json() for _ in range(3)] == [1, 2, 3]


async def test_a_database_that_is_away_is_tried_again(postgres_url: str) -> None:
    away = DataStore("postgresql://nobody@127.0.0.1:1/none")
    for _ in range(2):
        with pytest.raises(Exception, match="cannot be reached"):
            await away.load_threads(20, None, "desc", "ada")


async def test_a_store_without_files_needs_no_folder_to_write_to(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    nowhere = tmp_path / "file" / "data"
    nowhere.parent.write_text("not a folder")
    settings = make_settings(data=nowhere, secret=None)
    async with DataStore(settings=settings) as store:
        assert (await store.load_threads(20, None, "desc", uuid.uuid4().hex)).data == []
    kept = DataStore(settings=settings)
    FileStore(kept)
    with pytest.raises(ConfigurationError, match="cannot be made"):
        await kept.load_threads(20, None, "desc", "ada")


async def test_an_upload_whose_address_is_a_guess_is_warned_of_once(
    make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    """As OpenAI's printed main.py passes no request, and mounts no route for files."""
    store = DataStore(settings=make_settings())
    files = FileStore(store)
    user = {"user_id": uuid.uuid4().hex}
    request = SimpleNamespace(base_url="https://chat.example.com/")
    note = AttachmentCreateParams(name="notes.txt", size=5, mime_type="text/plain")
    async with store:
        await files.create_attachment(note, user | {"request": request})
        assert caplog.messages == []
        for _ in range(2):
            await files.create_attachment(note, user)
    assert [message.partition(",")[0] for message in caplog.messages] == [
        f"Links to files begin with {store.settings.address}"
    ]
