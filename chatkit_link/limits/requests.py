"""What a plain request waits for in turn: one that is neither a stream nor an upload, which have bounds of their own.

What is scarce for it are the connections to the database, the look at who is asking, and the CPU of what is rendered.
A turn is held while that thing is in use, and not for the whole request: so nobody keeps others waiting by sending a
body slowly, by not reading an answer, or by a model that takes its time.

A page may load thirty threads at once, and an office of hundreds may share one address: who waits is served in a
moment, and is refused only where more wait than any office has.
"""

from chatkit_link.caller import Caller
from chatkit_link.limits.line import Line
from chatkit_link.limits.shares import Bounds
from chatkit_link.store.engine import PATIENCE, user_connections

#: Callers that wait for a connection to the database.
QUERIES_WAITING = Bounds(user=500, address=2_000, total=5_000)
#: Requests whose caller is looked up: by a client secret in the database, or by an operator's own function.
IDENTIFYING = Bounds(user=0, address=16, total=200)
IDENTIFYING_WAITING = Bounds(user=0, address=2_000, total=5_000)
#: Documents and histories that are read and worked through in a thread.
RENDERING = Bounds(user=0, address=2, total=4)
RENDERING_WAITING = Bounds(user=0, address=500, total=2_000)


def querying(pool_size: int) -> Bounds:
    """Connections to the database in use. One address leaves some to the others, where there are several."""
    most = user_connections(pool_size)
    return Bounds(user=max(1, most // 2), address=max(1, most * 3 // 4), total=most)


def database_line(pool_size: int) -> Line:
    """For ``Database``: its connections for users."""
    return Line(querying(pool_size), QUERIES_WAITING, patience=PATIENCE)


def identifying_line() -> Line:
    return Line(IDENTIFYING, IDENTIFYING_WAITING, patience=PATIENCE)


def rendering_line() -> Line:
    return Line(RENDERING, RENDERING_WAITING, patience=PATIENCE)


def somebody_at(network: str | None) -> Caller:
    """For a ``Line``: whoever asks from this address (``Caller.network``), before it is known who they are."""
    return Caller("", network or "", network=network)
