"""The public keys of a JWKS address (RFC 7517), kept fresh without asking for them on every request.

Keys are good for ten minutes. After that the next request fetches them again; while one request
fetches, the others go on with the keys at hand. If the address is down, the old keys serve for at most
an hour after they were last fetched. An unknown key id may mean that the keys were rotated,
so it causes a fetch too, but at most one in 30 seconds: anyone can invent key ids.

A key is used only with the one algorithm it is made for, whatever the token claims.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any, Final, cast

import httpx2
import jwt

from chatkit_link.errors import Unavailable
from chatkit_link.translations import Localized

FRESH: Final = 600.0
OLDEST: Final = 3600.0
BETWEEN_UNKNOWN: Final = 30.0
# After a failed fetch; short, so that sign-in comes back soon after the address does.
BETWEEN_FAILURES: Final = 5.0
TIMEOUT: Final = 5.0
# The largest sets in the wild have a few dozen keys of about 2 KB.
LARGEST: Final = 256 * 1024
ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)

_log = logging.getLogger(__name__)


class KeySet:
    """Public signing keys behind one address; at most one fetch at a time.

    clock: seconds that only grow; replaceable so that a test need not wait an hour.
    """

    algorithms = ALGORITHMS

    def __init__(self, url: str, http: httpx2.AsyncClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: list[tuple[str | None, jwt.PyJWK]] = []
        self._fetched = float("-inf")
        self._failed = float("-inf")
        self._hunted = float("-inf")

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key with this id for this algorithm; without an id, the only key for the algorithm.

        ``None`` when the address has no such key. Raises ``Unavailable`` when the address does not
        answer and the keys at hand are older than an hour.
        """
        key = self._match(kid, algorithm)
        age = self._clock() - self._fetched
        if key and (age < FRESH or (self._lock.locked() and age < OLDEST)):
            return key
        async with self._lock:
            await self._refresh(known=self._match(kid, algorithm) is not None)
        if self._clock() - self._fetched >= OLDEST:
            raise Unavailable(Localized("sign_in_unavailable"))
        return self._match(kid, algorithm)

    def _match(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        found = [key for known, key in self._keys if kid in (None, known) and key.algorithm_name == algorithm]
        return found[0] if len(found) == 1 else None

    async def _refresh(self, *, known: bool) -> None:
        """Fetches if it is time to; the caller holds the lock."""
        now = self._clock()
        if now - self._failed < BETWEEN_FAILURES:
            return
        if now - self._fetched < FRESH:
            if known or now - self._hunted < BETWEEN_UNKNOWN:
                return
            self._hunted = now
        try:
            async with asyncio.timeout(TIMEOUT):
                self._keys = await self._fetch()
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError, RecursionError) as error:
            # The reason is for the operator; a caller must not learn what stands behind the address.
            _log.warning("The JWKS address did not give keys: %r", error)
            self._failed = self._clock()
        else:
            self._fetched = self._clock()

    async def _fetch(self) -> list[tuple[str | None, jwt.PyJWK]]:
        async with self._http.stream(
            "GET", self._url, timeout=TIMEOUT, headers={"Accept": "application/json"}
        ) as response:
            response.raise_for_status()
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise ValueError(f"the answer is larger than {LARGEST} bytes")
        document: object = json.loads(body)
        keys = cast("dict[str, object]", document).get("keys") if isinstance(document, dict) else None
        if not isinstance(keys, list):
            raise ValueError("the answer is not a JWK set")  # noqa: TRY004 - a wrong value to us, as bad JSON is
        return [usable for entry in cast("list[object]", keys) if (usable := _usable(entry))]


def _usable(entry: object) -> tuple[str | None, jwt.PyJWK] | None:
    """A public signature key with its id; ``None`` for everything else a set may hold (RFC 7517 section 5)."""
    if not isinstance(entry, dict):
        return None
    fields = cast("dict[str, Any]", entry)
    # A shared secret ("oct") has no place in a public document: accepting one would invite key confusion.
    if fields.get("kty") not in ("RSA", "EC", "OKP") or fields.get("use", "sig") != "sig":
        return None
    operations: object = fields.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    try:
        key = jwt.PyJWK(fields)
    except (jwt.PyJWTError, ValueError, TypeError):  # one key that makes no sense must not cost us the others
        return None
    kid = fields.get("kid")
    if key.algorithm_name not in ALGORITHMS or not isinstance(kid, str | None):
        return None
    return kid, key
