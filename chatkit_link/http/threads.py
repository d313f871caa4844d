"""Locking, closing and opening threads, for your own back end. It needs the server key."""

from typing import Annotated

from chatkit.types import ActiveStatus, ClosedStatus, LockedStatus
from fastapi import APIRouter
from pydantic import Field

from chatkit_link.http.identify import ServerDep
from chatkit_link.http.services import ServicesDep
from chatkit_link.protocol.thread_status import set_status

router = APIRouter()

Status = Annotated[ActiveStatus | LockedStatus | ClosedStatus, Field(discriminator="type")]


@router.put("/api/threads/{thread_id}/status", summary="Lock, close or open a thread")
async def put_status(thread_id: str, status: Status, services: ServicesDep, call: ServerDep) -> Status:
    """Body: ``{"type": "active" | "locked" | "closed", "reason": "..."}``; the reason is displayed to the user.

    An answer that is being written is finished; what comes after it is refused. The thread is one of the tenant that
    ``X-ChatKit-Tenant`` names, ``default`` without it; another tenant's is a 404.
    """
    return await set_status(services.database, thread_id, status, call.actor, tenant=call.tenant)
