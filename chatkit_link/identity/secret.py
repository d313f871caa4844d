"""The secrets that sign cookies, tokens and links: from the settings, or one that is generated once and stored in the
data folder. The first one signs; the one before it, while a rotation lasts, is read, too.
"""

import hmac
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from chatkit_link.data_folder import make_private
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from chatkit_link.store.deployment import agree, exchange, find
from chatkit_link.store.engine import Database

# RFC 2104 section 3: a key shorter than the hash (32 bytes for SHA-256) weakens HMAC.
SHORTEST = 32
#: Of what replicas have in common (``store/deployment.py``).
FINGERPRINT = "secret"

logger = logging.getLogger(__name__)


class OtherSecret(ConfigurationError):
    """The database is that of servers with another secret."""

    def __init__(self) -> None:
        super().__init__(
            "The servers of this database sign cookies and links with another secret than this one: visitors would "
            "lose their history, and links to files would not open. Set CHATKIT_LINK_SECRET to theirs (where it is not "
            "set, it is in the file `secret` of their data folder); or, to replace it, set "
            "CHATKIT_LINK_SECRET_PREVIOUS to theirs here. If it is lost, chatkit-link migrate --new-secret makes the "
            "database forget it."
        )


def load_secrets(settings: Settings) -> tuple[bytes, ...]:
    """The present secret, and ``settings.secret_previous`` where it is set; each of at least 32 bytes.

    The present one is ``settings.secret``, else the content of ``<data>/secret``, which is made when it is missing.
    Servers that start at the same time on the same folder get the same one.
    Raises ``ConfigurationError`` when the file cannot be made, cannot be read or is too short.
    """
    present = _generated(settings.data / "secret") if settings.secret is None else _bytes(settings.secret)
    previous = settings.secret_previous
    return (present,) if previous is None or _bytes(previous) == present else (present, _bytes(previous))


def existing_secrets(settings: Settings) -> tuple[bytes, ...]:
    """The same without making one: none where ``load_secrets`` would. Raises as it does."""
    with suppress(OSError):  # which is then raised below, in a sentence
        if settings.secret is None and not (settings.data / "secret").exists():
            return ()
    return load_secrets(settings)


def fingerprint(secret: bytes) -> str:
    """32 hex digits that tell secrets apart, and from which no secret can be found out."""
    return hmac.digest(secret, b"chatkit-link.secret-fingerprint.v1", "sha256").hex()[:32]


async def require_known_secret(database: Database, secrets: tuple[bytes, ...]) -> None:
    """See to it that all replicas on this database sign with one secret, or are amid a rotation.

    The database has the fingerprint of that of the last one that started. Raises ``OtherSecret`` where it is
    neither that of the present secret nor that of the previous one: visitors would lose their history.
    """
    known = [fingerprint(secret) for secret in secrets]
    while True:
        stored = await agree(database, FINGERPRINT, known[0])
        if stored not in known:
            raise OtherSecret
        # Of two that replace it at once, with secrets that do not know each other, the second one finds the first.
        if stored == known[0] or await exchange(database, FINGERPRINT, stored, known[0]):
            return


async def is_other_secret(database: Database, secrets: tuple[bytes, ...]) -> bool:
    """The same as a question, which decides nothing. secrets: none where the secret is still to be made."""
    stored = await find(database, FINGERPRINT)
    return stored is not None and stored not in {fingerprint(secret) for secret in secrets}


def warn_of_generated(settings: Settings) -> None:
    """Log where a secret may be lost with the folder that it is in, while the database goes on."""
    if settings.database_url is not None and settings.secret is None:
        logger.warning(
            "DATABASE_URL is set and CHATKIT_LINK_SECRET is not: cookies and links are signed with the file %s. A "
            "replica or a new container without that file does not start. Set CHATKIT_LINK_SECRET to its content.",
            settings.data / "secret",
        )


def _bytes(secret: SecretStr) -> bytes:
    return secret.get_secret_value().encode()


def _generated(path: Path) -> bytes:
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
            f"The secret in {path} is too short ({len(secret)} bytes, {SHORTEST} needed): restore the file, or set "
            "CHATKIT_LINK_SECRET to what it was. If that is lost, so are the threads of anonymous visitors: delete the "
            "file and run chatkit-link migrate --new-secret."
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
