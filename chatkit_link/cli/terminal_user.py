"""The anonymous cookie of earlier terminal chats, so that their threads can be continued."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from chatkit_link.data_folder import make_private
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings


def cookie_file(settings: Settings, url: str) -> Path:
    """Where the cookie for this server is stored: each server has its own, and gets no other's."""
    parts = urlsplit(url)
    # A server started for one question is the data folder's own, on whatever port.
    local = parts.hostname == "127.0.0.1"
    origin = "local" if local else hashlib.sha256(f"{parts.scheme}://{parts.netloc}".encode()).hexdigest()[:16]
    return settings.data / f"terminal-user-{origin}"


def known_user(file: Path) -> dict[str, str]:
    """Name and value of the cookie; empty where there is none that can be read."""
    text = ""
    with suppress(OSError, UnicodeDecodeError):
        text = file.read_text().strip()
    name, _, value = text.partition("=")
    return {name: value} if value else {}


def remember_user(file: Path, http: httpx2.AsyncClient) -> None:
    """Store the cookie, readable by its owner only; in a folder that cannot be written, nothing is stored."""
    for cookie in http.cookies.jar:
        if cookie.value and cookie.name.removeprefix("__Host-") == "chatkit_link_user":
            with suppress(OSError, ConfigurationError):
                make_private(file.parent)
                with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
                    opened.write(f"{cookie.name}={cookie.value}")
