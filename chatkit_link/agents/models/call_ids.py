"""Call ids of our own.

Servers repeat theirs in each response, leave them empty, or want a form of their own; in one request each id must
identify one call. So each call gets an id here, once, and keeps it in the history. Nine letters and digits is the
form that every server takes (Mistral takes no other).
"""

import hashlib
import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 9


def new_call_id() -> str:
    """Unique within a conversation: one in 10^16."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def derived_call_id(seed: str) -> str:
    """Always the same id for the same seed: a conversation that is sent again must start as it did, to be cached."""
    digest = hashlib.blake2b(seed.encode("utf-8", "replace"), digest_size=_LENGTH).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest)
