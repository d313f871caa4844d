"""A model's answer, as it streams, in the form that the Agents SDK and ``agents/stream.py`` rely on.

How an event flows: ``take`` gets each event of the Responses API as a server sent it (or as the SDK made it of
Chat Completions) and gives what takes its place: none, one or several. Halves of surrogate pairs are joined, thoughts
between tags become events of reasoning, calls get ids of ours. The final response is put right in the same way, so
that what the model will remember is what the user saw. Its events may be shared (a test's script, a cache): what is
changed is copied.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import httpx2
import openai
from agents import ModelResponse
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseOutputMessage,
    ResponseReasoningTextDeltaEvent,
    ResponseTextDeltaEvent,
)

from chatkit_link.agents.models.call_ids import new_call_id
from chatkit_link.agents.models.item_origin import Origin
from chatkit_link.agents.models.problems import IncompleteAnswer, Reason, UnreadableAnswer
from chatkit_link.agents.models.request import ModelRequest
from chatkit_link.agents.models.surrogates import HalfKeeper
from chatkit_link.agents.models.think_tags import Split, ThoughtSplitter, answer_of
from chatkit_link.agents.models.usage import response_usage, run_usage
from chatkit_link.wire.sanitize import whole_text

#: Calls whose server's ids are known at once; those of a turn are needed for its next request.
_NOTED = 2000
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?```\s*", re.DOTALL)
_INCOMPLETE: dict[str, Reason] = {"max_output_tokens": "length", "content_filter": "content_filter"}


class AnswerRecalled:
    """An event of ours: what was written into this output as an answer was a thought."""

    type = "chatkit_link.answer_recalled"

    def __init__(self, output_index: int) -> None:
        self.output_index = output_index


class AnswerStream:
    """Puts one answer right. Raises IncompleteAnswer, UnreadableAnswer and openai.APIError."""

    def __init__(self, origin: Origin, request: ModelRequest, server_ids: dict[str, str]) -> None:
        """server_ids: where our id of a call is recorded, with the server's."""
        self._origin = origin
        self._request = request
        self._server_ids = server_ids
        #: OpenAI's own models mark their thoughts as such; an answer of theirs that starts with a tag is an answer.
        self._splits = not origin.official
        self._call_ids = _CallIds()
        self._halves: dict[tuple[str, int, int], HalfKeeper] = {}
        self._splitters: dict[tuple[int, int], ThoughtSplitter] = {}
        #: What opens a message, held back until it is known that there is more in it than thoughts.
        self._openings: dict[int, list[Any]] = {}
        self._started = False
        self._over = False

    def is_plain(self, event: Any) -> bool:
        """Whether this is more of a text that is being written, and right as it is."""
        if type(event) is not ResponseTextDeltaEvent or self._halves or self._openings:
            return False
        delta = event.delta
        if not delta.isascii():
            return False
        if not self._splits:
            return self._started
        splitter = self._splitters.get((event.output_index, event.content_index))
        return splitter is not None and splitter.passes(delta)

    def take(self, event: Any) -> Sequence[Any]:
        """What takes the event's place."""
        self._started = True
        match event.type:
            case "response.output_text.delta":
                return self._text(event)
            case "response.refusal.delta" | "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                return self._plain(event)
            case "response.output_item.added":
                return self._added(event)
            case "response.content_part.added":
                opening = self._openings.get(event.output_index)
                if opening is None or event.part.type != "output_text":
                    return self._opened(event.output_index, event)
                opening.append(event)
                return ()
            case "response.output_text.done" | "response.content_part.done":
                return self._part_done(event)
            case "response.output_item.done":
                return self._item_done(event)
            case "response.completed":
                return self._completed(event)
            case "response.incomplete":
                raise _incomplete(event.response)
            case "response.failed":
                raise self._failure(getattr(event.response, "error", None))
            case "error" | "response.error":
                # Flat in OpenAI's reference; also the object that a refusal has.
                raise self._failure(getattr(event, "error", None) or event)
            case _:
                return (event,)

    def end(self) -> None:
        """The stream is over. Raises where the answer is not."""
        if not self._started:
            raise UnreadableAnswer("a stream without a single event")
        if not self._over:
            raise IncompleteAnswer("disconnected")

    # Text

    def _text(self, event: Any) -> Sequence[Any]:
        delta = self._whole(event, event.content_index)
        if not self._splits:
            return self._changed(event, delta)
        key = (event.output_index, event.content_index)
        splitter = self._splitters.get(key)
        if splitter is None:
            splitter = self._splitters[key] = ThoughtSplitter()
        return self._split(event, splitter.feed(delta))

    def _split(self, event: Any, split: Split) -> Sequence[Any]:
        if not split.thought and not split.recall:
            return self._opened(event.output_index, *self._changed(event, split.answer)) if split.answer else ()
        events: list[Any] = [AnswerRecalled(event.output_index)] if split.recall else []
        if split.thought:
            events.append(_thought(event, split.thought))
        if split.answer:
            events += self._opened(event.output_index, event.model_copy(update={"delta": split.answer}))
        return events

    def _plain(self, event: Any) -> Sequence[Any]:
        place = getattr(event, "content_index", None)
        return self._opened(
            event.output_index,
            *self._changed(event, self._whole(event, event.summary_index if place is None else place)),
        )

    def _whole(self, event: Any, place: int) -> str:
        delta = event.delta
        if not self._halves and delta.isascii():
            return delta
        key = (event.type, event.output_index, place)
        keeper = self._halves.get(key)
        if keeper is None:
            if delta.isascii():
                return delta
            keeper = self._halves[key] = HalfKeeper()
        return keeper.feed(delta)

    @staticmethod
    def _changed(event: Any, delta: str) -> Sequence[Any]:
        if delta == event.delta:
            return (event,)
        return (event.model_copy(update={"delta": delta}),) if delta else ()

    def _opened(self, index: int, *events: Any) -> Sequence[Any]:
        """The events behind what opens their message, if that was held back."""
        opening = self._openings.pop(index, None) if self._openings else None
        return events if opening is None else (*opening, *events)

    def _part_done(self, event: Any) -> Sequence[Any]:
        events = self._flush(event)
        return [*events, event] if event.output_index not in self._openings else events

    def _flush(self, event: Any) -> list[Any]:
        """What was held back of a text, now that it is over."""
        key = (event.output_index, event.content_index)
        keeper = self._halves.pop(("response.output_text.delta", *key), None)
        splitter = self._splitters.pop(key, None)
        rest = keeper.finish() if keeper else ""
        delta = ResponseTextDeltaEvent(
            type="response.output_text.delta", delta=rest, logprobs=[], item_id=event.item_id,
            output_index=event.output_index, content_index=event.content_index, sequence_number=0,
        )  # fmt: skip
        if splitter is None:
            return list(self._opened(event.output_index, delta)) if rest else []
        events = list(self._split(delta, splitter.feed(rest))) if rest else []
        return [*events, *self._split(delta, splitter.finish())]

    # Items

    def _added(self, event: Any) -> Sequence[Any]:
        if event.item.type == "message" and self._splits and not event.item.content:
            self._openings[event.output_index] = [event]
            return ()
        return (event.model_copy(update={"item": self._own(event.item, event.output_index)}),)

    def _item_done(self, event: Any) -> Sequence[Any]:
        held = self._openings.pop(event.output_index, None)
        item = self._own(event.item, event.output_index)
        if held is not None and not _has_output(item):
            return ()  # nothing but thoughts
        return [*(held or ()), event.model_copy(update={"item": item})]

    def _own(self, item: Any, index: int, *, final: bool = False) -> Any:
        """The item with an id of ours for its call, without thoughts and halves in its text, and with its origin."""
        copy = item.model_copy()
        server_id: str | None = None
        if isinstance(getattr(item, "call_id", None), str) and item.type.endswith("_call"):
            server_id = item.call_id
            copy.call_id = (self._call_ids.final if final else self._call_ids.streamed)(index, item.call_id)
            self._note_id(copy.call_id, item.call_id)
        if isinstance(getattr(item, "arguments", None), str):
            copy.arguments = whole_text(item.arguments)
        if item.type == "message":
            content: list[Any] = item.content or []
            copy.content = [self._own_part(part) for part in content]
        self._origin.mark(copy, server_id)
        return copy

    def _note_id(self, own: str, server_id: str) -> None:
        self._server_ids[own] = server_id
        if len(self._server_ids) > _NOTED:
            del self._server_ids[next(iter(self._server_ids))]

    def _own_part(self, part: Any) -> Any:
        name = "text" if part.type == "output_text" else "refusal"
        given = getattr(part, name, None) or ""
        text = whole_text(given)
        if name == "text" and self._splits:
            text = answer_of(text)
        if self._request.schema_in_instructions and (fenced := _FENCED.fullmatch(text)):
            text = fenced[1]  # models like to do so, whatever they are events
        return part if text == given else part.model_copy(update={name: text})

    # The end

    def whole(self, response: ModelResponse) -> ModelResponse:
        """An answer that came at once, put right in the same way."""
        output = [self._own(item, index, final=True) for index, item in enumerate(response.output)]
        return replace(response, output=[item for item in output if _has_output(item)])

    def _failure(self, given: Any) -> openai.APIError:
        """A failure that a server reports inside its stream, as the error that the client raises for it elsewhere.

        It has the conversation with it, as there, so that the log can leave out what the server quotes of it.
        """
        fields: dict[str, Any] = {}
        if isinstance(given, dict):
            fields = cast("dict[str, Any]", given)
        elif given is not None:
            fields = {**vars(given), **(getattr(given, "model_extra", None) or {})}
        code, message, kind = (fields.get(name) for name in ("code", "message", "type"))
        asked = {"instructions": self._request.instructions, "input": self._request.input}
        content = json.dumps(asked, default=str).encode("utf-8", "replace")
        request = httpx2.Request("POST", f"https://{self._origin.server or 'model.invalid'}", content=content)
        body = {"code": code, "message": message, "type": code if kind in (None, "error", "response.error") else kind}
        return openai.APIError(str(message or "the response failed"), request, body=body)

    def _completed(self, event: ResponseCompletedEvent) -> Sequence[Any]:
        response = event.response
        self._over = True
        if getattr(response, "status", None) == "incomplete" or getattr(response, "incomplete_details", None):
            raise _incomplete(response)
        output = [self._own(item, index, final=True) for index, item in enumerate(response.output or [])]
        final = response.model_copy(
            update={"output": [item for item in output if _has_output(item)], "usage": response_usage(response.usage)}
        )
        return (event.model_copy(update={"response": final}),)


class _CallIds:
    """Our ids for the calls of one response, by their place in it."""

    def __init__(self) -> None:
        self._own: dict[int, str] = {}
        self._places: dict[str, set[int]] = {}

    def streamed(self, index: int, server_id: str) -> str:
        self._places.setdefault(server_id, set()).add(index)
        return self._own.setdefault(index, new_call_id())

    def final(self, index: int, server_id: str) -> str:
        """In the final response a place may be another one, where the server left something out."""
        places = self._places.get(server_id, set())
        if len(places) == 1:
            index = next(iter(places))
        return self._own.setdefault(index, new_call_id())


def _has_output(item: Any) -> bool:
    return not isinstance(item, ResponseOutputMessage) or any(
        getattr(part, "text", None) or getattr(part, "refusal", None) for part in item.content or ()
    )


def _thought(event: Any, thought: str) -> ResponseReasoningTextDeltaEvent:
    return ResponseReasoningTextDeltaEvent(
        type="response.reasoning_text.delta", delta=thought, item_id=event.item_id,
        output_index=event.output_index, content_index=event.content_index, sequence_number=0,
    )  # fmt: skip


def _incomplete(response: Response) -> IncompleteAnswer:
    details = getattr(response, "incomplete_details", None)
    reason = _INCOMPLETE.get(getattr(details, "reason", None) or "", "disconnected")
    return IncompleteAnswer(reason, run_usage(response_usage(getattr(response, "usage", None))))
