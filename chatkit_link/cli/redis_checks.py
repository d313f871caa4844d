"""Whether the Redis of the settings can do what they want of it."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from chatkit_link.cli.doctor_check import Check
from chatkit_link.errors import LinkError
from chatkit_link.limits.counter import redis_counter
from chatkit_link.runs.fanout import Fanout, connect_fanout, reason_of
from chatkit_link.settings import Settings
from chatkit_link.store.activity import Activity
from chatkit_link.store.rates import Allowance
from chatkit_link.store.replicas import new_replica

#: Seconds that one check may take.
_PATIENCE = 5.0
#: Before it, ``XTRIM`` takes no ids.
_OLDEST = (6, 2)
_WITHOUT_EVENTS = "so replicas send each other no events over it: readers on other replicas have them from the database"


async def redis_checks(settings: Settings) -> list[Check]:
    """Nothing where the settings need no Redis. What is tried out there is removed again.

    Raises:
        ConfigurationError: the server would not start: the package is missing, or the address is none.
    """
    if settings.redis_url is None:
        return []
    url = settings.redis_url.get_secret_value()
    checks: list[Check] = []
    if settings.fanout == "redis":
        checks.append(await _events(url))
    if settings.limits_storage == "redis":
        checks.append(await _rates(url))
    return checks


async def _events(url: str) -> Check:
    name, version = "Redis", None
    fanout = Fanout(connect_fanout(url), new_replica(locks=False), Activity())
    try:
        async with asyncio.timeout(_PATIENCE):
            name, version = await _server(url)
            await fanout.try_out()
    except Exception as error:  # noqa: BLE001 - whatever Redis or the network met is what there is to say
        if version is not None and version < _OLDEST:
            needed = f"{name} is too old: events need Redis {'.'.join(map(str, _OLDEST))} or Valkey"
            return Check("redis", "warning", f"{needed}, {_WITHOUT_EVENTS}")
        reason = reason_of(error).rstrip(".")
        return Check("redis", "warning", f"{_place(url)} cannot be used ({reason}), {_WITHOUT_EVENTS}")
    return Check("redis", "ok", f"{name} at {_place(url)} carries events between replicas")


async def _rates(url: str) -> Check:
    counter = redis_counter(url)
    try:
        async with asyncio.timeout(_PATIENCE):
            await counter.take([Allowance(f"doctor:{new_replica(locks=False)}", most=1, period=1)])
    except (LinkError, TimeoutError) as error:
        reason = reason_of(error.__cause__ or error).rstrip(".")
        return Check("redis", "bad", f"{_place(url)} cannot be used ({reason}), so what is counted there is refused")
    finally:
        await counter.close()
    return Check("redis", "ok", f"{_place(url)} counts rates")


async def _server(url: str) -> tuple[str, tuple[int, ...] | None]:
    """Its name with its version, and the version of Redis that it is like; a user may be kept from asking for it."""
    from redis.exceptions import ConnectionError as Unreached
    from redis.exceptions import RedisError

    client = connect_fanout(url)
    try:
        told: Mapping[str, Any] = await client.info("server")
    except Unreached:
        raise
    except RedisError:
        return "Redis", None
    finally:
        await client.aclose()
    like = str(told.get("redis_version", ""))
    name = f"Valkey {told['valkey_version']}" if "valkey_version" in told else f"Redis {like}".strip()
    return name, tuple(int(part) for part in like.split(".")[:2] if part.isdigit()) or None


def _place(url: str) -> str:
    """Where it is, without a password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
