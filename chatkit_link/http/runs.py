"""The door to running answers."""

from fastapi import APIRouter

from chatkit_link.http.identify import CallerDep
from chatkit_link.http.services import ServicesDep

router = APIRouter()


@router.post("/chatkit/runs/{run_id}/cancel", summary="Stop an answer")
async def cancel_run(run_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, str]:
    """Stops the model and keeps what was written so far. A run that is over stays as it ended."""
    run = services.coordinator.find(caller.owner, run_id)
    await services.coordinator.cancel(run)
    return {"id": run.id, "status": run.status}
