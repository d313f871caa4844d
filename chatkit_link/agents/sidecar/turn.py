"""One answer of a workflow that runs in a process: what the file asks for comes here, and goes on as that of Python.

How it flows: the process calls the file's ``runWorkflow`` and sends a request for each thing that the file asks of its
libraries. Each is answered by the same ``Shims`` that a Python file finds, in the context of this answer. So what is
displayed, stored, resumed and stopped is decided in one place for both languages.
"""

import asyncio
import json
import uuid
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from agents import Agent
from openai import OpenAIError
from pydantic import TypeAdapter

from chatkit_link.agents.agent_builder.execution import Execution, Paused
from chatkit_link.agents.agent_builder.guardrails import load_guardrails
from chatkit_link.agents.agent_builder.shims import Shims, callers, current
from chatkit_link.agents.sidecar.definition import build_agents
from chatkit_link.agents.sidecar.peer import Peer, Raised
from chatkit_link.agents.sidecar.stack import line_in

_JSON = TypeAdapter[Any](Any)
#: What the package calls by another name than the Responses API.
_NAMES = {"callId": "call_id"}


@dataclass(frozen=True, slots=True)
class Place:
    """A call in the file that runs agents. number: of its site in the flow. alone: its input is written out there."""

    line: int
    number: int | None
    alone: bool


class Turn:
    """path: of the file. peer: the process. places: the calls of the file that run agents, by their number there."""

    def __init__(self, path: Path, peer: Peer, places: Mapping[int, Place]) -> None:
        self._path = path
        self.id = uuid.uuid4().hex
        self._peer = peer
        self._places = places
        self._shims = Shims(path.name)
        self._context = copy_context()  # with the execution and the meter of this answer
        self._state: dict[str, Any] = {}
        #: Items of the conversation that the file has from here: they come back as the very same ones.
        self._sent: dict[str, Any] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._raised: list[Exception] = []
        #: Set to what is no error of the file's: the question at which it pauses.
        self.left: asyncio.Future[Paused] = asyncio.get_running_loop().create_future()

    async def serve(self, method: str, params: dict[str, Any]) -> Any:
        """The answer to a request of the process. Raises Raised."""
        if (state := params.get("state")) is not None:
            self._keep(state)
        handler = getattr(self, f"_on_{method}")
        task = asyncio.create_task(handler(params), name=f"workflow {method}", context=self._context.copy())
        self._tasks.add(task)
        try:
            return await task
        except Exception as error:
            self._raised.append(error)
            raise Raised(error, len(self._raised) - 1) from error
        except Paused as pause:  # for whoever awaits the workflow; the file is not answered
            if not self.left.done():
                self.left.set_result(pause)
            return await asyncio.get_running_loop().create_future()
        finally:
            self._tasks.discard(task)

    def error(self, number: int) -> Exception:
        """The error that the process was answered with."""
        return self._raised[number]

    def finish(self, result: dict[str, Any]) -> None:
        if (state := result.get("state")) is not None:
            self._keep(state)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, state: dict[str, Any]) -> None:
        """The state as the file has it now, in the object that this answer began with."""
        self._state.clear()
        self._state.update(state)

    def _input(self, given: Any) -> Any:
        """The items as the Responses API has them; those that a file has made itself are in the form of its package."""
        if not isinstance(given, list):
            return given
        return [self._sent.get(_key_of(item)) or _item(item) for item in cast("list[Any]", given)]

    # What the file asks for

    async def _on_join(self, params: dict[str, Any]) -> Any:
        joined = self._shims.conversation(params["value"])
        sent = [_JSON.dump_python(item, mode="json") for item in joined]
        self._sent |= {_key_of(each): item for each, item in zip(sent, joined, strict=True)}
        return sent

    async def _on_begin_state(self, params: dict[str, Any]) -> Any:
        self._state = self._shims.state(params["value"])
        return _JSON.dump_python(dict(self._state), mode="json")

    async def _on_ask(self, params: dict[str, Any]) -> bool:
        return await self._shims.ask(params["name"], params["text"])

    async def _on_round(self, params: dict[str, Any]) -> None:
        await self._shims.go_round(params["line"])

    async def _on_search(self, params: dict[str, Any]) -> Any:
        line = line_in(self._path, params["stack"]) or 0
        found = await self._shims.search(line, _no_client, vector_store_id=params["store"], **params["body"])
        return _JSON.dump_python([vars(each) for each in found], mode="json")

    async def _on_guardrails(self, params: dict[str, Any]) -> Any:
        shims = Shims(self._path.name, load_guardrails())
        checks = shims.instantiate_guardrails(shims.load_config_bundle(params["config"]))
        given = (SimpleNamespace(guardrail_llm=None), params["text"], "text/plain", checks)
        results = await shims.run_guardrails(*given, suppress_tripwire=True, raise_guardrail_errors=True)
        return [{"tripwireTriggered": each.tripwire_triggered, "info": each.info} for each in results]

    async def _on_run(self, params: dict[str, Any]) -> Any:
        async def call_back(method: str, **given: Any) -> Any:
            return await self._peer.request(method, turn=self.id, run=params["run"], **given)

        agents = build_agents(params["agents"], call_back)
        if (stores := cast("Execution", current.get()).events.settings.stores) is not None:
            stores.replace_tools(*agents.values())
        start, place = agents[params["start"]], self._places.get(params["site"], _NOWHERE)
        numbers = (self._places[site].number for site in params["callers"] if site in self._places)
        callers.set(tuple(number for number in numbers if number is not None))
        at = self._shims.at(place.line, place.number, place.alone)
        limit = {"max_turns": params["max_turns"]} if params["max_turns"] else {}
        result = await at.run(start, self._input(params["input"]), **limit)
        items = [item.to_input_item() for item in result.new_items if item.type != "tool_approval_item"]
        return {
            "items": _JSON.dump_python(items, mode="json"),
            "output": _JSON.dump_python(result.final_output, mode="json"),
            "agent": _key(agents, result.last_agent, params["start"]),
        }


def _key_of(item: Any) -> str:
    return json.dumps(item, sort_keys=True)


def _key(agents: dict[str, Agent[Any]], last: Agent[Any], start: str) -> str:
    same = (key for key, agent in agents.items() if agent is last)
    named = (key for key, agent in agents.items() if agent.name == last.name)
    return next(same, None) or next(named, start)


def _item(item: Any) -> Any:
    """One item; ``callId`` and pictures are the differences that a file has reason to write."""
    if not isinstance(item, dict):
        return item
    given = cast("dict[str, Any]", item)
    made = {_NAMES.get(name, name): value for name, value in given.items() if name != "providerData"}
    if made.get("type") == "function_call_result":
        output: Any = made.get("output")
        text: Any = cast("dict[str, Any]", output).get("text") if isinstance(output, dict) else output
        return {"type": "function_call_output", "call_id": made.get("call_id"), "output": text}
    if isinstance(content := made.get("content"), list):
        made["content"] = [_part(part) for part in cast("list[Any]", content)]
    return made


def _part(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    given = cast("dict[str, Any]", part)
    if given.get("type") != "input_image" or not isinstance(given.get("image"), str):
        return given
    return {"type": "input_image", "image_url": given["image"], "detail": given.get("detail") or "auto"}


#: A call that the file hides, such as one of a function that was handed on.
_NOWHERE = Place(0, None, alone=False)


async def _no_client(**_: Any) -> Any:
    raise OpenAIError("A vector store is searched by OpenAI, and there is no key.")
