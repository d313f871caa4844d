"""The Responses API as other servers implement it, in the form that the Agents SDK reads."""

import json
from collections.abc import AsyncIterator
from typing import Any, cast

from agents.models.openai_responses import OpenAIResponsesModel
from typing_extensions import override

from chatkit_link.agents.models.problems import UnreadableAnswer
from chatkit_link.agents.models.usage import response_usage

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})


class ResponsesModel(OpenAIResponsesModel):
    """The Agents SDK's model, which trusts what a response has used and contains."""

    @override
    async def _fetch_response(self, *args: Any, **more: Any) -> Any:
        try:
            fetched = cast("Any", await super()._fetch_response(*args, **more))
        except (AttributeError, TypeError) as error:  # the client gives what is no JSON as it is
            raise UnreadableAnswer("no response, in place of an answer") from error
        if isinstance(fetched, str):
            raise UnreadableAnswer("no JSON, in place of an answer")
        return ResponseEvents(fetched) if more.get("stream") else fetched


class ResponseEvents:
    """The events of one answer."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._events = aiter(stream)

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        event = await anext(self._events)
        event_type = getattr(event, "type", None)
        if event_type is None:
            raise UnreadableAnswer("an event without a type")
        if event_type in _ENDS:
            _put_right(event)
        return event

    async def aclose(self) -> None:
        await self._stream.aclose()


def _put_right(event: Any) -> None:
    response: Any = getattr(event, "response", None)
    if response is None:
        raise UnreadableAnswer(f"{event.type} without a response")
    response.usage = response_usage(getattr(response, "usage", None))
    output: list[Any] = getattr(response, "output", None) or []
    response.output = output
    for item in output:
        if getattr(item, "type", None) == "message" and item.content is None:
            item.content = []
        arguments: Any = getattr(item, "arguments", None)
        if arguments is not None and not isinstance(arguments, str):
            item.arguments = json.dumps(arguments)
