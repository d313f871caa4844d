"""What answers at one address: a ChatKit server and what a client may ask of it."""

from dataclasses import dataclass

from chatkit.server import ChatKitServer

from chatkit_link.agents.mentions import Mentions
from chatkit_link.caller import Caller
from chatkit_link.protocol.titles import Titler


@dataclass(frozen=True, slots=True)
class Endpoint:
    """agent: its id, which is also the last part of its address.
    server: our own ``LinkServer``, or anybody's subclass of the SDK's.
    models, tools: ids that a client may choose; None where the server checks that itself.
    mentions: what people can mention with @; None for nothing.
    titler: names new threads; None where the server does so itself or not at all.
    """

    agent: str
    server: ChatKitServer[Caller]
    models: frozenset[str] | None = None
    tools: frozenset[str] | None = None
    titler: Titler | None = None
    mentions: Mentions | None = None
