"""Jobs that behave badly in other ways. The first argument names which."""

import sys
from collections.abc import Iterator


def prepare(what: str) -> None:
    pass


def work(data: bytes, what: str) -> Iterator[bytes]:
    match what:
        case "loop":
            yield b"begun"
            while True:
                pass
        case "memory":
            kept = [bytearray(10_000_000) for _ in range(1000)]
            yield b"%d" % len(kept)
        case "deep":
            sys.setrecursionlimit(10**9)
            work_deep(0)
        case "flood":
            while True:
                yield bytes(100_000)
        case "status":
            raise SystemExit(7)
        case "raise":
            raise ValueError(data)
        case _:
            yield data


def work_deep(depth: int) -> int:
    return work_deep(depth + 1) + 1
