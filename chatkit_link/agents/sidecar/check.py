"""What of a TypeScript or JavaScript workflow works here and what it needs: it is loaded, and no agent is run."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from chatkit_link.agents.agent_builder.check import KEY, Finding, Surroundings, wrong
from chatkit_link.agents.models.names_in_source import file_notices
from chatkit_link.agents.sidecar.load import load_script
from chatkit_link.agents.sidecar.node import Node
from chatkit_link.errors import ConfigurationError

_HOSTED = {
    "webSearchTool": "web search",
    "fileSearchTool": "file search",
    "codeInterpreterTool": "the code interpreter",
    "imageGenerationTool": "image generation",
    "hostedMcpTool": "the connector",
}
_LOCAL = ("shellTool", "computerTool", "applyPatchTool")


def check_script(path: Path, node: Node, around: Surroundings, *, today: date = date.min) -> list[Finding]:
    """In the order of the file's lines. As ``check_workflow``; node: loads the file."""
    try:
        workflow = load_script(path, node, seconds=around.seconds)
    except ConfigurationError as error:
        return [wrong(path, error)]
    found = {finding for each in ast.walk(workflow.tree) for finding in _of(each, node, around)}
    if around.shutdowns is not None:
        notices = file_notices(workflow.tree, around.shutdowns, today)
        found |= {Finding(line, one.level, one.text) for line, one in notices}
    return sorted(found)


def _of(node: ast.AST, process: Node, around: Surroundings) -> Iterator[Finding]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="Runner"), attr="run"), args=[agent, *_]):
            yield Finding(node.lineno, "works", f"{ast.unparse(agent)} is run")
        case ast.Call(func=ast.Name(id="Agent")):
            yield from _agent(node, around)
        case ast.Call(func=ast.Name(id=name)) if name in _HOSTED:
            yield from _hosted(node, _HOSTED[name], around)
        case ast.Call(func=ast.Name(id=name)) if name in _LOCAL:
            yield Finding(node.lineno, "decide", f"{name} works on the computer itself, and not here: take it out")
        case ast.Subscript(
            value=ast.Subscript(value=ast.Name(id="process"), slice=ast.Constant(value="env")),
            slice=ast.Constant(value=str(name)),
        ) if name not in process.environment and name != "OPENAI_API_KEY":
            text = f"set the variable {name}, and name it in `env` of the agent in chatkit-link.toml: the file reads it"
            yield Finding(node.lineno, "decide", text)
        case _:
            pass


def _hosted(node: ast.Call, tool: str, around: Surroundings) -> Iterator[Finding]:
    if around.api != "responses":
        text = f"{tool} is run by OpenAI's Responses API only: unset CHATKIT_LINK_OPENAI_API"
        yield Finding(node.lineno, "wrong", text)
        return
    if not around.has_key:
        yield Finding(0, "key", KEY)
    yield Finding(node.lineno, "works", f"{tool} is run by OpenAI")


def _agent(node: ast.Call, around: Surroundings) -> Iterator[Finding]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if not around.has_key:
        yield Finding(0, "key", KEY)
    if isinstance(text := given.get("instructions"), ast.Constant) and not str(text.value).strip():
        yield Finding(node.lineno, "decide", "the agent has no instructions: write them")
    if "inputGuardrails" in given or "outputGuardrails" in given:
        text = "the agent has guardrails of its own, which are not run here: take them out"
        yield Finding(node.lineno, "decide", text)
