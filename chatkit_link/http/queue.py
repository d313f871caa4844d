"""Messages that wait for the end of an answer: list, change, remove and send them."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import ServicesDep
from chatkit_link.protocol.message_queue import as_json

router = APIRouter()


class Edited(BaseModel):
    """text: what the message says from now on."""

    model_config = ConfigDict(extra="forbid")

    text: str


@router.get("/chatkit/threads/{thread_id}/queue", summary="The messages that wait in a thread")
async def list_queue(thread_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, list[dict[str, Any]]]:
    """``{"queued": [{"id", "text", "created_at", "attachments", "held", "error"}]}``, in the order of sending.

    ``held``: it waits for its user and not for the answer, because an answer was stopped or because a message could not
    be sent; ``error`` is there where it is this one, and says why. ``attachments`` has the ids of its files.
    """
    waiting = await services.queue.waiting(thread_id, caller)
    return {"queued": [as_json(message) for message in waiting]}


@router.patch("/chatkit/threads/{thread_id}/queue/{queued_id}", summary="Change a queued message")
async def edit_queued(
    thread_id: str, queued_id: str, edited: Edited, services: ServicesDep, caller: CallerDep
) -> dict[str, list[dict[str, Any]]]:
    """Its files, its quote and what was chosen for it stay; a mention becomes plain text. Answers as the list does."""
    await services.queue.edit(thread_id, queued_id, edited.text, caller)
    return await list_queue(thread_id, services, caller)


@router.delete("/chatkit/threads/{thread_id}/queue/{queued_id}", summary="Remove a queued message")
async def remove_queued(
    thread_id: str, queued_id: str, services: ServicesDep, caller: CallerDep
) -> dict[str, list[dict[str, Any]]]:
    """It is not sent. Answers as the list does."""
    await services.queue.remove(thread_id, queued_id, caller)
    return await list_queue(thread_id, services, caller)


@router.post("/chatkit/threads/{thread_id}/queue/{queued_id}/send", summary="Send a queued message now")
async def send_queued(
    thread_id: str, queued_id: str, services: ServicesDep, caller: CallerDep
) -> dict[str, list[dict[str, Any]]]:
    """Stops the answer that is being written, keeps what there is of it, and sends this message next.

    Messages that were held go on behind it. Answers as the list does; the run of the message is that of the thread.
    """
    await services.queue.send_now(thread_id, queued_id, caller)
    return await list_queue(thread_id, services, caller)
