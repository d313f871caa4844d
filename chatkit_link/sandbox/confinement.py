"""What a process gives up before it touches what a stranger wrote, as the pre-authentication process of OpenSSH does.

Bytes that break a parser may make its process do anything. So it must not be able to do anything: its memory and
time are bounded, it can open no file and no socket and start no process, it is another user where the server is root,
and on Linux the kernel answers it no system call but those by which a program computes, reads what is open, writes and
ends (``system_calls.py``). None of it can be taken back.

Standard library only, and nothing of ours: it is imported in every such process.
"""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass

from chatkit_link.sandbox.system_calls import allow_computing, die_with_parent, never_gain

#: Where there is no user of that name.
_NOBODY = 65534
#: What ``confine`` may report.
USER = "user"
CALLS = "calls"
LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Bounds:
    """cpu: whole seconds of a processor. memory: bytes of address space. nice: how much others go first, 0 to 19."""

    cpu: int
    memory: int
    nice: int


def confine(bounds: Bounds) -> list[str]:
    """Give it all up; what this system did not let this process give up.

    ``USER``: it is root, and stays it. ``CALLS``: all system calls are there. ``LIMITS``: nothing is bounded but time.
    """
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return [LIMITS, CALLS]
    with suppress(OSError):
        os.nice(bounds.nice)
    missing = [] if _become_nobody() else [USER]
    die_with_parent()
    hard = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_NPROC": 0, "RLIMIT_CPU": bounds.cpu}
    if sys.platform == "linux":
        hard["RLIMIT_AS"] = bounds.memory
    hard["RLIMIT_NOFILE"] = 0  # what is open stays open; nothing can be opened any more, of whatever kind
    for name, most in hard.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (OSError, ValueError):
            missing.append(LIMITS)
    never_gain()
    return list(dict.fromkeys(missing if allow_computing() else [*missing, CALLS]))


def _become_nobody() -> bool:
    """Whether this process is not root, now."""
    if os.geteuid() != 0:
        return True
    try:
        import pwd  # noqa: PLC0415 - not on Windows

        nobody = pwd.getpwnam("nobody")
        user, group = nobody.pw_uid, nobody.pw_gid
    except (ImportError, KeyError):
        user = group = _NOBODY
    try:
        os.setgroups([])
        os.setgid(group)  # of root, all three of them
        os.setuid(user)
    except OSError:
        return False
    return os.geteuid() != 0
