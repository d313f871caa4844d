"""The widget workshop: ``/workshop`` and what its page asks for. Only in dev mode, and only for this machine.

An action is tried on the real server: the widget is put into a thread of the developer's own, and the page then sends
the action to ``POST /chatkit/{agent}``, as a chat does.

There is no sign-in for the files, so every request has to name this machine as its host, against pages that point a
name of their own at it (DNS rebinding), and must not come from a page of another site.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
from chatkit.types import ThreadMetadata, WidgetItem
from chatkit.widgets import DynamicWidgetRoot
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from watchfiles import awatch  # pyright: ignore[reportUnknownVariableType] - names trio's types

from chatkit_link.caller import Caller
from chatkit_link.errors import Forbidden, Unprocessable
from chatkit_link.http.body import read_model
from chatkit_link.http.identify import CallerDep
from chatkit_link.http.pages import page
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.store.postgres import new_id
from chatkit_link.workshop.drafts import Draft, Export, OpenedWidget, Preview, Workshop
from chatkit_link.workshop.gallery import Starter, starters

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_LARGEST_BODY = 2_000_000
#: Whose open pages are counted.
_AUTHOR = Caller("", "workshop")


class Edited(BaseModel):
    """over: the revision that is saved over; None for a new file."""

    model_config = ConfigDict(extra="forbid")

    draft: Draft
    over: str | None = None


class Dropped(BaseModel):
    """content: the text of a .widget file."""

    model_config = ConfigDict(extra="forbid")

    name: str
    content: str


class Renamed(BaseModel):
    """to: the new name."""

    model_config = ConfigDict(extra="forbid")

    to: str


def only_this_machine(request: Request) -> None:
    """Raises Forbidden for another host's name, and for a page of another origin."""
    origin = request.headers.get("origin")
    foreign = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if request.url.hostname not in _LOCAL or foreign or (origin and urlsplit(origin).netloc != request.url.netloc):
        raise Forbidden("The workshop is for this machine only: open it at http://127.0.0.1.")


def workshop_router(workshop: Workshop) -> APIRouter:
    """The routes of one folder's workshop."""
    router = APIRouter(dependencies=[Depends(only_this_machine)], include_in_schema=False)

    @router.get("/workshop")
    async def show_page(services: ServicesDep) -> Response:
        return page("workshop.html", services, "'none'", {})

    @router.get("/api/workshop/widgets")
    async def all_widgets() -> list[OpenedWidget]:
        return await anyio.to_thread.run_sync(workshop.all)

    @router.get("/api/workshop/widgets/{name}")
    async def open_widget(name: str) -> OpenedWidget:
        return await anyio.to_thread.run_sync(workshop.open, name)

    @router.put("/api/workshop/widgets/{name}")
    async def save_widget(name: str, request: Request) -> OpenedWidget:
        edited = await read_model(request, Edited, _LARGEST_BODY)
        return await anyio.to_thread.run_sync(workshop.save, name, edited.draft, edited.over)

    @router.delete("/api/workshop/widgets/{name}")
    async def delete_widget(name: str, over: str) -> dict[str, str]:
        content = await anyio.to_thread.run_sync(partial(workshop.files.remove, name, over=over))
        return {"content": content}

    @router.post("/api/workshop/widgets/{name}/rename")
    async def rename_widget(name: str, request: Request) -> OpenedWidget:
        renamed = await read_model(request, Renamed, _LARGEST_BODY)
        return await anyio.to_thread.run_sync(workshop.rename, name, renamed.to)

    @router.post("/api/workshop/restore")
    async def restore(request: Request) -> OpenedWidget:
        deleted = await read_model(request, Dropped, _LARGEST_BODY)
        return await anyio.to_thread.run_sync(workshop.put_back, deleted.name, deleted.content)

    @router.post("/api/workshop/export/{name}")
    async def export(name: str, request: Request) -> Export:
        edited = await read_model(request, Edited, _LARGEST_BODY)
        return await anyio.to_thread.run_sync(workshop.export, name, edited.draft, edited.over)

    @router.get("/api/workshop/starters")
    async def all_starters() -> list[Starter]:
        return await anyio.to_thread.run_sync(starters)

    @router.get("/api/workshop/folder")
    async def folder() -> dict[str, str | bool]:
        files = workshop.files
        return {"name": files.path.name, "path": str(files.path), "writable": files.writable}

    @router.post("/api/workshop/preview/{name}")
    async def preview(name: str, request: Request) -> Preview:
        edited = await read_model(request, Edited, _LARGEST_BODY)
        return await anyio.to_thread.run_sync(workshop.render, name, edited.draft)

    @router.post("/api/workshop/threads/{name}")
    async def put_in_thread(name: str, request: Request, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
        edited = await read_model(request, Edited, _LARGEST_BODY)
        preview = await anyio.to_thread.run_sync(workshop.render, name, edited.draft)
        if preview.tree is None:
            raise Unprocessable(" ".join(preview.problems))
        return (await _placed(services, preview.tree, edited.draft.title, caller)).model_dump(mode="json")

    @router.post("/api/workshop/drop")
    async def take_apart(request: Request) -> OpenedWidget:
        dropped = await read_model(request, Dropped, _LARGEST_BODY)
        return await anyio.to_thread.run_sync(partial(workshop.take_apart, dropped.name, dropped.content.encode()))

    @router.get("/api/workshop/changes")
    async def changes(services: ServicesDep) -> Response:
        workshop.files.path.mkdir(parents=True, exist_ok=True)

        place = services.streams.open(_AUTHOR)

        async def names() -> AsyncIterator[bytes]:
            yield b": watching\n\n"
            # An empty batch now and then: a page that left is noticed by writing to it.
            async for batch in awatch(workshop.files.path, debounce=200, rust_timeout=1_000, yield_on_timeout=True):
                changed = sorted({stem for _, path in batch if (stem := _widget_in(path))})
                yield b"data: %b\n\n" % json.dumps(changed).encode() if changed else b": ping\n\n"
                if services.coordinator.closing:
                    return

        return place.stream(names())

    return router


async def _placed(services: Services, tree: dict[str, Any], title: str, caller: Caller) -> WidgetItem:
    """The widget as an item of a new thread of the caller's: only what is stored can send an action."""
    now = datetime.now()
    thread = ThreadMetadata(id=new_id("thread"), created_at=now, title=f"Workshop: {title}"[:100])
    widget = DynamicWidgetRoot.model_validate(tree)
    item = WidgetItem(id=new_id("message"), thread_id=thread.id, created_at=now, widget=widget)
    await services.store.create_thread(thread, item, caller)
    return item


def _widget_in(path: str) -> str | None:
    name = path.replace("\\", "/").rpartition("/")[2]
    return name.removesuffix(".widget") if name.endswith(".widget") else None
