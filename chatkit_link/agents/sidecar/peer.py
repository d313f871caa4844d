"""JSON-RPC 2.0 with a process over its stdin and stdout, one message a line, in both directions."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic_core import to_jsonable_python

logger = logging.getLogger(__name__)

#: Bytes of one message, and characters of one line of what the process prints.
LARGEST = 32 * 1024 * 1024
_PRINTED = 2_000
_FAILED = -32000

#: (method, parameters) -> the answer to a request of the process.
Answer = Callable[[str, dict[str, Any]], Awaitable[Any]]


class PeerEnded(Exception):
    """The process has ended, or was ended."""


class PeerError(Exception):
    """A request that the process answered with an error. data: what it knows of it besides."""

    def __init__(self, message: str, data: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.data = data


class Raised(Exception):
    """What a request of the process is answered with when it failed here. number: by which it is known here."""

    def __init__(self, error: Exception, number: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.number = number


class Peer:
    """A running process. ``closed`` is set once it has ended."""

    def __init__(self, process: asyncio.subprocess.Process, name: str, answer: Answer) -> None:
        """name: of the file that it runs, for the log."""
        self._process = process
        self._name = name
        self._answer = answer
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._working: set[asyncio.Task[None]] = set()
        self.closed = asyncio.Event()
        self._reading = [
            asyncio.create_task(self._read(), name="sidecar"),
            asyncio.create_task(self._log(), name="sidecar log"),
        ]

    async def request(self, method: str, **params: Any) -> Any:
        """The process's answer. Raises PeerError, and PeerEnded if the process ends before it."""
        if self.closed.is_set():
            raise PeerEnded
        self._number += 1
        number = self._number
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
            return await future
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """End the process, and wait until it has ended."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await asyncio.gather(*self._reading, return_exceptions=True)
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)

    async def _send(self, message: Mapping[str, Any]) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # it was started with a pipe
        try:
            stdin.write(_written(message))
            await stdin.drain()
        except (ConnectionError, RuntimeError) as error:  # RuntimeError: the transport is closed already
            raise PeerEnded from error

    async def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        try:
            while line := await stdout.readline():
                self._receive(line)
        except ValueError:  # of asyncio, for a line that is longer than its limit
            logger.error("%s sent a message of more than %s bytes: its process is ended", self._name, LARGEST)  # noqa: TRY400
            self._process.kill()
        finally:
            self.closed.set()
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(PeerEnded())

    def _receive(self, line: bytes) -> None:
        try:
            message: Any = json.loads(line)
            assert message["jsonrpc"] == "2.0"
        except (ValueError, KeyError, TypeError, AssertionError):
            self._print(line)  # of a library that writes to the pipe itself
            return
        if "method" in message:
            task = asyncio.create_task(self._serve(message), name=f"sidecar {message['method']}")
            self._working.add(task)
            task.add_done_callback(self._working.discard)
            return
        future = self._waiting.get(message["id"])
        if future is None or future.done():
            return
        if error := message.get("error"):
            future.set_exception(PeerError(error["message"], error.get("data") or {}))
        else:
            future.set_result(message.get("result"))

    async def _serve(self, message: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": message.get("id")}
        try:
            answer["result"] = await self._answer(message["method"], message["params"])
        except Raised as raised:
            data = {"raised": raised.number}
            answer["error"] = {"code": _FAILED, "message": type(raised.error).__name__, "data": data}
        except Exception as error:  # a fault of ours: the process would wait for ever
            logger.exception("%s: %s cannot be answered", self._name, message["method"])
            answer["error"] = {"code": _FAILED, "message": type(error).__name__}
        with contextlib.suppress(PeerEnded):  # there is nobody left to answer
            await self._send(answer)

    async def _log(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        while True:
            try:
                line = await stderr.readline()
            except ValueError:  # a line longer than the limit; the next one is another
                continue
            if not line:
                return
            self._print(line)

    def _print(self, line: bytes) -> None:
        if text := line.decode(errors="replace").rstrip():
            logger.info("%s: %s", self._name, text[:_PRINTED])


def _written(message: Mapping[str, Any]) -> bytes:
    """One line of JSON, in ASCII. Numbers that JSON does not have, as models write them now and then, are null."""
    try:
        text = json.dumps(message, allow_nan=False)
    except ValueError:
        text = json.dumps(to_jsonable_python(message, inf_nan_mode="null"))
    return text.encode() + b"\n"
