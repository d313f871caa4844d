"""How often a user, and an address, may send requests within a minute.

A request is counted under its user and under its address at once, before anything else is done for it.
A key over its limit is remembered here until it has room again, so that a flood of refused
requests costs neither the database nor other users' time. That is exact and no guess: requests that
are let through elsewhere meanwhile can only make the wait longer.
"""

import hashlib
import math
import time
from dataclasses import dataclass
from typing import Literal

from chatkit_link.caller import Caller
from chatkit_link.errors import TooManyRequests
from chatkit_link.limits.counter import Counter
from chatkit_link.net.ip import rate_limit_key
from chatkit_link.settings import Settings
from chatkit_link.store.rates import Allowance
from chatkit_link.translations import Localized

Kind = Literal["messages", "refreshes", "uploads", "transcriptions", "sessions", "shares"]

PERIOD = 60
#: A chat frame sends refreshes of widgets by itself, from each widget in view: so many times what a user may write.
_REFRESHES = 10
#: Keys remembered as used up, at most; beyond that the storage is asked again.
_REMEMBERED = 10_000
_NAMES: dict[Kind, Localized] = {
    "messages": Localized("counted_messages"),
    "refreshes": Localized("counted_refreshes"),
    "uploads": Localized("counted_uploads"),
    "transcriptions": Localized("counted_transcriptions"),
    "sessions": Localized("counted_sessions"),
    "shares": Localized("counted_shares"),
}
#: What is counted for a session, too.
_OF_SESSIONS: frozenset[Kind] = frozenset({"messages", "uploads", "transcriptions"})


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests within a minute; 0 is no limit."""

    user: int
    address: int


class Rates:
    """Counts requests, and refuses those that are too many."""

    def __init__(self, counter: Counter, settings: Settings) -> None:
        self._counter = counter
        self._rates: dict[Kind, Rate] = {
            "messages": Rate(settings.rate_messages, settings.rate_messages_address),
            "refreshes": Rate(settings.rate_messages * _REFRESHES, settings.rate_messages_address * _REFRESHES),
            "uploads": Rate(settings.rate_uploads, settings.rate_uploads_address),
            "transcriptions": Rate(settings.rate_transcriptions, settings.rate_transcriptions_address),
            "sessions": Rate(settings.rate_sessions, settings.rate_sessions_address),
            # Who reads a link has no name.
            "shares": Rate(0, settings.rate_shares_address),
        }
        self._full: dict[str, float] = {}

    async def take(self, kind: Kind, caller: Caller, address: str | None) -> None:
        """Count one request. address: the client's, as text; with ``None`` it counts under its user alone.

        Raises:
            TooManyRequests: too many of them within the last minute; it is not counted then.
        """
        rate = self._rates[kind]
        user_key = _key(kind, "user", caller.tenant, caller.user)
        allowed = {user_key: rate.user}
        if address is not None:
            allowed[_key(kind, "address", rate_limit_key(address))] = rate.address
        wanted = [Allowance(key, most, PERIOD) for key, most in allowed.items() if most]
        own = _of_session(kind, caller)
        if own is not None:
            wanted.append(own)
        if not wanted:
            return
        full = self._remembered(wanted) or await self._counter.take(wanted)
        if not full:
            return
        self._remember(full)
        seconds = max(math.ceil(max(full.values())), 1)
        what = _NAMES[kind]
        if own is not None and own.key in full and kind == "uploads":
            refused = Localized("session_files_used_up", most=own.most)
        elif own is not None and own.key in full:
            refused = Localized("rate_limited", what=what, most=own.most, seconds=seconds)
        elif user_key in full:
            refused = Localized("rate_limited", what=what, most=rate.user, seconds=seconds)
        else:
            refused = Localized("network_rate_limited", what=what, most=rate.address, seconds=seconds)
        raise TooManyRequests(refused, retry_after=seconds)

    async def close(self) -> None:
        await self._counter.close()

    def _remembered(self, wanted: list[Allowance]) -> dict[str, float]:
        now = time.monotonic()
        return {one.key: until - now for one in wanted if (until := self._full.get(one.key, 0)) > now}

    def _remember(self, full: dict[str, float]) -> None:
        now = time.monotonic()
        if len(self._full) > _REMEMBERED:
            self._full = {key: until for key, until in self._full.items() if until > now}
        if len(self._full) <= _REMEMBERED:
            self._full |= {key: now + wait for key, wait in full.items()}


def _of_session(kind: Kind, caller: Caller) -> Allowance | None:
    """What the caller's session allows by itself; files are counted over the whole of it."""
    session = caller.session
    if session is None or kind not in _OF_SESSIONS:
        return None
    key = _key("session", kind, session.id)
    if kind == "uploads":
        return Allowance(key, session.max_files, session.lifetime)
    return Allowance(key, session.per_minute, PERIOD)


def _key(*parts: str) -> str:
    """A key that reveals neither name nor address, and has a fixed length."""
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
