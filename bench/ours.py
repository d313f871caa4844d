"""The agents that ChatKit Link serves here."""

from collections.abc import AsyncIterator

from agents import Agent
from chatkit.types import ThreadStreamEvent

from bench.answers import ScriptedModel, events
from chatkit_link.agents.context import TurnContext


async def plain(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    async for event in events(ctx.text, ctx.new_id("message"), ctx.thread.id):
        yield event


agent = Agent(name="Scripted", model=ScriptedModel())
