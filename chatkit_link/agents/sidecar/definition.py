"""Agents that a process has defined, as agents of the Agents SDK: what is code of the file's own is called back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, cast

from agents import (
    Agent,
    AgentOutputSchemaBase,
    CodeInterpreterTool,
    FileSearchTool,
    FunctionTool,
    Handoff,
    HostedMCPTool,
    ImageGenerationTool,
    ModelBehaviorError,
    ModelSettings,
    Tool,
    UserError,
    WebSearchTool,
)
from agents.tool_context import ToolContext
from openai.types.responses.web_search_tool import Filters
from openai.types.shared import Reasoning
from pydantic import TypeAdapter, ValidationError, WithJsonSchema
from typing_extensions import override

#: (method, parameters) -> the process's answer.
CallBack = Callable[..., Awaitable[Any]]

_SETTINGS = {
    "temperature": "temperature", "topP": "top_p", "frequencyPenalty": "frequency_penalty",
    "presencePenalty": "presence_penalty", "toolChoice": "tool_choice", "parallelToolCalls": "parallel_tool_calls",
    "truncation": "truncation", "maxTokens": "max_tokens", "store": "store",
    "promptCacheRetention": "prompt_cache_retention", "providerData": "extra_args",
}  # fmt: skip


class JsonSchemaOutput(AgentOutputSchemaBase):
    """The type of an agent's answer, of which only the schema is known here: the file makes its own value of it."""

    def __init__(self, schema: dict[str, Any], *, strict: bool) -> None:
        #: As a type, which takes everything and has this schema.
        self.output_type: Any = Annotated[Any, WithJsonSchema(schema)]
        self._schema = schema
        self._strict = strict

    @override
    def is_plain_text(self) -> bool:
        return False

    @override
    def name(self) -> str:
        return "final_output"

    @override
    def json_schema(self) -> dict[str, Any]:
        return self._schema

    @override
    def is_strict_json_schema(self) -> bool:
        return self._strict

    @override
    def validate_json(self, json_str: str) -> Any:
        try:
            return TypeAdapter(Any).validate_json(json_str)
        except ValidationError as error:
            raise ModelBehaviorError("The answer is not JSON.") from error


def build_agents(definitions: Mapping[str, Mapping[str, Any]], call_back: CallBack) -> dict[str, Agent[Any]]:
    """Id -> agent, of all that one run may come to."""
    agents = {key: _agent(key, given, call_back) for key, given in definitions.items()}
    for key, given in definitions.items():
        agents[key].handoffs = [
            agents[handoff["agent"]] if handoff["plain"] else _handoff(handoff, agents[handoff["agent"]])
            for handoff in given["handoffs"]
        ]
    return agents


def output_only(given: Mapping[str, Any]) -> Agent[Any]:
    """An agent of which only the name and the output are known, to see what its output is for."""
    return Agent(name=given["name"], output_type=_output(given["output"]))


def _output(given: Mapping[str, Any] | None) -> JsonSchemaOutput | None:
    return None if given is None else JsonSchemaOutput(given["schema"], strict=given["strict"])


def _agent(key: str, given: Mapping[str, Any], call_back: CallBack) -> Agent[Any]:
    async def instructions(_context: Any, _agent: Any) -> str:
        return await call_back("instructions", agent=key)

    if any(given["guardrails"].values()):
        raise UserError(f"The agent {given['name']} has guardrails of its own, which are not run here.")
    return Agent(
        name=given["name"],
        handoff_description=given["description"],
        instructions=instructions,
        model=given["model"],
        model_settings=_settings(given["settings"]),
        tools=[_tool(key, tool, call_back) for tool in given["tools"]],
        output_type=_output(given["output"]),
        tool_use_behavior=_behavior(given["stop"]),
        reset_tool_choice=given["reset_tool_choice"],
    )


def _behavior(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    return {"stop_at_tool_names": cast("dict[str, Any]", given)["stopAtToolNames"]}


def _settings(given: Mapping[str, Any]) -> ModelSettings:
    known: dict[str, Any] = {ours: given[name] for name, ours in _SETTINGS.items() if given.get(name) is not None}
    if reasoning := given.get("reasoning"):
        known["reasoning"] = Reasoning.model_validate(reasoning)
    text: Mapping[str, Any] = given.get("text") or {}
    if verbosity := text.get("verbosity"):
        known["verbosity"] = verbosity
    return ModelSettings(**known)


def _handoff(given: Mapping[str, Any], agent: Agent[Any]) -> Handoff[Any, Agent[Any]]:
    async def invoke(*_: Any) -> Agent[Any]:
        return agent

    return Handoff(
        tool_name=given["name"],
        tool_description=given["description"],
        input_json_schema=given["parameters"],
        on_invoke_handoff=invoke,
        agent_name=agent.name,
    )


def _tool(key: str, given: Mapping[str, Any], call_back: CallBack) -> Tool:
    if given["type"] == "function":
        return _function_tool(key, given, call_back)
    if given["type"] != "hosted":
        raise UserError(f"The tool {given['name']} runs on the author's own machine, and not here.")
    return _hosted_tool(given["name"], {name: value for name, value in given["given"].items() if value is not None})


def _function_tool(key: str, given: Mapping[str, Any], call_back: CallBack) -> FunctionTool:
    name = given["name"]

    async def invoke(context: ToolContext[Any], arguments: str) -> str:
        call = context.tool_call_id
        return await call_back("call_tool", agent=key, tool=name, input=arguments, call=call)

    async def needs_approval(_: Any, arguments: dict[str, Any], call: str) -> bool:
        return await call_back("needs_approval", agent=key, tool=name, input=arguments, call=call)

    return FunctionTool(
        name=name,
        description=given["description"],
        params_json_schema=given["parameters"],
        on_invoke_tool=invoke,
        strict_json_schema=given["strict"],
        needs_approval=needs_approval,
    )


def _hosted_tool(name: str, given: dict[str, Any]) -> Tool:
    """``given`` is the tool as the Responses API has it."""
    match given.get("type"):
        case "web_search" | "web_search_preview":
            known = ("user_location", "search_context_size", "external_web_access")
            filters = Filters.model_validate(given["filters"]) if "filters" in given else None
            return WebSearchTool(**_only(given, known), filters=filters)
        case "file_search":
            stores: Any = given.get("vector_store_ids") or given.get("vector_store_id") or []
            known = ("max_num_results", "include_search_results", "ranking_options", "filters")
            return FileSearchTool([stores] if isinstance(stores, str) else stores, **_only(given, known))
        case "code_interpreter":
            config: Any = _only(given, ("type", "container"))
            return CodeInterpreterTool(config)
        case "image_generation":
            return ImageGenerationTool(given)  # pyright: ignore[reportArgumentType] - the file's own JSON
        case "mcp":
            return HostedMCPTool(given)  # pyright: ignore[reportArgumentType] - the file's own JSON
        case _:
            raise UserError(f"The tool {name} is not known here.")


def _only(given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}
