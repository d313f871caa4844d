"""What a model is sent of a conversation: items of the Responses format, made fit for the model that answers now.

How they flow: history and the run's own items come in as their makers left them. What is bound to another model,
server or API is made portable, calls are paired with their outputs under ids that are unique in this request, and
text is cleaned. The invariant: whatever a thread holds, the request is one that its server can take, so that a
thread does not die by a change of model.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from agents import TResponseInputItem
from agents.models.fake_id import FAKE_RESPONSES_ID

from chatkit_link.agents.models.call_ids import derived_call_id
from chatkit_link.agents.models.item_origin import Origin, server_call_id
from chatkit_link.agents.models.portable_calls import portable_call
from chatkit_link.wire.sanitize import whole_text

Item = dict[str, Any]

#: Characters of a call id that OpenAI takes over Chat Completions.
_LONGEST_ID = 40
_CALLS = ("function_call", "custom_tool_call")
_OUTPUTS = ("function_call_output", "custom_tool_call_output")
#: Besides messages, what the Agents SDK can express over Chat Completions.
_CHAT_TYPES = ("reasoning", "function_call", "function_call_output")


def remembered(items: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Items of an earlier turn. Reasoning is kept only where it carries its own content, encrypted: a server deletes
    what it stored of it after a while, and refuses a request that names it then.
    """
    given = [dict(item) for item in items]
    lasting = any(item.get("type") == "reasoning" and item.get("encrypted_content") for item in given)
    return given if lasting else [kept for item in given for kept in portable(item, with_origin=True)]


def portable(item: Mapping[str, Any], *, with_origin: bool = False) -> list[Item]:
    """An item without what only its maker can read; nothing of one that is of no use without it.

    with_origin: a call keeps what its maker can use again: its id there, its signature, and its own type.
    """
    item_type = item.get("type", "message")
    if item_type == "message":
        names = ("phase", "provider_data") if with_origin else ()
        return [part | {name: item[name] for name in names if item.get(name)} for part in _message(item)]
    if item_type == "function_call" or (with_origin and item_type == "custom_tool_call"):
        fields = ("type", "call_id", "name", "arguments", "input", *(("provider_data",) if with_origin else ()))
        return [{name: item[name] for name in fields if name in item}]
    if item_type == "function_call_output" or (with_origin and item_type == "custom_tool_call_output"):
        return [{"type": item_type, "call_id": item.get("call_id"), "output": item.get("output", "")}]
    return portable_call(item)


def _message(item: Mapping[str, Any]) -> list[Item]:
    if item.get("role") != "assistant" or isinstance(item.get("content"), str):
        return [{name: part for name, part in item.items() if name != "id" or part is not None}]
    parts = cast("list[Mapping[str, Any]]", item.get("content") or [])
    content: list[Item] = []
    for part in parts:
        if part.get("type") == "output_text" and part.get("text"):
            content.append({"type": "output_text", "text": part["text"], "annotations": []})
        elif part.get("type") == "refusal" and part.get("refusal"):
            content.append({"type": "refusal", "refusal": part["refusal"]})
    if not content:
        return []
    return [_assistant(content)]


def assistant_message(text: str) -> Item:
    """Input for a model as a message of its own."""
    return _assistant([{"type": "output_text", "text": text, "annotations": []}])


def _assistant(content: list[Item]) -> Item:
    # The placeholder means no id: the Agents SDK leaves it out where ids are sent.
    message = {"id": FAKE_RESPONSES_ID, "type": "message", "role": "assistant", "status": "completed"}
    return {**message, "content": content}


def fit(
    items: Iterable[TResponseInputItem], origin: Origin, *, bare: bool = False, user_last: bool = False
) -> list[TResponseInputItem]:
    """The conversation as this model can take it.

    bare: send nothing that refers to what a server made before, even if it is this one. user_last: end with a message
    of the user, as some servers want it.
    """
    own = (part for item in items for part in _for(origin, cast("Mapping[str, Any]", item), bare=bare))
    sent = _without_idle_reasoning(_without_lost_outputs(list(_Calls(origin, bare=bare).paired(own))))
    if origin.api == "chat":
        sent = _with_answers(sent)
    if user_last and sent and sent[-1].get("role") == "assistant":
        sent.append({"type": "message", "role": "user", "content": "Go on."})
    if origin.api == "responses":
        # Where it is still there, the Agents SDK takes the item for another server's.
        sent = [{name: part for name, part in item.items() if name != "provider_data"} for item in sent]
    return cast("list[TResponseInputItem]", [_clean(item) for item in sent])


def with_server_ids(items: Iterable[TResponseInputItem], server_ids: Mapping[str, str]) -> list[TResponseInputItem]:
    """New items for a server that stores the conversation itself, which knows calls by its own ids."""
    given = [dict(cast("Mapping[str, Any]", item)) for item in items]
    known = [
        item | {"call_id": server_ids[item["call_id"]]} if item.get("call_id") in server_ids else item for item in given
    ]
    return cast("list[TResponseInputItem]", [_clean(item) for item in known])


def _for(origin: Origin, item: Mapping[str, Any], *, bare: bool) -> list[Item]:
    item_type = item.get("type", "message")
    made = origin.made(item)
    unknown = made is None and item.get("provider_data") is not None
    unsayable = origin.api != "responses" and item_type != "message" and item_type not in _CHAT_TYPES
    if bare or made is False or unknown or unsayable:
        return portable(item)
    if item_type == "message" and not (item.get("id") and item.get("type")):
        # As programs write it by hand, and Agent Builder's exports do: without a type, with an id that is null.
        return [{"type": "message", **part} for part in _message(item)]
    return [dict(item)]


def _without_idle_reasoning(items: list[Item]) -> list[Item]:
    """Reasoning is refused without the output that it led to, which comes next."""
    kept: list[Item] = []
    for item in reversed(items):
        following = kept[-1] if kept else None
        led_to = following is not None and (
            not str(following.get("type")).endswith("_output") and following.get("role") in (None, "assistant")
        )
        if item.get("type") != "reasoning" or led_to:
            kept.append(item)
    return kept[::-1]


def _without_lost_outputs(items: list[Item]) -> list[Item]:
    """Outputs of calls, and answers to questions of a provider, that are not there any more are refused."""
    calls = {item.get("call_id") for item in items if str(item.get("type")).endswith("_call")}
    asked = {item.get("id") for item in items if item.get("type") == "mcp_approval_request"}
    return [
        item
        for item in items
        if not (str(item.get("type")).endswith("_output") and item.get("call_id") not in calls)
        and not (item.get("type") == "mcp_approval_response" and item.get("approval_request_id") not in asked)
    ]


def _with_answers(items: list[Item]) -> list[Item]:
    """Over Chat Completions some servers want an answer between a tool's output and the next message of the user.

    There is none where an answer was stopped (Mistral: "Unexpected role 'user' after role 'tool'").
    """
    sent: list[Item] = []
    for item in items:
        if sent and sent[-1].get("type") in _OUTPUTS and item.get("role") == "user":
            sent.append(assistant_message("(No answer was given.)"))
        sent.append(item)
    return sent


@dataclass(slots=True)
class _Calls:
    """Pairs each call with exactly one output, under an id that no other call of the request has."""

    origin: Origin
    bare: bool
    used: set[str] = field(default_factory=set[str])

    def paired(self, items: Iterable[Item]) -> Iterator[Item]:
        given = list(items)
        outputs = self._match(given)
        waiting: list[Item] = []  # outputs of calls that have been given already
        for at, item in enumerate(given):
            item_type = item.get("type")
            if item_type in _OUTPUTS:
                if waiting:
                    yield from waiting
                    waiting.clear()
                continue
            if item_type in _CALLS and "call_id" in item:
                if at not in outputs:
                    continue  # a call that was never answered is refused
                call, output = self._named(item, outputs[at])
                waiting.append(output)
                yield call
                continue
            if waiting and item.get("role") not in (None, "assistant"):
                yield from waiting
                waiting.clear()
            yield item
        yield from waiting

    @staticmethod
    def _match(given: list[Item]) -> dict[int, Item]:
        """Place of a call -> its output. An output without a call is left out, a call has one output."""
        open_calls: dict[Any, list[int]] = {}
        outputs: dict[int, Item] = {}
        for at, item in enumerate(given):
            if item.get("type") in _CALLS:
                open_calls.setdefault(item.get("call_id"), []).append(at)
            elif item.get("type") in _OUTPUTS and (places := open_calls.get(item.get("call_id"))):
                outputs[places.pop(0)] = item
        return outputs

    def _named(self, call: Item, output: Item) -> tuple[Item, Item]:
        call_id = self._unused(call)
        self.used.add(call_id)
        if call.get("type") == "function_call":
            call["arguments"] = _as_object(call.get("arguments"))
        return {**call, "call_id": call_id}, {**output, "call_id": call_id}

    def _unused(self, call: Item) -> str:
        """The id that the server knows the call by, or else ours."""
        known = server_call_id(call) if self.origin.made(call) and not self.bare else ""
        known = known if len(known) <= _LONGEST_ID else ""
        free = (each for each in (known, str(call["call_id"])) if each and each not in self.used)
        return next(free, None) or derived_call_id(f"{call['call_id']} {len(self.used)}")


def _as_object(arguments: Any) -> str:
    """What a model wrote that is no JSON object is refused by several servers when it comes back to them."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except (TypeError, ValueError):
        return "{}"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, list):
        return [_clean(part) for part in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in cast("dict[str, Any]", value).items()}
    return value
