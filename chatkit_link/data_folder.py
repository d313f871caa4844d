"""The data folder: for the user who runs the server, and for no other user of the machine.

What is made in it is private from the start. What an earlier version made, which went by the umask of its shell, is
mended once. Nothing else is touched: neither files of a project that share the folder, nor a folder that belongs to
another user, such as a volume whose group is what lets a container in.
"""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from chatkit_link.configuration_error import ConfigurationError

logger = logging.getLogger(__name__)

#: What the server and its commands make in it. PostgreSQL watches over its own folder, which no one else may enter.
_OURS = frozenset({"files", "model-shutdowns.toml", "node", "secret"})
_BEGIN_OURS = (".secret-", "postgres-", "terminal-user-")
_OTHERS = frozenset({"postgres", "lost+found", ".DS_Store"})
_OTHER_USERS = stat.S_IRWXG | stat.S_IRWXO
#: The user that PostgreSQL runs as may pass through the folder by its group, but see nothing of it.
_SEEN = _OTHER_USERS & ~stat.S_IXGRP


def make_private(folder: Path) -> None:
    """Make the folder, if it is not there, and what is ours in it readable for its owner only.

    Raises:
        ConfigurationError: there can be no such folder.
    """
    try:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} cannot be made ({error.strerror}). "
            "Choose another one with CHATKIT_LINK_DATA, or set DATABASE_URL to a PostgreSQL address."
        ) from error
    mend(folder)


def mend(folder: Path) -> None:
    """Make what is ours in a folder readable for its owner only, if it is there."""
    try:
        if os.name == "nt" or not folder.exists() or folder.stat().st_uid != os.geteuid():
            return
        mended = [path for path in _open_paths(folder.resolve()) if _close(path)]
    except OSError as error:  # such as a read-only disk
        logger.warning("The permissions of the data folder %s cannot be mended: %s.", folder, error.strerror)
        return
    if any(path != folder.resolve() for path in mended):  # an empty folder had nothing to read
        logger.warning(
            "Other users of this machine could read the data folder %s: that is mended (%d files and folders).",
            folder,
            len(mended),
        )


def is_own_folder(folder: Path) -> bool:
    """Whether nothing but ours is in it."""
    return all(_is_ours(path.name) or path.name in _OTHERS for path in folder.iterdir())


def _is_ours(name: str) -> bool:
    return name in _OURS or name.startswith(_BEGIN_OURS)


def _open_paths(folder: Path) -> Iterator[Path]:
    """Where other users could look in; contents before their folder, so that a walk that breaks off is repeated."""
    for path in folder.iterdir():
        if _is_ours(path.name) and path.lstat().st_mode & _OTHER_USERS:
            for within, folders, files in os.walk(path, topdown=False):
                yield from (Path(within, name) for name in (*folders, *files))
            yield path
    if folder.stat().st_mode & _SEEN and is_own_folder(folder):
        yield folder


def _close(path: Path) -> bool:
    """Take all rights of others; whether there were any."""
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid() or not found.st_mode & _OTHER_USERS:
            return False
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHER_USERS)
    except FileNotFoundError:  # another server on this folder has just removed it
        return False
    return True
