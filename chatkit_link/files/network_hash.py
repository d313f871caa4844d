"""The address that a file came from, as it is stored: comparable, and of no use without the server's secret."""

import hashlib


class NetworkHash:
    """Called with ``Caller.network``; None stays None."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.blake2b(secret, digest_size=32, person=b"file networks").digest()

    def __call__(self, network: str | None) -> str | None:
        if network is None:
            return None
        return hashlib.blake2b(network.encode(), key=self._key, digest_size=16).hexdigest()
