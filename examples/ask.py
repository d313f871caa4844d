"""Asks a server a question and prints the answer.

Try it: python examples/ask.py "What is a run?" http://127.0.0.1:8000/chatkit
"""

import asyncio
import sys

from chatkit_link.client import ChatKitClient


async def main(question: str, address: str = "http://127.0.0.1:8000/chatkit") -> None:
    async with ChatKitClient(address) as client:
        print((await client.ask(question)).text)


asyncio.run(main(*sys.argv[1:]))
