"""Where requests are counted: in Postgres, or with the ``limits`` package in memory or in Redis.

All three use a moving window, so that there is no edge between two minutes at which twice as much
passes. Postgres counts all keys of a request in one round trip (``store/rates.py``).
"""

import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Protocol

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError as UnusableAddress
from limits.errors import StorageError

from chatkit_link.errors import ConfigurationError, Unavailable
from chatkit_link.settings import Settings
from chatkit_link.store import rates
from chatkit_link.store.engine import Database
from chatkit_link.store.rates import Allowance
from chatkit_link.translations import Localized


class Counter(Protocol):
    """Counts requests against allowances."""

    async def take(self, wanted: Sequence[Allowance]) -> dict[str, float]:
        """Count one request on every key, or on none; the used up keys and the seconds until they have room."""
        ...

    async def close(self) -> None:
        """Give back what is held open."""
        ...


class PostgresCounter:
    """The same counts for all replicas, and nothing more to run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, wanted: Sequence[Allowance]) -> dict[str, float]:
        return await rates.take(self._database, wanted)

    async def close(self) -> None:
        """The caller closes the database."""


class PackageCounter:
    """A storage of the ``limits`` package."""

    def __init__(self, storage: MemoryStorage | RedisStorage) -> None:
        self._storage = storage
        self._limiter = MovingWindowRateLimiter(storage)

    async def take(self, wanted: Sequence[Allowance]) -> dict[str, float]:
        """The keys are looked at before any is counted: in a race one of them may be counted alone."""
        try:
            for take in (self._limiter.test, self._limiter.hit):
                full = {one.key: await self._wait(one) for one in wanted if not await take(_item(one), one.key)}
                if full:
                    return full
        except StorageError as error:
            raise Unavailable(Localized("unavailable")) from error
        return {}

    async def close(self) -> None:
        if isinstance(self._storage, RedisStorage):
            await _client(self._storage).aclose()

    async def _wait(self, allowance: Allowance) -> float:
        window = await self._limiter.get_window_stats(_item(allowance), allowance.key)
        return max(window.reset_time - time.time(), 0.0)


def _item(allowance: Allowance) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(allowance.most, allowance.period, namespace="chatkit-link")


def build_counter(settings: Settings, database: Database) -> Counter:
    """The counter of these settings. Raises ConfigurationError where a package is missing."""
    match settings.limits_storage:
        case "postgres":
            return PostgresCounter(database)
        case "memory":
            return PackageCounter(MemoryStorage())
        case "redis":
            assert settings.redis_url is not None  # settings.py refuses that
            return redis_counter(settings.redis_url.get_secret_value())


def redis_counter(url: str) -> PackageCounter:
    """One that counts in Redis; nothing is connected yet. Raises ConfigurationError as ``build_counter``."""
    if find_spec("redis") is None:
        raise ConfigurationError(
            "CHATKIT_LINK_LIMITS_STORAGE is redis, but its package is missing: pip install 'chatkit-link[redis]'."
        )
    from redis.asyncio.retry import Retry  # noqa: PLC0415 - an extra
    from redis.backoff import NoBackoff  # noqa: PLC0415

    try:
        storage = RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy")
    except (UnusableAddress, ValueError):
        raise ConfigurationError("REDIS_URL is no address of a Redis server: write redis://host:6379/0.") from None
    # A connection that Redis has closed meanwhile, by a restart for instance, is found out by using it.
    _client(storage).set_retry(Retry(NoBackoff(), 1))
    return PackageCounter(storage)


def _client(storage: RedisStorage) -> Any:
    return storage.bridge.get_connection()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportAttributeAccessIssue] - missing in its abstract class
