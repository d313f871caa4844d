"""Which settings differ from those of the start before, in the audit log: by name, and never with a value.

Values are compared by fingerprints that only this server's secret makes, so that the log does not give away even a
short one. With another secret nothing else can be compared, and the event says so.
"""

import hashlib
import hmac
import platform
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy import func, select

from chatkit_link.settings import Settings
from chatkit_link.settings.formats.text import variables
from chatkit_link.store.audit import Actor, Event, record
from chatkit_link.store.engine import Database
from chatkit_link.store.tables import audit_log

#: Any constant: replicas that start together compare one after the other.
_LOCK: Final = 0x436B4C73
_OWN_SECRET: Final = "CHATKIT_LINK_SECRET"  # noqa: S105 - the name of the variable


def fingerprints(settings: Settings, secret: bytes) -> dict[str, str]:
    """Variable -> fingerprint, of each setting that is not its default, and of the catalog as a file.

    secret: of this server, from wherever it has it.
    """
    values: dict[str, bytes] = {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if value != field.get_default(call_default_factory=True):
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            values[variables(field, name)[-1]] = text.encode("utf-8", "replace")
    with suppress(OSError):
        values[settings.config.name] = settings.config.read_bytes()
    values[_OWN_SECRET] = b""
    return {name: _fingerprint(secret, name, value) for name, value in values.items()}


def _fingerprint(secret: bytes, name: str, value: bytes) -> str:
    return hmac.digest(secret, b"settings\0" + name.encode() + b"\0" + value, hashlib.sha256)[:8].hex()


async def note_settings(database: Database, now: Mapping[str, str]) -> None:
    """Add an event where these are others than at the last start of a server on this database."""
    latest = (
        select(audit_log.c.details)
        .where(audit_log.c.action == "settings.changed")
        .order_by(audit_log.c.id.desc())
        .limit(1)
    )
    async with database.system() as connection:
        await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        row = (await connection.execute(latest)).one_or_none()
        before: Mapping[str, str] = row.details["fingerprints"] if row is not None else {}
        changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        if not changed:
            return
        comparable = not before or before.get(_OWN_SECRET) == now[_OWN_SECRET]
        details: dict[str, Any] = {"changed": changed if comparable else [_OWN_SECRET], "fingerprints": dict(now)}
        if not comparable:
            details["others"] = "unknown: they were compared by the former secret"
        actor = Actor("server", platform.node() or "unknown")
        await record(connection, Event("settings.changed", actor, details=details))
