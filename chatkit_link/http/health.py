"""Liveness and readiness probes."""

from fastapi import APIRouter

from chatkit_link.http.services import ServicesDep

router = APIRouter()


@router.head("/health", include_in_schema=False)
@router.get("/health", summary="Alive")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@router.head("/ready", include_in_schema=False)
@router.get("/ready", summary="Able to answer")
async def ready(services: ServicesDep) -> dict[str, str]:
    """503 while the database cannot be reached, or a part of this server has lately broken down.

    With 200, the status is `degraded` while Redis is away that another setting names, and `detail` says so.
    """
    await services.database.ping()
    services.coordinator.check()
    if (problem := services.coordinator.degraded) is not None:
        return {"status": "degraded", "detail": problem}
    return {"status": "ready"}
