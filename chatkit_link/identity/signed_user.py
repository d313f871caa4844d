"""Anonymous users: random ids, signed so that nobody can make up another's."""

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, TimestampSigner

LIFETIME = timedelta(days=365)
# Renewing at each request would send a signature with every stream; once a month is enough for one in use.
RENEW_AFTER = timedelta(days=30)
# A signed id of ours has about 75 characters; a longer text is not worth a hash.
LONGEST = 200

_USER = re.compile(r"anon_[A-Za-z0-9_-]{22}")


def new_user() -> str:
    return f"anon_{secrets.token_urlsafe(16)}"


class SignedUsers:
    """Signs ids of anonymous users, and reads what it has signed.

    secret: HMAC-SHA256 key. salt: separates these signatures from all others made with the same secret.
    """

    def __init__(self, secret: bytes, salt: str) -> None:
        # itsdangerous would use SHA-1 and concatenate key and salt.
        self._signer = TimestampSigner(secret, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)

    def sign(self, user: str) -> str:
        return self._signer.sign(user).decode("ascii")

    def read(self, signed: str) -> tuple[str, datetime] | None:
        """The user and the time of signing; ``None`` if it is not ours or has expired."""
        if not signed or len(signed) > LONGEST:
            return None
        try:
            value, time = self._signer.unsign(
                signed.encode("utf-8", "replace"), max_age=int(LIFETIME.total_seconds()), return_timestamp=True
            )
        except BadSignature:
            return None  # tampered, expired, or signed with an earlier secret
        user = value.decode("ascii", "replace")
        return (user, time) if _USER.fullmatch(user) else None


def is_due(signed: datetime) -> bool:
    """Whether what was signed then is to be signed again."""
    return datetime.now(UTC) - signed > RENEW_AFTER
