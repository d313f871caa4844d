"""What of a TypeScript or JavaScript workflow works here and what it needs: it is loaded, and no agent is run."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from chatkit_link.agents.agent_builder.check import Finding
from chatkit_link.agents.models.names_in_source import file_notices
from chatkit_link.agents.models.shutdowns import Shutdowns
from chatkit_link.agents.sidecar.load import load_script
from chatkit_link.agents.sidecar.node import Node
from chatkit_link.errors import ConfigurationError

_KEY = "needs OPENAI_API_KEY, and OpenAI's Responses API"
_HOSTED = {
    "webSearchTool": f"web search is done by OpenAI: {_KEY}",
    "fileSearchTool": f"file search is done by OpenAI: {_KEY}; the vector store must be in the key's project",
    "codeInterpreterTool": f"the code interpreter is run by OpenAI: {_KEY}",
    "imageGenerationTool": f"images are made by OpenAI: {_KEY}",
    "hostedMcpTool": f"the MCP server is called by OpenAI: {_KEY}",
}
_LOCAL = ("shellTool", "computerTool", "applyPatchTool")


def check_script(path: Path, node: Node, shutdowns: Shutdowns | None, *, today: date) -> list[Finding]:
    """In the order of the file's lines. Arguments as in ``check_workflow``; node: loads the file."""
    try:
        workflow = load_script(path.absolute(), node)
    except ConfigurationError as error:
        return [Finding(0, "wrong", str(error))]
    found = {finding for each in ast.walk(workflow.tree) for finding in _of(each, node)}
    if shutdowns is not None:
        found |= {Finding(line, one.level, one.text) for line, one in file_notices(workflow.tree, shutdowns, today)}
    return sorted(found)


def _of(node: ast.AST, process: Node) -> Iterator[Finding]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="Runner"), attr="run"), args=[agent, *_]):
            yield Finding(node.lineno, "works", f"{ast.unparse(agent)} is run")
        case ast.Call(func=ast.Name(id="Agent")):
            yield from _agent(node)
        case ast.Call(func=ast.Name(id=name)) if name in _HOSTED:
            yield Finding(node.lineno, "key", _HOSTED[name])
        case ast.Call(func=ast.Name(id=name)) if name in _LOCAL:
            yield Finding(node.lineno, "decide", f"{name} works on the computer itself, and not here")
        case ast.Subscript(
            value=ast.Subscript(value=ast.Name(id="process"), slice=ast.Constant(value="env")),
            slice=ast.Constant(value=str(name)),
        ) if name not in process.environment:
            text = f"{name} is read: set it, and list it as `env` of the agent in chatkit-link.toml"
            yield Finding(node.lineno, "decide", text if name != "OPENAI_API_KEY" else _no_key())
        case _:
            pass


def _no_key() -> str:
    return "OPENAI_API_KEY is read: set it, if the file asks OpenAI by itself"


def _agent(node: ast.Call) -> Iterator[Finding]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if isinstance(model := given.get("model"), ast.Constant) and isinstance(model.value, str):
        yield Finding(node.lineno, "key", f"an agent wants the model {model.value}: a key or a server that has it")
    if isinstance(text := given.get("instructions"), ast.Constant) and not str(text.value).strip():
        yield Finding(node.lineno, "decide", "an agent has no instructions")
    if "inputGuardrails" in given or "outputGuardrails" in given:
        yield Finding(node.lineno, "decide", "an agent has guardrails of its own, which are not run here")
