# ruff: noqa: PTH101, PTH102, PTH104, PTH108, PTH116, PTH123, PTH208, SIM115, BLE001
"""A job that a file has taken over: it tries to get out, and reports what it could do."""

import ctypes
import json
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any


def prepare(server: str, secret: str, port: str) -> None:
    pass


def work(data: bytes, server: str, secret: str, port: str) -> Iterator[bytes]:
    """server: a process id. secret: a path. port: where the server listens. The answer: what worked."""
    pid, calls = int(server), ctypes.CDLL(None, use_errno=True)

    def peek() -> None:
        """Memory of the server: process_vm_readv, by its number on x86-64 and on ARM."""
        space = ctypes.create_string_buffer(16)
        vector = (ctypes.c_size_t * 2)(ctypes.addressof(space), 16)
        for number in (310, 270):
            if calls.syscall(number, pid, vector, 1, vector, 1, 0) >= 0:
                return
        raise OSError(ctypes.get_errno(), "process_vm_readv")

    def attach() -> None:
        if calls.ptrace(16, pid, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")

    def connect() -> None:
        socket.socket().connect(("127.0.0.1", int(port)))

    def another_server() -> None:
        socket.socket(socket.AF_UNIX).bind("\0taken-over")

    def reopen() -> None:
        os.close(0)
        open("/etc/passwd").close()

    def namespace() -> None:
        if calls.unshare(0x10000000) != 0:
            raise OSError(ctypes.get_errno(), "unshare")

    def more_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10))

    attempts: dict[str, Callable[[], Any]] = {
        "environment": lambda: open(f"/proc/{pid}/environ", "rb").read(),
        "own environment": lambda: open("/proc/self/environ", "rb").read(),
        "memory": lambda: open(f"/proc/{pid}/mem", "rb").read(1),
        "peek": peek,
        "attach": attach,
        "secret": lambda: open(secret).read(),
        "delete": lambda: os.unlink(secret),
        "shorten": lambda: os.truncate(secret, 0),
        "move": lambda: os.rename(secret, secret + ".stolen"),
        "rights": lambda: os.chmod(secret, 0o777),
        "look": lambda: os.stat(secret),
        "list": lambda: os.listdir("/"),
        "write": lambda: open("/tmp/taken-over", "w").write("x"),
        "folder": lambda: os.mkdir("/tmp/taken-over"),
        "connect": connect,
        "listen": another_server,
        "pipe": os.pipe,
        "reopen": reopen,
        "more files": more_files,
        "stop the server": lambda: os.kill(pid, signal.SIGTERM),
        "fork": os.fork,
        "thread": lambda: threading.Thread(target=print).start(),
        "program": lambda: os.execv("/bin/sh", ["sh", "-c", "id"]),
        "root": lambda: os.setuid(0),
        "namespace": namespace,
        "bound server": lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (1, 1)),
    }
    worked: list[str] = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except Exception:
            continue
        worked.append(name)
    yield json.dumps({"tried": len(attempts), "worked": worked, "read": len(data)}).encode()
