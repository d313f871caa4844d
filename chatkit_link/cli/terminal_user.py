"""The anonymous cookie of earlier terminal chats, so that their threads can be continued."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from chatkit_link.data_folder import make_private
from chatkit_link.errors import ConfigurationError
from chatkit_link.identity import admission
from chatkit_link.identity.anonymous import COOKIE, HOST
from chatkit_link.identity.server_key import USER_HEADER
from chatkit_link.settings import Settings


def cookie_file(settings: Settings, url: str) -> Path:
    """Where the cookie for this server is stored: each server has its own, and gets no other's."""
    parts = urlsplit(url)
    # A server started for one question is the data folder's own, on whatever port.
    local = parts.hostname == "127.0.0.1"
    origin = "local" if local else hashlib.sha256(f"{parts.scheme}://{parts.netloc}".encode()).hexdigest()[:16]
    return settings.data / f"terminal-user-{origin}"


def own_credentials(settings: Settings) -> dict[str, str]:
    """Headers for the server of these settings, which lets no visitors in: its server key, for a user of that name.
    Empty where it does, and where it has no such key.
    """
    if settings.server_key is None or admission(settings).anonymous:
        return {}
    return {"Authorization": f"Bearer {settings.server_key.get_secret_value()}", USER_HEADER: "terminal"}


def known_user(file: Path) -> dict[str, str]:
    """Names and values of the cookies; empty where there is none that can be read."""
    text = ""
    with suppress(OSError, UnicodeDecodeError):
        text = file.read_text()
    pairs = (line.strip().partition("=") for line in text.splitlines())
    return {name: value for name, _, value in pairs if value}


def remember_user(file: Path, http: httpx2.AsyncClient) -> None:
    """Store the cookies, readable by their owner only; in a folder that cannot be written, nothing is stored.

    There are several where the first is signed with another secret than the server's.
    """
    cookies = {
        cookie.name: cookie.value for cookie in http.cookies.jar if cookie.name.removeprefix(HOST).startswith(COOKIE)
    }
    if not cookies:
        return
    with suppress(OSError, ConfigurationError):
        make_private(file.parent)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.writelines(f"{name}={value}\n" for name, value in cookies.items() if value)
