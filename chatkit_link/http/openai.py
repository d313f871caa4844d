"""The routes of OpenAI's ChatKit API, for your own back end: the openai package, with this server as its base URL.

    OpenAI(base_url="https://chat.example.com/v1", api_key=CHATKIT_LINK_SERVER_KEY).beta.chatkit.sessions.create(...)

The holder of the server key acts for a whole tenant. Errors have OpenAI's shape (``http/openai_errors.py``).
"""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from chatkit_link.caller import Caller
from chatkit_link.http.identify import ServerCall, ServerDep
from chatkit_link.http.openai_errors import InvalidInput, read_input, require_beta
from chatkit_link.http.services import Services, ServicesDep
from chatkit_link.http.sessions import session_response
from chatkit_link.identity.user_names import LONGEST_NAME, is_name
from chatkit_link.protocol.openai_items import as_openai_item, as_openai_thread
from chatkit_link.sessions.openai_shape import NewSession
from chatkit_link.store.tenant_threads import Listed, find_thread, list_threads


async def _is_beta(request: Request, call: ServerDep) -> None:
    """Looks at the key first, as OpenAI does."""
    require_beta(request.headers)


router = APIRouter(prefix="/v1/chatkit", dependencies=[Depends(_is_beta)])

Limit = Annotated[int, Query(ge=1, le=100)]
Order = Literal["asc", "desc"]
_KEY = re.compile("[!-~]{1,255}")


@router.post("/sessions", summary="A session for one of your users")
async def create_session(request: Request, services: ServicesDep, call: ServerDep) -> Response:
    asked = await read_input(request, NewSession, services.settings.max_body)
    if not is_name(asked.user):
        message = f"Invalid 'user': expected 1 to {LONGEST_NAME} visible characters, without spaces at the ends."
        raise InvalidInput(message, "user", "invalid_value")
    created = await services.sessions.create(
        asked, call.tenant, _idempotency_key(request), trusted=True, back_end=call.actor
    )
    return session_response(created)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidInput(
            "Invalid 'Idempotency-Key': expected 1 to 255 visible ASCII characters.", None, "invalid_value"
        )
    return key


@router.post("/sessions/{session_id}/cancel", summary="End a session")
async def cancel_session(session_id: str, services: ServicesDep, call: ServerDep) -> Response:
    return session_response(await services.sessions.cancel(call.tenant, session_id, call.actor))


@router.get("/threads", summary="Threads of a user, or of all users")
async def list_all(
    services: ServicesDep,
    call: ServerDep,
    user: str | None = None,
    limit: Limit = 20,
    order: Order = "desc",
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """By the time of their creation."""
    await services.key_use.note_read("threads.listed", call.actor, call.tenant, user)
    found, more = await list_threads(
        services.database,
        call.tenant,
        user=user,
        after=after,
        before=before,
        limit=limit,
        descending=order == "desc",
    )
    return _page([as_openai_thread(thread) for thread in found], has_more=more)


@router.get("/threads/{thread_id}", summary="One thread")
async def retrieve(thread_id: str, services: ServicesDep, call: ServerDep) -> dict[str, Any]:
    thread, _ = await _read(services, call, thread_id)
    return as_openai_thread(thread)


@router.delete("/threads/{thread_id}", summary="Delete a thread, with all that hangs on it")
async def delete(thread_id: str, services: ServicesDep, call: ServerDep) -> dict[str, Any]:
    thread, owner = await find_thread(services.database, call.tenant, thread_id)
    await services.json_requests.delete_thread(thread.id, call.acting_for(owner))
    return {"id": thread.id, "object": "chatkit.thread.deleted", "deleted": True}


@router.get("/threads/{thread_id}/items", summary="The items of a thread")
async def list_items(
    thread_id: str,
    services: ServicesDep,
    call: ServerDep,
    limit: Limit = 20,
    order: Order = "desc",
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """In the thread's own order. Items that the API has no type for are left out."""
    thread, owner = await _read(services, call, thread_id)
    backwards = before is not None and after is None  # the page that ends right there
    items, more = await _full_page(
        services,
        thread.id,
        owner,
        limit=limit,
        order=("desc" if order == "asc" else "asc") if backwards else order,
        after=before if backwards else after,
        end=None if backwards else before,
    )
    return _page(items[::-1] if backwards else items, has_more=more)


async def _read(services: Services, call: ServerCall, thread_id: str) -> tuple[Listed, Caller]:
    """A thread and its owner, with the event in the audit log that it is read."""
    thread, owner = await find_thread(services.database, call.tenant, thread_id)
    await services.key_use.note_read("thread.read", call.actor, call.tenant, owner.user, thread.id)
    return thread, owner


async def _full_page(
    services: Services, thread_id: str, owner: Caller, *, limit: int, order: Order, after: str | None, end: str | None
) -> tuple[list[dict[str, Any]], bool]:
    """A full page behind ``after`` and before ``end``, and whether more may follow.

    A page is filled up in the place of items that are left out: the openai package takes an empty one for the last.
    """
    items: list[dict[str, Any]] = []
    while True:
        page = await services.store.load_thread_items(thread_id, after, limit, order, owner)
        for item in services.files.links.fresh_all(page.data, owner):
            if item.id == end:
                return items, False
            if (converted := as_openai_item(item)) is not None:
                if len(items) == limit:
                    return items, True
                items.append(converted)
        if not page.has_more:
            return items, False
        after = page.after


def _page(data: list[dict[str, Any]], *, has_more: bool) -> dict[str, Any]:
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": has_more,
    }
