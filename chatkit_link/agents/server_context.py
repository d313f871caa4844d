"""The ``context`` of a server's methods: what it knows of who is asking."""

from typing import Any

from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller


async def context_for(agent: ServedAgent, caller: Caller) -> Any:
    """What every method of this server gets as its ``context`` for one request; asked for once in each."""
    return caller
