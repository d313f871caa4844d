"""What a name of a table or a column may be, and which key of Supabase is none for a chat."""

import base64
import json
import re
from typing import Any, Final, cast

_NAME: Final = re.compile(r"[^\W\d]\w{0,62}")  # PostgreSQL keeps 63 bytes of a name


def is_name(name: str) -> bool:
    """Whether this is a plain identifier: nothing of an address or of PostgREST's grammar fits into one."""
    return _NAME.fullmatch(name) is not None


def listed(names: str) -> list[str]:
    """The names of a list with commas, each once."""
    return list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))


def is_secret_key(key: str) -> bool:
    """Whether a key of Supabase reads more than all may: a secret one, or a JWT whose role is not ``anon``."""
    return key.startswith("sb_secret_") or claims_of(key).get("role", "anon") != "anon"


def claims_of(token: str) -> dict[str, Any]:
    """What a JWT claims, unverified; nothing of any other text."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return cast("dict[str, Any]", claims) if isinstance(claims, dict) else {}
