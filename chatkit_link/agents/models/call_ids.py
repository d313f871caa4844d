"""Call ids of our own.

Servers repeat theirs in each response, leave them empty, or want a form of their own; in one request each id must
stand for one call. So each call gets an id here, once, and keeps it in the history. Nine letters and digits is the
form that every server takes (Mistral takes no other).
"""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 9


def new_call_id() -> str:
    """Unique within a conversation: one in 10^16."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
