"""The bare server's bytes: those that ChatKit Link sends, recorded from it."""

import urllib.request
from collections.abc import Sequence

from bench.process import Server
from bench.streams import create_request


def teach(ours: Server, bare: Server, deltas: Sequence[int]) -> None:
    """Give ``bare`` the bytes of streams of so many deltas; of a slow, endless one it gets a part."""
    for count in deltas:
        stream = _post(ours, create_request(str(count)))
        _put(bare, count, stream)
    head, *words = _post(ours, create_request("2")).split(b"\n\n")
    word = next(part for part in words if b"text_delta" in part)
    _put(bare, 100_000, b"\n\n".join([head, *[word] * 1000]))


def _post(server: Server, body: str) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/chatkit/plain", body.encode())
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
        return answer.read()


def _put(server: Server, deltas: int, stream: bytes) -> None:
    url = f"http://127.0.0.1:{server.port}/chatkit/plain?deltas={deltas}"
    request = urllib.request.Request(url, stream, method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        answer.read()
