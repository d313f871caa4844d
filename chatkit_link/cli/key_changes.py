"""What ``chatkit-link keys`` does, and what it prints: the key alone on standard output, the rest on standard error."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from chatkit_link.cli.duration import read_duration
from chatkit_link.cli.operator import operator
from chatkit_link.cli.output import console, print_json, print_line
from chatkit_link.cli.render_widgets import clean
from chatkit_link.errors import ConfigurationError
from chatkit_link.identity import admission
from chatkit_link.identity.key_format import key_hash, new_key
from chatkit_link.identity.scopes import SCOPES
from chatkit_link.identity.server_key import SETTINGS_KEY, SETTINGS_KEY_BEFORE
from chatkit_link.identity.stored_keys import KNOWN_FOR
from chatkit_link.identity.user_names import LONGEST_NAME, is_name
from chatkit_link.settings import Settings
from chatkit_link.store import server_keys as rows
from chatkit_link.store.open import open_existing
from chatkit_link.store.server_keys import NewKey, StoredKey

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Created:
    """text: the key itself. former: the one that it takes the place of. closes: it ends the time of anonymous visitors,
    as far as the settings of this command are those of the servers.
    """

    text: str
    key: StoredKey
    former: StoredKey | None = None
    closes: bool = False


async def created_key(
    settings: Settings, name: str, scopes: Sequence[str], tenant: str | None, expires: str | None
) -> Created:
    """Raises ConfigurationError, and Conflict for a name that is taken."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError("The name of a key has 1 to 64 letters, digits, dots, hyphens and underscores.")
    if name in (SETTINGS_KEY, SETTINGS_KEY_BEFORE):
        raise ConfigurationError(f"{name} is what the audit log calls the key of the settings: choose another name.")
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise ConfigurationError(f"--scope {unknown[0]}: the scopes are {', '.join(SCOPES)}.")
    if tenant is not None and not is_name(tenant):
        raise ConfigurationError(f"--tenant has 1 to {LONGEST_NAME} visible characters, no space at the ends.")
    new, text = _new(name, frozenset(scopes), tenant, expires)
    async with open_existing(settings) as database:
        before = await rows.count_keys(database)
        key = await rows.create_key(database, new, operator())
        after = await rows.count_keys(database)
    closes = admission(settings, keys=before).anonymous and not admission(settings, keys=after).anonymous
    return Created(text, key, closes=closes)


async def rotated_key(settings: Settings, name: str, overlap: str, expires: str | None) -> Created:
    """Raises ConfigurationError, and NotFound for a name that no key has."""
    stays = read_duration(overlap, "--overlap", least=timedelta(0))
    new, text = _new(name, (), None, expires)
    async with open_existing(settings) as database:
        former, key = await rows.rotate_key(database, new, stays, operator())
    return Created(text, key, former)


def _new(
    name: str, scopes: Sequence[str] | frozenset[str], tenant: str | None, expires: str | None
) -> tuple[NewKey, str]:
    lifetime = None if expires is None else read_duration(expires, "--expires")
    key_id, text = new_key()
    return NewKey(key_id, key_hash(text), name, scopes, tenant, lifetime), text


async def all_keys(settings: Settings) -> list[StoredKey]:
    async with open_existing(settings) as database:
        return await rows.list_keys(database)


async def revoked_keys(settings: Settings, name: str) -> list[StoredKey]:
    """Raises NotFound for a name that no key has."""
    async with open_existing(settings) as database:
        return await rows.revoke_key(database, name, operator())


def print_created(made: Created, *, as_json: bool) -> None:
    if made.closes:
        console(stderr=True).print(
            "This is the first server key: from their next start on, servers refuse anonymous visitors, unless "
            "CHATKIT_LINK_ALLOW_ANONYMOUS=true."
        )
    if as_json:
        former = {} if made.former is None else {"former": _as_object(made.former)}
        print_json({"key": made.text, **_as_object(made.key), **former})
        return
    # The key goes wherever the output goes, to a file or a secret store, and nothing else does.
    typer.echo(made.text)
    notes = [f"Key {made.key.name}: {_scopes(made.key)}; {_until(made.key)}. Store it now: it is not printed again."]
    if made.former is not None:
        notes.append(f"The key before it: {_until(made.former)}.")
    notes.append(f"Servers that are running take it within {KNOWN_FOR:.0f} seconds.")
    for note in notes:
        console(stderr=True).print(escape(note))


def print_keys(keys: Sequence[StoredKey], *, as_json: bool) -> None:
    """A table, or a list of objects."""
    if as_json:
        print_json([_as_object(key) for key in keys])
        return
    if not keys:
        print_line("There are no keys yet: make one with chatkit-link keys create.")
        return
    table = Table("Name", "Id", "Scopes", "Tenant", "State", "Created", "By", "Last used", box=None, pad_edge=False)
    for key in keys:
        cells = (
            key.name, key.id, _scopes(key), key.tenant or "all", _state(key),
            _minute(key.created_at), key.created_by, _minute(key.last_used_at) or "never",
        )  # fmt: skip
        table.add_row(*(escape(clean(cell)) for cell in cells))
    console().print(table, soft_wrap=False)


def print_revoked(name: str, keys: Sequence[StoredKey], *, as_json: bool) -> None:
    if as_json:
        print_json([_as_object(key) for key in keys])
        return
    number = "Key" if len(keys) == 1 else f"{len(keys)} keys of the name"
    print_line(f"{number} {name} revoked. Servers that are running refuse it within {KNOWN_FOR:.0f} seconds.")


def _scopes(key: StoredKey) -> str:
    return ", ".join(scope for scope in SCOPES if scope in key.scopes)


def _state(key: StoredKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {_minute(key.revoked_at)}"
    if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
        return f"expired {_minute(key.expires_at)}"
    return f"{'replaced, ' if key.replaced_at else ''}{_until(key)}"


def _until(key: StoredKey) -> str:
    return "good for ever" if key.expires_at is None else f"good until {_minute(key.expires_at)}"


def _minute(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _as_object(key: StoredKey) -> dict[str, Any]:
    times = ("created_at", "last_used_at", "expires_at", "replaced_at", "revoked_at")
    return {
        "id": key.id,
        "name": key.name,
        "scopes": [scope for scope in SCOPES if scope in key.scopes],
        "tenant": key.tenant,
        "created_by": key.created_by,
        **{name: at.isoformat(timespec="seconds") if (at := getattr(key, name)) else None for name in times},
    }
