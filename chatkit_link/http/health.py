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
    """503 while the database cannot be reached, or a part of this server has lately broken down."""
    await services.database.ping()
    services.coordinator.check()
    return {"status": "ready", "database": services.database.mode}
