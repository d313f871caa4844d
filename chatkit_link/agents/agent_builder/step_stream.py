"""A run inside a workflow as ChatKit events: the text of a step that is not for the user is not sent as a message."""

from collections.abc import Callable, Sequence
from typing import Any

from agents import Agent
from chatkit.types import ThreadStreamEvent
from typing_extensions import override

from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.stream import ResponseStream

_MESSAGE = ("response.output_text.", "response.refusal.", "response.content_part.")


class StepStream(ResponseStream):
    """Translates the run of one step.

    speaks: whether what the model writes now is for the user. keep_open: the workflow item goes on with the
    next step. has_output: whether it has written to the user.
    """

    def __init__(self, context: LinkContext, speaks: Callable[[], bool], *, keep_open: bool) -> None:
        super().__init__(context)
        self._speaks = speaks
        self._keep_open = keep_open
        self.has_output = False

    @override
    async def _raw(self, event: Any) -> Sequence[ThreadStreamEvent]:
        if _is_message(event):
            if not self._speaks():
                self._has_message = True  # there is one, and it is not for the user
                return ()
            self.has_output = True
        elif event.type == "response.completed" and not self._speaks():
            self._has_message = True
        return await super()._raw(event)

    @override
    def _closing(self) -> list[ThreadStreamEvent]:
        if self._keep_open and self._context.client_tool_call is None:
            return []
        return super()._closing()


def is_structured(agent: Agent[Any]) -> bool:
    """Whether it answers in a type of its own, which is for the workflow and not for the user."""
    return agent.output_type not in (None, str)


def _is_message(event: Any) -> bool:
    if event.type in ("response.output_item.added", "response.output_item.done"):
        return event.item.type == "message"
    return event.type.startswith(_MESSAGE)
