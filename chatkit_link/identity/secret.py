"""The secret that signs cookies: from the settings, or generated once and stored in the data folder."""

import os
import secrets
from pathlib import Path

from chatkit_link.data_folder import make_private
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings

# RFC 2104 section 3: a key shorter than the hash (32 bytes for SHA-256) weakens HMAC.
SHORTEST = 32


def load_secret(settings: Settings) -> bytes:
    """``settings.secret``, else the content of ``<data>/secret``, which is made when it is missing.

    At least 32 bytes. Servers that start at the same time on the same folder get the same one.
    Raises ``ConfigurationError`` when the file cannot be made, cannot be read or is too short.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    path = settings.data / "secret"
    try:
        if not path.exists():
            _create(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(
            f"The secret in {path} cannot be read or made ({error.strerror}): "
            "give this user access to the folder, or set CHATKIT_LINK_SECRET."
        ) from error
    if len(secret) < SHORTEST:
        raise ConfigurationError(
            f"The secret in {path} is too short ({len(secret)} bytes, {SHORTEST} needed): "
            "delete the file to get a new one (anonymous visitors lose their threads), or set CHATKIT_LINK_SECRET."
        )
    return secret


def _create(path: Path) -> None:
    make_private(path.parent)
    draft = path.with_name(f".secret-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        # A link appears complete or not at all and never replaces another: of servers that start
        # together one wins, and none reads a half-written secret.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
