"""What Linux lets a process ask for: a filter that answers EPERM to all system calls but a few (seccomp).

A filter lists numbers, which differ by processor: it is there for x86-64 and 64-bit ARM. A call that is not on the
list fails and does not kill, so that a libc that asks for more than the others (for a hint to the allocator, say) still
works.

Sources: ``linux/seccomp.h``, ``linux/filter.h``, ``asm/unistd_64.h``, ``asm-generic/unistd.h``.
"""

import ctypes
import errno
import platform
import signal
import struct
import sys

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_FILTER_MODE = 2
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
#: Offsets in ``struct seccomp_data``.
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM

#: read write writev close fstat lseek | mmap mprotect munmap mremap madvise brk | rt_sigaction rt_sigprocmask
#: rt_sigreturn sigaltstack restart_syscall | getpid gettid getrusage getrandom | gettimeofday clock_gettime
#: clock_getres | futex sched_yield | exit exit_group
_COMPUTING = {
    "x86_64": (0xC000003E, (0, 1, 20, 3, 5, 8, 9, 10, 11, 25, 28, 12, 13, 14, 15, 131, 219, 39, 186, 98, 318, 96, 228,
                            229, 202, 24, 60, 231)),
    "aarch64": (0xC00000B7, (63, 64, 66, 57, 80, 62, 222, 226, 215, 216, 233, 214, 134, 135, 139, 132, 128, 172, 178,
                             165, 278, 169, 113, 114, 98, 124, 93, 94)),
}  # fmt: skip


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def allow_computing() -> bool:
    """Whether from now on this thread may only compute. It takes ``never_gain`` before."""
    if sys.platform != "linux" or platform.machine() not in _COMPUTING or sys.maxsize < 2**32:
        return False
    architecture, numbers = _COMPUTING[platform.machine()]
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        *((_IF_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    return _control(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(program))


def never_gain() -> None:
    """No program that this process may start has more rights than it has."""
    _control(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """Be killed when the process that started this one ends; asked for after a change of user, which undoes it."""
    _control(_PR_SET_PDEATHSIG, signal.SIGKILL)


def hide_memory() -> bool:
    """Whether processes of the same user cannot read this one's memory and environment, now; root still can.

    That also ends core dumps of this process, and a debugger's reach into it.
    """
    return _control(_PR_SET_DUMPABLE, 0)


def _control(option: int, first: int, second: int = 0) -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = (ctypes.c_ulong(each) for each in (first, second, 0, 0))
    return libc.prctl(ctypes.c_int(option), *arguments) == 0
