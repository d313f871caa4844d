"""Call the tool of examples/dbos in this process: python -m tests.examples.order_tea KEY."""

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace

from agents.tool_context import ToolContext

from chatkit_link.import_target import load_module

FOLDER = Path(__file__).parents[2] / "examples" / "dbos"
ARGUMENTS = '{"tea": "sencha", "packs": 2}'


def order(key: str) -> str:
    """What the model is told by a call with this idempotency key."""
    tool = load_module("tea_shop.py", "The tea shop", FOLDER).order_tea
    # Of its context the tool reads the key alone.
    context = SimpleNamespace(idempotency_key=key)
    called = ToolContext(context, tool_name=tool.name, tool_call_id="call_1", tool_arguments=ARGUMENTS)
    return asyncio.run(tool.on_invoke_tool(called, ARGUMENTS))


if __name__ == "__main__":
    print(order(sys.argv[1]))
