"""``[mcp.NAME]`` of ``chatkit-link.toml``: an MCP server that agents may list, without any secret in it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from agents.mcp import (
    MCPServer,
    MCPServerStdio,
    MCPServerStdioParams,
    MCPServerStreamableHttp,
    MCPServerStreamableHttpParams,
)
from pydantic import BaseModel, ConfigDict, Field

from chatkit_link.errors import ConfigurationError
from chatkit_link.net.ip import is_safe_for_keys

Approval = Literal["always", "never"]

#: Seconds that a server gets to come up.
CONNECT = 30.0

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")
# Prefixes of the tokens of well-known services, and names of credentials in an address or an argument.
_SECRET = re.compile(
    r"\bsk-|\bgh[opsu]_|\bgithub_pat_|\bglpat-|\bxox[abpr]-|\bAKIA[0-9A-Z]{12}|\bBearer\s|\beyJ[\w-]{10}"
    r"|(?:token|secret|password|api[-_]?key)s?=.|://[^/@\s]+@",
    re.IGNORECASE,
)


class McpTable(BaseModel):
    """One MCP server: a ``command`` that is started here, or the ``url`` of one that runs elsewhere.

    env, headers: names of environment variables; their values are read when the server is started.
    tools: the only ones that agents are given. approval: of every call, or by the name of the tool.
    required: agents do not answer without this server. timeout: seconds for one call.
    """

    model_config = ConfigDict(extra="forbid")

    command: str | None = None
    args: list[str] = Field(default_factory=list[str])
    cwd: str | None = None
    env: list[str] = Field(default_factory=list[str])
    url: str | None = None
    headers: dict[str, str] = Field(default_factory=dict[str, str])
    tools: list[str] | None = None
    approval: Approval | dict[str, Approval] = "never"
    required: bool = False
    timeout: float = Field(default=30, ge=0.1, le=3600, allow_inf_nan=False)

    @property
    def named_tools(self) -> set[str]:
        return {*(self.tools or ()), *(self.approval if isinstance(self.approval, dict) else ())}


def check_table(name: str, table: McpTable) -> None:
    """Raises ConfigurationError for what cannot work or would put a secret into the file; never repeats a value."""
    where = f"[mcp.{name}]"
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{where}: a name has at most 32 letters, digits, - and _.")
    if (table.command is None) == (table.url is None):
        raise ConfigurationError(f"{where} needs either command, to start a server, or url, to reach one.")
    if table.command is None and (table.args or table.env or table.cwd is not None):
        raise ConfigurationError(f"{where}: args, env and cwd belong to a command; a url takes headers.")
    if table.url is None and table.headers:
        raise ConfigurationError(f"{where}: headers belong to a url; a command takes env.")
    for key, text in (("command", table.command or ""), ("args", " ".join(table.args)), ("url", table.url or "")):
        if _SECRET.search(text):
            raise ConfigurationError(
                f"{where}: {key} has something in it that looks like a secret. Put it into an environment variable, "
                f"and name the variable in {'headers' if key == 'url' else 'env'}."
            )
    for key, variable in (*(("env", variable) for variable in table.env), *table.headers.items()):
        if not _names_a_variable(variable):
            raise ConfigurationError(
                f"{where}: {key} must be the NAME of an environment variable, in capitals. "
                "Put the value into the environment, not into this file."
            )
    if wrong := next((header for header in table.headers if not _HEADER.fullmatch(header)), None):
        raise ConfigurationError(f"{where}: {wrong!r} cannot be the name of a header.")
    if table.url is not None and not table.url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{where}: url must start with https:// or http://.")
    if table.url is not None and table.headers and not is_safe_for_keys(table.url):
        raise ConfigurationError(
            f"{where}: url must be an https address, because headers with secrets are sent there. "
            "Plain HTTP is taken for private addresses and hosts of one's own network only."
        )


def _names_a_variable(text: str) -> bool:
    """A key of capitals and digits alone, such as those of AWS, is not taken for a name."""
    like_a_key = len(text) >= 16 and "_" not in text and any(character.isdigit() for character in text)
    return _VARIABLE.fullmatch(text) is not None and not like_a_key


def build_server(name: str, table: McpTable, *, folder: Path, variables: Mapping[str, str]) -> MCPServer:
    """The server that a table describes, not connected yet.

    Args:
        folder: the command is started in it, or in ``cwd`` below it.
        variables: the environment.

    Raises:
        ConfigurationError: a variable that the table names is not set.
    """
    common: dict[str, Any] = {
        "name": name,
        # For every request, the first one included, before which a command may have to be downloaded. The shorter
        # time for calls is limited by their callers.
        "client_session_timeout_seconds": max(CONNECT, table.timeout),
        "require_approval": table.approval,
        "tool_filter": None if table.tools is None else {"allowed_tool_names": table.tools},
    }
    if table.command is not None:
        stdio = MCPServerStdioParams(
            command=table.command,
            args=table.args,
            env={variable: _value(name, variable, variables) for variable in table.env},
            cwd=folder / (table.cwd or "."),
        )
        return MCPServerStdio(stdio, **common)
    assert table.url is not None  # checked with the catalog
    http = MCPServerStreamableHttpParams(
        url=table.url,
        headers={header: _value(name, variable, variables) for header, variable in table.headers.items()},
        timeout=max(CONNECT, table.timeout),
        sse_read_timeout=max(300.0, table.timeout),
    )
    return _ConcurrentHttp(http, **common)


class _ConcurrentHttp(MCPServerStreamableHttp):
    """Many answers use one connection, and the slow call of one must not hold up the others'."""

    def __init__(self, params: MCPServerStreamableHttpParams, **common: Any) -> None:
        super().__init__(params, **common)
        self._serialize_session_requests = False


def _value(name: str, variable: str, variables: Mapping[str, str]) -> str:
    value = variables.get(variable, "").strip()
    if not value:
        raise ConfigurationError(f"[mcp.{name}] needs {variable}, which is not set in the environment.")
    if not value.isprintable():
        raise ConfigurationError(f"[mcp.{name}]: {variable} has characters in it that cannot be sent.")
    return value
