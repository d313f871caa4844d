"""Events from replica to replica over Redis or Valkey, in place of notifications and reads of the database.

Each replica has one stream there, its inbox. The owner of a run puts what a flush has made durable into the
inboxes of those replicas that follow the run, and a follower says in the owner's inbox that it follows. A
replica reads its inbox on one connection, however many runs are followed on it, and removes what it has read.

The invariant: Redis only ever has what the database already has, and a follower takes an event only behind
the one before it. So a message that is lost, or a Redis that is empty, slow or away, costs a look into the
database and nothing else, and the end of a run is always looked for there. What cannot be sent or read within
a second is given up: then everybody goes on by PostgreSQL's notifications, until a message that this replica
sends to itself arrives again.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

from chatkit_link.errors import ConfigurationError
from chatkit_link.runs.log import Event
from chatkit_link.store.activity import Activity

logger = logging.getLogger(__name__)

#: Seconds that Redis has for an answer, beyond those that reading waits for something to read.
_PATIENCE = 1.0
_BLOCK = 1.0
#: Seconds between attempts while it is away.
_RETRY = 1.0
#: Seconds after the last message until an inbox that nobody reads is deleted; and its messages at most, about.
_KEPT = 30
_MOST = 10_000
#: Messages read at once; and sent at once.
_PAGE = 500
#: Messages that wait to be sent at most: more means that Redis does not keep up.
_BACKLOG = 20_000

_START = b"0-0"
#: The names of a message's fields. A field whose name is a number is the event of that number.
_RUN, _ENDED, _FOLLOWER, _FOLLOWED, _PROBE = b"run", b"ended", b"follower", b"followed", b"probe"


class RunUpdate(NamedTuple):
    """What a flush made durable of one run. ended: it is over here, and the database has how."""

    run_id: str
    events: Sequence[Event]
    ended: bool


class Receiver(Protocol):
    """What a replica does with its inbox."""

    def receive_update(self, update: RunUpdate) -> None:
        """Of a run that is followed here."""
        ...

    def hear_follow(self, replica: str, run_ids: Sequence[str]) -> None:
        """Another replica follows runs of this one, and has an inbox."""
        ...

    def lost(self) -> None:
        """From here on, and perhaps for a while before, no message was sent or received."""
        ...

    def found(self) -> None:
        """From here on messages are sent and received."""
        ...


class Fanout:
    """The inbox of one replica, and the way into those of others. ``run`` is awaited in a task of its own."""

    def __init__(self, client: Any, replica: str, activity: Activity) -> None:
        """client: of the ``redis`` package, which this closes."""
        self._client = client
        self._replica = replica
        self._activity = activity
        self._outgoing: list[tuple[str, dict[bytes, bytes]]] = []
        self._waiting = asyncio.Event()
        self._last: bytes = _START
        self._trimmed: bytes = _START
        self._failed = False
        self.receiver: Receiver | None = None
        #: Whether messages are sent and received.
        self.up = False

    @property
    def degraded(self) -> bool:
        """Whether Redis is away, and the database does its work."""
        return self._failed

    def send_update(self, replica: str, update: RunUpdate) -> None:
        """Never waits. What cannot be sent is reported as ``lost``."""
        message = {_RUN: update.run_id.encode(), **{b"%d" % event.id: event.data for event in update.events}}
        if update.ended:
            message[_ENDED] = b"1"
        self._send(replica, message)

    def send_follow(self, owner: str, run_ids: Sequence[str]) -> None:
        """Tell the owner of runs that they are followed here."""
        self._send(owner, {_FOLLOWER: self._replica.encode(), _FOLLOWED: ",".join(run_ids).encode()})

    def _send(self, replica: str, message: dict[bytes, bytes]) -> None:
        self._outgoing.append((replica, message))
        self._waiting.set()

    async def run(self) -> None:
        """Send and receive until cancelled."""
        try:
            while True:
                _heed_cancellation()
                await self._activity.rest()
                try:
                    await self._connect()
                    await self._carry()
                except Exception as error:  # noqa: BLE001 - whatever Redis met, the database has it all
                    self._fail(error)
                    await asyncio.sleep(_RETRY)
                else:
                    self._down()
        finally:
            await self._client.aclose()

    async def try_out(self) -> None:
        """Once, what ``run`` does all the time: a message makes its way through the inbox, and is removed.

        Raises what Redis or the network met. Leaves nothing behind, and no connection open.
        """
        try:
            await self._connect()
            await self._read(0)
            await self._client.delete(_inbox(self._replica))
        finally:
            await self._client.aclose()

    async def _connect(self) -> None:
        """Begin with an empty inbox, once a message has made its way through it."""
        self._outgoing.clear()
        async with asyncio.timeout(2 * _PATIENCE):
            # Its connections may be to a server that is frozen or was replaced.
            await self._client.connection_pool.disconnect()
            await self._client.delete(_inbox(self._replica))
            self._last = self._trimmed = _START
            await self._deliver([(self._replica, {_PROBE: b"1"})])
            if not any(_PROBE in message for message in await self._read(0)):
                raise OSError("a message does not arrive")
        _heed_cancellation()
        self.up = True
        if self._failed:
            logger.info("Redis is back: replicas send each other events over it again.")
        self._failed = False
        if self.receiver is not None:
            self.receiver.found()

    async def _carry(self) -> None:
        """Until nobody needs it, or it fails."""
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._keep_sending())
            while not self._activity.resting:
                for message in await self._read(_BLOCK):
                    self._receive(message)
            sending.cancel()

    async def _keep_sending(self) -> None:
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while self._outgoing:
                if len(self._outgoing) > _BACKLOG:
                    raise OSError("it does not keep up")
                some, self._outgoing = self._outgoing[:_PAGE], self._outgoing[_PAGE:]
                async with asyncio.timeout(_PATIENCE):
                    await self._deliver(some)
                _heed_cancellation()

    async def _deliver(self, messages: Sequence[tuple[str, Mapping[bytes, bytes]]]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for replica, message in messages:
            fields = [part for field in message.items() for part in field]
            pipeline.execute_command("XADD", _inbox(replica), "MAXLEN", "~", _MOST, "*", *fields)
        for replica in {replica for replica, _ in messages}:
            pipeline.expire(_inbox(replica), _KEPT)
        for answer in await pipeline.execute(raise_on_error=False):
            if isinstance(answer, Exception):  # raised by the pipeline, it would quote what was to be sent
                raise answer

    async def _read(self, wait: float) -> list[dict[bytes, bytes]]:
        """The next messages, at most so many seconds later; those read before are deleted with it."""
        inbox = _inbox(self._replica)
        if self._last != self._trimmed:
            millis, _, number = self._last.partition(b"-")
            await self._client.execute_command("XTRIM", inbox, "MINID", b"%b-%d" % (millis, int(number) + 1))
            self._trimmed = self._last
        block = {"block": round(wait * 1000)} if wait else {}
        async with asyncio.timeout(wait + _PATIENCE):
            answer: Any = await self._client.xread({inbox: self._last}, count=_PAGE, **block)
        _heed_cancellation()
        # By the protocol's version and the client's, a list of pairs or a mapping.
        streams: Sequence[Any] = [*answer.values()] if hasattr(answer, "values") else [one[1] for one in answer or ()]
        read: list[dict[bytes, bytes]] = []
        for entries in streams:
            for number, message in entries:
                self._last = number
                if message:
                    read.append(message)
        return read

    def _receive(self, message: Mapping[bytes, bytes]) -> None:
        if self.receiver is None:
            return
        if (run_id := message.get(_RUN)) is not None:
            events = [Event(int(field), data) for field, data in message.items() if field.isdigit()]
            self.receiver.receive_update(RunUpdate(run_id.decode(), events, _ENDED in message))
        elif (follower := message.get(_FOLLOWER)) is not None:
            self.receiver.hear_follow(follower.decode(), message[_FOLLOWED].decode().split(","))

    def _fail(self, error: Exception) -> None:
        if not self._failed:
            logger.warning(
                "Redis cannot be used, so followers on other replicas read from the database until it is back: %s",
                reason_of(error),
            )
        self._failed = True
        self._down()

    def _down(self) -> None:
        was_up, self.up = self.up, False
        self._outgoing.clear()
        if was_up and self.receiver is not None:
            self.receiver.lost()


def _heed_cancellation() -> None:
    """The client, or a group whose other task fails, may swallow a cancellation, and a stop cancels only once."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def reason_of(error: Any) -> str:
    """Why Redis cannot be used, in its own words."""
    while hasattr(error, "exceptions"):  # of a group
        error = error.exceptions[0]
    return str(error) or "it does not answer"


def _inbox(replica: str) -> str:
    # The name of a replica is random, so that deployments may share a server.
    return f"chatkit-link:inbox:{replica}"


def connect_fanout(url: str) -> Any:
    """A client for a ``Fanout``; nothing is connected yet.

    Raises:
        ConfigurationError: the package is missing, or that is no address.
    """
    if find_spec("redis") is None:
        raise ConfigurationError(
            "CHATKIT_LINK_FANOUT is redis, but its package is missing: pip install 'chatkit-link[redis]'."
        )
    from redis import asyncio as redis  # noqa: PLC0415 - an extra
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    patience = _BLOCK + 2 * _PATIENCE
    try:
        return redis.from_url(
            url, socket_timeout=patience, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0)
        )
    except ValueError:
        raise ConfigurationError("REDIS_URL is no address of a Redis server: write redis://host:6379/0.") from None
