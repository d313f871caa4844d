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
async def ready(services: ServicesDep) -> dict[str, str | list[str]]:
    """503 while the database cannot be reached, a part of this server has lately broken down, the server stops, or
    users would lose something here that other servers of this database have. `warnings` are for whoever runs it.

    With 200, the status is `degraded` while Redis is away that another setting names, and `detail` says so.
    """
    await services.database.health.ping()  # within a second; what follows may take longer
    services.coordinator.check()
    ready: dict[str, str | list[str]] = {"status": "ready", "database": services.database.route.mode}
    if warnings := [mismatch.summary for mismatch in await services.replica_checks.ready()]:
        ready["warnings"] = warnings
    if (problem := services.coordinator.degraded) is not None:
        ready |= {"status": "degraded", "detail": problem}
    return ready
