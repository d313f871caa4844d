"""Checks that any ChatKit store and any ChatKit server can be put through. Needs the extra ``conformance``.

    from chatkit_link.conformance import protocol_suite, store_suite

    TestStore = store_suite(open_store, new_owner)
    TestProtocol = protocol_suite("http://127.0.0.1:8000/chatkit")

``store/`` has the checks of a store, ``machine/`` those that Hypothesis makes up, and ``protocol/`` those
of a server. Nothing here knows our own store or server. No plugin for async tests is needed:
``loop_runner.py`` brings the event loop.
"""

import pytest

pytest.register_assert_rewrite(f"{__name__}.machine", f"{__name__}.protocol", f"{__name__}.store")

from chatkit_link.conformance.promises import Promises  # noqa: E402 - asserts are rewritten at import
from chatkit_link.conformance.protocol import Agent, Agents, ProtocolSuite, protocol_suite  # noqa: E402
from chatkit_link.conformance.store import StoreSuite, store_suite  # noqa: E402

__all__ = ["Agent", "Agents", "Promises", "ProtocolSuite", "StoreSuite", "protocol_suite", "store_suite"]
