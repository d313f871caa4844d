"""A workflow that a process runs: started at its first message, watched, and started again once it has ended."""

import ast
import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents import Agent

from chatkit_link.agents.agent_builder.control_flow import Flow
from chatkit_link.agents.agent_builder.shims import home
from chatkit_link.agents.agent_builder.workflow_input import TurnFacts
from chatkit_link.agents.errors.explain import Failure
from chatkit_link.agents.load_time import LOAD_SECONDS
from chatkit_link.agents.models.names_in_source import in_text
from chatkit_link.agents.output_text import Refusal
from chatkit_link.agents.sidecar.input import Input
from chatkit_link.agents.sidecar.peer import LARGEST, Peer, PeerEnded, PeerError
from chatkit_link.agents.sidecar.stack import line_in
from chatkit_link.agents.sidecar.turn import Place, Turn

logger = logging.getLogger(__name__)

PROTOCOL = 1
#: Seconds: for the file to load, for an answer to be stopped, and for a process that is busy to say that it is alive.
LOADING, _STOPPING, _ALIVE = 30.0, 2.0, 30.0


@dataclass(frozen=True, slots=True)
class Command:
    """How the process is started. environment: all that it gets. folder: where the file is."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path


@dataclass(slots=True)
class SidecarWorkflow:
    """path, version, steps, flow: as in ``ExportedWorkflow``. tree: the file as a tree of Python, not to be run.
    places: what is known of each of its calls that run agents, by the number that it has in the process.
    agents: those at the top of the file, as far as the kind of their output goes. input: what it is called with.
    """

    path: Path
    version: str
    steps: int
    tree: ast.Module
    flow: Flow
    places: Mapping[int, Place]
    agents: Mapping[str, Agent[Any]]
    command: Command
    input: Input = field(default_factory=Input)
    _peer: Peer | None = field(default=None, init=False)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _turns: dict[str, Turn] = field(default_factory=dict[str, Turn], init=False)
    _watching: "asyncio.Task[None] | None" = field(default=None, init=False)

    def named(self, name: str) -> Any:
        """An agent at the top of the file."""
        return self.agents.get(name)

    async def run(self, text: str, facts: TurnFacts | None = None) -> Any:
        """Call the file's ``runWorkflow`` with a message. Only inside an ``Execution``.

        facts: what else is known of the turn; the session's variables are fields of the input, too.
        """
        peer = await self._started()
        home.set(asyncio.get_running_loop())
        turn = Turn(self.path, peer, self.places)
        given = self.input.value(text, facts or TurnFacts())
        self._turns[turn.id] = turn
        call = asyncio.create_task(peer.request("run_workflow", turn=turn.id, input=given), name="workflow call")
        try:
            await asyncio.wait({call, turn.left}, return_when=asyncio.FIRST_COMPLETED)
            if turn.left.done():
                raise turn.left.result()
            result = await call
            turn.finish(result)
            return _value(result)
        except PeerError as error:
            raise self._failure(turn, error) from error
        except PeerEnded:
            raise Failure("assistant_stopped") from None
        finally:
            await turn.close()
            if not call.done():
                await self._stop(peer, turn)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            del self._turns[turn.id]

    def models(self) -> Iterator[tuple[int, str]]:
        """Line and name of each model that the file names."""
        return ((line, name) for line, name, feature in in_text(self.tree) if not feature)

    def line_of(self, error: BaseException) -> int | None:
        """None: an error of the file's own is explained where it arrives."""
        return None

    async def close(self) -> None:
        """End the process."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._peer is not None:
            await self._peer.close()
            self._peer = None

    async def _started(self) -> Peer:
        async with self._starting:
            if self._peer is None or self._peer.closed.is_set():
                if self._peer is not None:
                    await self._peer.close()
                self._peer = await self._start()
                if self._watching is None:
                    self._watching = asyncio.create_task(self._watch(), name="sidecar watch")
            return self._peer

    async def _start(self) -> Peer:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self.command.arguments,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=dict(self.command.environment),
            cwd=self.command.folder,
            limit=LARGEST,
        )
        peer = Peer(process, self.path.name, self._serve)
        try:
            async with asyncio.timeout(LOADING):
                await peer.request("load", protocol=PROTOCOL, seconds=LOAD_SECONDS)
        except (PeerError, PeerEnded, TimeoutError) as error:
            await peer.close()
            logger.error("%s does not load: %s", self.path.name, error or type(error).__name__)  # noqa: TRY400
            raise Failure("assistant_failed") from error
        except BaseException:
            await peer.close()
            raise
        return peer

    async def _serve(self, method: str, params: dict[str, Any]) -> Any:
        turn = self._turns.get(params["turn"])
        if turn is None:  # it was stopped meanwhile
            return None
        return await turn.serve(method, params)

    async def _stop(self, peer: Peer, turn: Turn) -> None:
        """Stop an answer. A process that does not even hear of it is ended, and the answers of others with it."""
        try:
            async with asyncio.timeout(_STOPPING):
                await peer.request("stop", turn=turn.id)
        except TimeoutError:
            logger.warning("%s does not stop: its process is ended", self.path.name)
            await peer.close()
        except (PeerEnded, PeerError):
            pass

    async def _watch(self) -> None:
        """End a process that computes without an end: it would answer nobody any more."""
        while True:
            await asyncio.sleep(_ALIVE / 6)
            peer = self._peer
            if peer is None or peer.closed.is_set() or not self._turns:
                continue
            try:
                async with asyncio.timeout(_ALIVE):
                    await peer.request("ping")
            except TimeoutError:
                logger.error("%s has not given way for %d seconds: its process is ended", self.path.name, _ALIVE)  # noqa: TRY400
                await peer.close()
            except (PeerEnded, PeerError):
                pass

    def _failure(self, turn: Turn, error: PeerError) -> Exception:
        """An error of ours that went through the file, or the file's own, with its line."""
        if (number := error.data.get("raised")) is not None:
            return turn.error(number)
        line, name = line_in(self.path, str(error.data.get("stack"))), str(error.data.get("name") or "Error")
        where = f"{self.path.name}, line {line}" if line else self.path.name
        logger.error("%s: %s: %s", where, name, error)
        return Failure("workflow_failed", place=where, error=name)


def _value(result: dict[str, Any]) -> Any:
    return Refusal(result["value"]) if result["refusal"] else result["value"]
