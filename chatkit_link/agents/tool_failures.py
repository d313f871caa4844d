"""Tool failures: visible in the chat and in the log, while the model is informed and goes on.

The Agents SDK turns a tool's exception into a text for the model, and reports that text as the result: the two cannot
be distinguished. So here each function that writes such a text returns a ``ToolFailure``, a text that carries its
error, and arrives as it is at the end of the call (``agents/tool_call_hooks.py``).
"""

import inspect
import json
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any, Self, cast

from agents import FunctionTool, ModelBehaviorError, RunConfig, RunContextWrapper, Tool, ToolErrorFormatterArgs
from agents.tool import (
    ToolErrorFunction,
    default_tool_error_function,
    default_tool_timeout_error_message,
    resolve_function_tool_failure_error_function,
    set_function_tool_failure_error_function,
)
from mcp.types import CallToolResult, TextContent

from chatkit_link.agents.tool_output import BoundedInput
from chatkit_link.errors import LinkError

logger = logging.getLogger(__name__)

_WRONG_ARGUMENTS = "The arguments of this call do not fit the tool's schema. Correct them and call it again."
#: As the SDK's own, which tells the model the text of the error before version 0.23.
_FAILED = "An error occurred while running the tool. Please try again."


class ToolFailure(str):
    """What a model receives in place of the output of a tool that failed. error: why, where that is known."""

    __slots__ = ("error",)

    error: BaseException | None

    def __new__(cls, text: str, error: BaseException | None = None) -> Self:
        made = super().__new__(cls, text)
        made.error = error
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The SDK copies outputs, and an error of the openai package cannot be copied."""
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


@dataclass(frozen=True, slots=True)
class _Reporting:
    """A tool's own error function, whose text is marked as a failure. None still ends the run."""

    function: ToolErrorFunction

    async def __call__(self, context: RunContextWrapper[Any], error: Exception) -> str:
        if self.function is default_tool_error_function:
            return ToolFailure(_words(error) or _FAILED, error)
        made = self.function(context, error)
        text: Any = await cast("Awaitable[Any]", made) if inspect.isawaitable(made) else made
        return ToolFailure(text, error) if isinstance(text, str) else text


def with_tool_policy(config: RunConfig, limit: int) -> RunConfig:
    """Runs in which a failing or unknown tool is reported to the model, and outputs are bounded.

    limit: characters of one tool's output.
    """
    return replace(
        config,
        call_model_input_filter=BoundedInput(limit),
        tool_error_formatter=_format,
        tool_not_found_behavior="return_error_to_model",
    )


def report_failures_of(tool: Tool) -> None:
    """Make a tool that has error functions of its own give ``ToolFailure``; to be called before each of its calls."""
    if not isinstance(tool, FunctionTool):
        return
    own = resolve_function_tool_failure_error_function(tool)
    # With a schema of its own, only the SDK's default may give a text that is no such output: ``_format`` reports it.
    is_sdk_default = own is default_tool_error_function and tool.output_json_schema is not None
    if own is not None and not isinstance(own, _Reporting) and not is_sdk_default:
        set_function_tool_failure_error_function(tool, _Reporting(own))
    late = tool.timeout_error_function
    if late is not None and not isinstance(late, _Reporting):
        tool.timeout_error_function = _Reporting(late)


def failure_of(context: RunContextWrapper[Any], tool: Tool, result: Any) -> ToolFailure | None:
    """The failure in a tool's result; None for a result."""
    for text in _texts(result):
        if isinstance(text, ToolFailure):
            return text
    if not isinstance(result, str) or not isinstance(tool, FunctionTool):
        return None
    if tool.timeout_seconds is not None and result == default_tool_timeout_error_message(
        tool_name=tool.name, timeout_seconds=tool.timeout_seconds
    ):
        return ToolFailure(result, TimeoutError())
    # A tool that was cancelled from within: no error, and so no formatter.
    return ToolFailure(result) if result == default_tool_error_function(context, Exception()) else None


def marked(result: CallToolResult) -> CallToolResult:
    """An MCP server's result, whose texts are ``ToolFailure`` where it reports that the call failed.

    To be called between ``MCPServer.call_tool`` and the Agents SDK, which drops the server's error flag.
    """
    if result.is_error:
        for block in result.content:
            if isinstance(block, TextContent):
                block.text = ToolFailure(block.text)
    return result


def _texts(result: Any) -> list[Any]:
    """The texts of an output: for an MCP server's tool they are in a list, or in a dictionary if there is one."""
    parts = cast("list[Any]", result) if isinstance(result, list) else [result]
    return [cast("dict[str, Any]", part).get("text") if isinstance(part, dict) else part for part in parts]


def _words(error: Exception | None) -> str | None:
    """What the model reads of an error that has words for it; None for all others."""
    if isinstance(error, LinkError) and error.for_users:
        return json.dumps({"error": error.message}, ensure_ascii=False)
    return _WRONG_ARGUMENTS if _is_wrong_call(error) else None


def _is_wrong_call(error: Exception | None) -> bool:
    """Whether it is the model that has to call again, with other arguments."""
    return isinstance(error, ModelBehaviorError) and str(error).startswith("Invalid JSON input")


def _format(args: ToolErrorFormatterArgs[Any]) -> str | None:
    """What the model receives. None: the SDK's text."""
    if args.kind == "tool_not_found":
        logger.warning("the model called a tool that the assistant does not have")
    if args.kind != "tool_exception":
        return None
    return ToolFailure(_words(args.error) or args.default_message, args.error)
