"""What the log says of work that waits for the database: that it does, why, and that it goes on."""

import logging
import time

from chatkit_link.errors import LinkError, classes_of
from chatkit_link.store.outages import DatabaseUnavailable

#: Seconds after which the log says again that the work still waits.
_REPEAT = 60.0


class OutageLog:
    """For work that is tried several times a second, and whose every failure would otherwise be a line of the log."""

    def __init__(self, logger: logging.Logger, waits: str, goes_on: str) -> None:
        """waits, goes_on: what the log says at the beginning and at the end, as "the event log is written again"."""
        self._logger = logger
        self._waits = waits
        self._goes_on = goes_on
        self._said: set[str] = set()
        self._said_at = 0.0

    def failed(self, error: BaseException) -> None:
        """An attempt failed. Each reason is logged once, and again after a minute."""
        reason = reason_of(error)
        if time.monotonic() - self._said_at >= _REPEAT:
            self._said.clear()
        if reason in self._said:
            return
        self._said.add(reason)
        self._said_at = time.monotonic()
        self._logger.warning("%s: %s", self._waits, reason)

    def worked(self) -> None:
        """An attempt succeeded."""
        if self._said:
            self._said.clear()
            self._logger.info("%s", self._goes_on)


def reason_of(error: BaseException) -> str:
    """What a failure comes from: the classes of the driver's or the network's errors, with PostgreSQL's SQLSTATE.

    Their text is left out, because that of the database may repeat what users wrote.
    """
    if isinstance(error, LinkError) and not isinstance(error, DatabaseUnavailable):
        return error.for_log()
    cause = error.__cause__ or error
    state: str | None = getattr(cause, "sqlstate", None)
    return " from ".join(classes_of(cause)) + (f" (SQLSTATE {state})" if state else "")
