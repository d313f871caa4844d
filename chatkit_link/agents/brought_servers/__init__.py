"""A ``ChatKitServer`` that someone else wrote, served without an edit: how it is made, and what it meets here.

How a call flows: the protocol calls a ``BroughtServer`` with the Caller, as it calls our own server. That makes the
context which the server was written for (``request_context.py``), binds the Caller to the call (``bound_caller.py``)
and calls the method of theirs. The server loads and saves through a ``TurnStore``, with whatever context it has at
hand: the store goes by the bound Caller.

The invariant: whatever a server passes as context, its store reads and writes the rows of the Caller whose request
it answers, and no others.
"""
