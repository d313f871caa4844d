"""One rule for time: UTC in the database, naive local time in the SDK's models.

The SDK makes items with ``datetime.now()`` and subtracts stored times from it (``chatkit/agents.py``,
``end_workflow``), so an aware value from the store would raise there. asyncpg, for its part, takes a
naive value as local time. Both conversions stand here; ``wire/encoding.py`` puts the zone back for
the browser.
"""

from datetime import UTC, datetime


def to_database(moment: datetime) -> datetime:
    """An aware UTC time; a naive one is taken as local time, as the SDK means it."""
    return moment.astimezone(UTC)


def to_model(moment: datetime) -> datetime:
    """The naive local time that the SDK's models hold."""
    return moment.astimezone().replace(tzinfo=None)
