"""Since when this replica has seen the database answer, without a gap.

After the database has stood still every lease looks late, though every replica lived and has only not been heard. So
a late lease counts against a replica only for one who has looked into the database in time for as long as a lease
lasts: in that time the other could have renewed it. A disk of the database that stands still keeps commits waiting and
not who reads, so the last look, before a lease counts, is a commit (``recovery.py``).
"""

from chatkit_link.runs.run import LEASE, RENEWAL, now

#: Seconds from the beginning of one look to the end of the next. A longer gap may have kept renewals out, too.
_GAP = LEASE - RENEWAL


class DatabaseUptime:
    """Owned by the recovery, which looks again and again."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._looked_at = 0.0

    def record_answer(self, began: float) -> None:
        """The database has answered a look that began then (``now``)."""
        ended = now()
        if self._since is None or ended - self._looked_at > _GAP or ended - began > _GAP:
            self._since = ended
        self._looked_at = began

    def record_failure(self) -> None:
        """The database has not answered."""
        self._since = None

    @property
    def covers_lease(self) -> bool:
        """Whether a lease that is late is somebody's own fault."""
        return self._since is not None and now() - self._since > LEASE
