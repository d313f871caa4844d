"""A key in a link to a document, for browsers that cannot show a token when a link is clicked.

A key opens one document until the end of a day, and the links of one day are equal. Anyone who has the
link can read that document until then.
"""

import base64
import hashlib
import hmac
import time
from typing import Final

#: Days that a link works; the answers it stands in are mostly read much sooner.
DAYS: Final = 30
_DAY = 24 * 3600


class DocumentKeys:
    """secrets: the server's; the first one makes keys, each of them opens documents."""

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._secrets = [hmac.digest(secret, b"chatkit-link.document.v1", "sha256") for secret in secrets]

    def make(self, path: str) -> str:
        """The key of a document, in URL-safe characters."""
        return _signed(self._secrets[0], path, int(time.time()) // _DAY + DAYS)

    def opens(self, key: str, path: str) -> bool:
        """Whether ``key`` is one of ours for this document and its last day is not over."""
        day = key.partition("-")[0]
        if not (day.isascii() and day.isdigit() and len(day) < 8) or int(day) < int(time.time()) // _DAY:
            return False
        given = key.encode("utf-8", "replace")
        return any(hmac.compare_digest(_signed(each, path, int(day)).encode(), given) for each in self._secrets)


def _signed(secret: bytes, path: str, day: int) -> str:
    digest = hmac.new(secret, f"{day}:{path}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return f"{day}-{base64.urlsafe_b64encode(digest[:18]).decode()}"
