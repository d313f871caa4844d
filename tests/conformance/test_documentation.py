"""The code in docs/how-to/conformance.md works as it stands there."""

import uuid
from dataclasses import fields
from pathlib import Path
from typing import Any

from chatkit_link.conformance import Agent, Agents, Promises, ProtocolSuite, StoreSuite
from chatkit_link.search.blocks import markdown_tokens
from tests.conformance.memory_store import MemoryStore

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "conformance.md").read_text(encoding="utf-8")
BLOCKS = [token.content for token in markdown_tokens(PAGE) if token.type == "fence" and token.info == "python"]


def run(*blocks: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {
        "MyStore": MemoryStore,
        "MyContext": lambda user: user,
        "new_token": lambda: uuid.uuid4().hex,
        "my_store_at": lambda address: MemoryStore.open(),
    }
    for block in blocks:
        exec(block, namespace)
    return namespace


class TestTheStoreOfThePage(run(BLOCKS[0])["TestMyStore"]):
    examples = 20


class TestTheStoreWithFixtures(run(BLOCKS[0], BLOCKS[1])["TestMyStore"]):
    """Its fixture asks for an address."""

    examples = 20

    def test_ids_do_not_collide(self) -> None:
        """Checked above."""


def test_the_promises_and_the_server_of_the_page_are_made() -> None:
    made = run(BLOCKS[0], BLOCKS[2], BLOCKS[3])
    assert issubclass(made["TestMyStore"], StoreSuite)
    assert made["TestMyStore"].promises == Promises(orders_by_activity=False)
    server = made["TestMyServer"]
    assert issubclass(server, ProtocolSuite)
    assert server.agents == Agents(echo=Agent("/echo"), widget=Agent("/shop", says="Show me a card"))
    assert server().new_headers()["Authorization"].startswith("Bearer ")


def test_every_promise_and_every_agent_is_in_the_page() -> None:
    for name in [field.name for kind in (Promises, Agents) for field in fields(kind)]:
        assert f"`{name}`" in PAGE
