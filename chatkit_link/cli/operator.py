"""Who runs a command, for the audit log: the account of the operating system, and the machine."""

import getpass
import os
import platform

from chatkit_link.store.audit import Actor


def operator() -> Actor:
    """The account by its number, whatever the environment calls it."""
    return Actor("operator", _account(), address=platform.node() or None)


def _account() -> str:
    try:
        import pwd
    except ImportError:  # Windows
        return getpass.getuser()
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # in a container, whose number has no name
        return str(number)
