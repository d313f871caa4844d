"""Anonymous users: random ids, signed so that nobody can make up another's.

A signature is good for a year. One from the future is good, too: it is ours, and the clock of the replica that made it
was ahead of this one's. Were it refused, its user would be without a history because of a clock.
"""

import hashlib
import re
import secrets as random
from datetime import timedelta
from typing import Final

from itsdangerous import BadSignature, TimestampSigner

LIFETIME: Final = timedelta(days=365)
# Renewing at each request would send a signature with every stream; once a month is enough for one in use.
RENEW_AFTER: Final = timedelta(days=30)
# What another secret than the first has signed: not at once, or replicas that are amid a rotation would sign in turn.
ROTATE_AFTER: Final = timedelta(minutes=10)
#: By which the clocks of replicas may differ. Beyond it, what has ended is still read and what is to come signed again.
LEEWAY: Final = timedelta(minutes=10)
# A signed id of ours has about 75 characters; a longer text is not worth a hash.
LONGEST: Final = 200

_USER = re.compile(r"anon_[A-Za-z0-9_-]{22}")


def new_user() -> str:
    return f"anon_{random.token_urlsafe(16)}"


class SignedUsers:
    """Signs ids of anonymous users, and reads what it has signed.

    secrets: HMAC-SHA256 keys; the first one signs, each of them reads.
    salt: separates these signatures from all others made with the same secrets.
    """

    def __init__(self, secrets: tuple[bytes, ...], salt: str) -> None:
        # itsdangerous would use SHA-1 and concatenate key and salt.
        self._signers = [
            TimestampSigner(secret, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
            for secret in secrets
        ]

    def sign(self, user: str) -> str:
        return self._signers[0].sign(user).decode("ascii")

    def read(self, signed: str) -> tuple[str, bool] | None:
        """The user, and whether it is time to sign again; ``None`` if it is not ours or has ended."""
        if not signed or len(signed) > LONGEST:
            return None
        text = signed.encode("utf-8", "replace")
        for signer in self._signers:
            try:
                value, time = signer.unsign(text, return_timestamp=True)
            except BadSignature:
                continue  # tampered with, or signed with another secret
            age = signer.timestamp_to_datetime(signer.get_timestamp()) - time
            user = value.decode("ascii", "replace")
            if not _USER.fullmatch(user) or age > LIFETIME + LEEWAY:
                return None
            soon = RENEW_AFTER if signer is self._signers[0] else ROTATE_AFTER
            return user, not -LEEWAY < age < soon
        return None
