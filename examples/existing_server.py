"""A ChatKit backend in the form that OpenAI's documentation shows, served without a change.

The class is constructed with a Postgres store. The ``context`` of each call is the Caller, which reads like a
dictionary.
This one asks OpenAI by itself, so OPENAI_API_KEY must be in the environment.

Try it: chatkit-link chat "Hello" --agent mine=examples/existing_server.py:MyChatKitServer
"""

from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, Runner
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer
from chatkit.types import ThreadMetadata, ThreadStreamEvent, UserMessageItem

assistant = Agent[AgentContext[Any]](name="Assistant", instructions="You are a helpful assistant.")


class MyChatKitServer(ChatKitServer[Any]):
    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Any
    ) -> AsyncIterator[ThreadStreamEvent]:
        page = await self.store.load_thread_items(thread.id, after=None, limit=20, order="desc", context=context)
        input_items = await simple_to_agent_input(list(reversed(page.data)))
        agent_context = AgentContext(thread=thread, store=self.store, request_context=context)
        result = Runner.run_streamed(assistant, input_items, context=agent_context)
        async for event in stream_agent_response(agent_context, result):
            yield event
