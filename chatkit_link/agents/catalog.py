"""The agents of this server: the bundled one, those of ``chatkit-link.toml``, those of the command line.

::

    default = "support"

    [agents.support]
    target = "support.py:agent"        # a file, or an importable module: "mypackage.support:agent"
    name = "Support"
    description = "Knows our products."
    greeting = "What can I do for you?"
    prompts = [{ label = "Opening hours", prompt = "When are you open?", icon = "clock" }]
    locales.de.greeting = "Was kann ich für Sie tun?"

    store = "keep"                     # a ChatKitServer keeps the store that it makes itself
    context = "app.context:make"       # the function that makes its context
    mcp = ["github"]                   # servers whose tools it is given

    [mcp.github]                       # agents/mcp/table.py
    url = "https://mcp.example.com/mcp"
    headers = { Authorization = "GITHUB_AUTHORIZATION" }    # the name of an environment variable

    [workflows]                        # sessions for a workflow that OpenAI hosted are answered by an agent
    wf_68df4b13 = "support"

    [vector_stores]                    # OpenAI's, searched in a folder of CHATKIT_LINK_DOCS instead
    vs_68e5 = "handbook/"

A target is an ``openai-agents`` ``Agent``, a function ``async def respond(ctx): yield event``, either of
them as an ``Assistant`` with the actions of its widgets, a ``ChatKitServer`` of the SDK (a subclass, an instance, or
a function that returns one), or a file that Agent Builder has exported, as it is.
"""

import inspect
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, cast

from agents import Agent
from chatkit.server import ChatKitServer
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import TypeIs

from chatkit_link.agents.agent_builder.load import ExportedWorkflow, load_workflow
from chatkit_link.agents.agent_builder.source import is_workflow, looks_exported
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.brought_servers.construct import ServerFactory
from chatkit_link.agents.brought_servers.parameters import listed
from chatkit_link.agents.catalog_texts import Prompt, Texts
from chatkit_link.agents.load_time import LOAD_SECONDS, TookTooLong, late_sentence, time_limit
from chatkit_link.agents.mcp.table import McpTable, check_table
from chatkit_link.agents.responder import RespondFunction
from chatkit_link.agents.service.target import Service, is_address
from chatkit_link.agents.sidecar.load import is_script, load_script
from chatkit_link.agents.sidecar.node import Node
from chatkit_link.agents.sidecar.workflow import SidecarWorkflow
from chatkit_link.errors import ConfigurationError
from chatkit_link.import_target import load_module, same_working_folder
from chatkit_link.settings import Settings

RESEARCH = "research"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
#: Looked for in this order where a target has no name.
_NAMES = ["assistant", "agent", "respond", "server", "Server"]
#: Taken by routes of our own below /chatkit.
_RESERVED = frozenset({"runs", "threads"})

#: What becomes of a message that is sent while an answer is written, as LangGraph's ``multitask_strategy`` names it.
Strategy = Literal["reject", "enqueue", "interrupt", "rollback"]
ServerTarget = type[ChatKitServer[Any]] | ChatKitServer[Any] | ServerFactory
Target = Assistant | ExportedWorkflow | SidecarWorkflow | Service | ServerTarget


class Entry(BaseModel):
    """One agent as the catalog describes it; what a page shows of it is here too."""

    model_config = ConfigDict(extra="forbid")

    target: str = Field(default="", description="Only the bundled agent has one of its own.")
    name: str = ""
    description: str = ""
    greeting: str = ""
    placeholder: str = ""
    path: str = Field(
        default="",
        pattern=r"^(/[\w.~-]+)*$",
        description="Another address at which it answers, such as /support/chatkit.",
    )
    notice: str = ""
    prompts: list[Prompt] = Field(default_factory=list[Prompt])
    locales: dict[str, Texts] = Field(
        default_factory=dict[str, Texts],
        description="Name, description, greeting, placeholder, notice and prompts in other languages, by BCP 47 tag.",
    )
    files: bool = Field(default=True, description="Whether users may attach files.")
    models: list[str] = Field(default_factory=list[str], description="Model ids that a client may choose.")
    tools: list[str] = Field(default_factory=list[str], description="Composer tool ids that a client may choose.")
    store: Literal["replace", "keep"] = Field(
        default="replace", description="Whether a ChatKitServer keeps the store that it makes itself."
    )
    context: str = Field(default="", description="The function that makes a ChatKitServer's context.")
    continues: bool | None = Field(
        default=None,
        alias="continue",
        description="Whether another replica goes on with its answers; default: as `CHATKIT_LINK_CONTINUE` says.",
    )
    unfinished_tools: Literal["tell", "ask"] = Field(
        default="tell",
        description="Who hears of a call that may have happened before a crash: the model, or the user, who is asked.",
    )
    while_answering: Strategy = Field(
        default="enqueue",
        description="What becomes of a message that is sent while an answer is written: it waits (enqueue), is refused "
        "(reject), stops the answer, which stays (interrupt), or takes back the answer with its question (rollback).",
    )
    mcp: list[str] = Field(default_factory=list[str], description="MCP servers of the catalog whose tools it is given.")
    env: list[str] = Field(
        default_factory=list[str],
        description="Environment variables of a workflow in Node, or a service's secret.",
    )


class Catalog(BaseModel):
    """agents: id -> entry, in the order of the page's list. default: what ``POST /chatkit`` answers with.
    workflows: id of a hosted workflow -> id of the agent that takes its place. mcp: name -> server.
    vector_stores: id of a vector store of OpenAI's -> folder of documents that is searched instead.
    """

    model_config = ConfigDict(extra="forbid")

    default: str = RESEARCH
    agents: dict[str, Entry] = Field(default_factory=dict[str, Entry])
    workflows: dict[str, str] = Field(default_factory=dict[str, str])
    mcp: dict[str, McpTable] = Field(default_factory=dict[str, McpTable])
    vector_stores: dict[str, str] = Field(default_factory=dict[str, str])


def read_catalog(file: Path, given: Mapping[str, str]) -> Catalog:
    """The catalog of a file (which need not exist), and of ``given``: id -> target from the command line.

    Raises:
        ConfigurationError: the file cannot be understood, or an id is not possible.
    """
    catalog = _read_file(file) if file.is_file() else Catalog()
    for agent_id, target in given.items():
        catalog.agents[agent_id] = Entry(target=target)
    for agent_id, entry in catalog.agents.items():
        if not _ID.fullmatch(agent_id) or agent_id in _RESERVED:
            raise ConfigurationError(
                f"{agent_id!r} cannot be an agent's id: use small letters, digits, - and _, "
                f"and none of {', '.join(sorted(_RESERVED))}."
            )
        if not entry.target and agent_id != RESEARCH:
            raise ConfigurationError(f"{file.name}: [agents.{agent_id}] needs a target.")
        entry.target = entry.target or RESEARCH
    _check_mcp(catalog, file)
    known = {RESEARCH, *catalog.agents}
    if catalog.default not in known:
        raise ConfigurationError(f"{file.name}: default is {catalog.default!r}, but the agents are {sorted(known)}.")
    for workflow, agent in catalog.workflows.items():
        if agent not in known:
            raise ConfigurationError(
                f"{file.name}: the workflow {workflow} is for {agent!r}, but the agents are {sorted(known)}."
            )
    return catalog


def configured_catalog(settings: Settings, given: Mapping[str, str]) -> Catalog:
    """The catalog that the settings name, and ``given``. The default file need not exist; one that was chosen must.

    Raises:
        ConfigurationError: as ``read_catalog``, and for a chosen file that is not there: without it, a server would
            start with the research agent alone.
    """
    file = settings.config
    if file.is_dir():
        raise ConfigurationError(f"The catalog {file} is a folder. Name a file in CHATKIT_LINK_CONFIG.")
    if "config" in settings.model_fields_set and not file.is_file():
        raise ConfigurationError(f"There is no catalog {file.absolute()}. Create it, or correct CHATKIT_LINK_CONFIG.")
    return read_catalog(file, given)


def _check_mcp(catalog: Catalog, file: Path) -> None:
    for name, table in catalog.mcp.items():
        check_table(name, table)
    for agent_id, entry in catalog.agents.items():
        if wrong := next((name for name in entry.mcp if name not in catalog.mcp), None):
            known = f"those of the file are {sorted(catalog.mcp)}" if catalog.mcp else "the file has none"
            raise ConfigurationError(f"{file.name}: [agents.{agent_id}] lists the MCP server {wrong!r}, but {known}.")


def add_agent(file: Path, agent_id: str, target: str) -> None:
    """Write an agent behind those of the catalog ``file``, which is made if it is not there.

    Raises:
        ConfigurationError: the id is taken or impossible, or the file cannot be understood.
    """
    if agent_id in {RESEARCH, *read_catalog(file, {}).agents}:
        raise ConfigurationError(f"There is an agent {agent_id!r} already: choose another id with --id.")
    read_catalog(Path(), {agent_id: target})
    before = file.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if file.is_file() else ""
    # A table is valid at the end of any file. A JSON string is a TOML string.
    file.write_text(f"{before}[agents.{agent_id}]\ntarget = {json.dumps(target)}\n", encoding="utf-8")


def _read_file(file: Path) -> Catalog:
    try:
        return Catalog.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = _unknown_key(first["loc"]) if first["type"] == "extra_forbidden" else f"{first['msg']}."
        raise ConfigurationError(f"{file}: {place}: {reason}") from error


def _unknown_key(place: tuple[int | str, ...]) -> str:
    """What a key is that no table of that kind has, with the nearest one that there is."""
    match place:
        case ("agents", _, "prompts", _, *_) | ("agents", _, "locales", _, "prompts", _, *_):
            table: type[BaseModel] = Prompt
        case ("agents", _, "locales", _, *_):
            table = Texts
        case ("agents", _, _, *_):
            table = Entry
        case ("mcp", _, _, *_):
            table = McpTable
        case _:
            table = Catalog
    known = sorted(field.alias or name for name, field in table.model_fields.items())
    nearest = get_close_matches(str(place[-1]), known, n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else f"the keys are {listed(known)}."
    return f"there is no such key: {hint}"


def targets_given(options: list[str] | None, config: Path) -> dict[str, str]:
    """Agent id -> target of the command line's ``ID=TARGET``. Raises ConfigurationError.

    A path is relative to where the command is run, as everywhere on a command line, and is made relative to the
    folder of the catalog ``config``, as targets are.
    """
    given: dict[str, str] = {}
    for option in options or []:
        agent_id, equals, target = option.partition("=")
        if not equals or not target:
            raise ConfigurationError(f"--agent {option!r}: write it as ID=file.py:name or ID=module:name.")
        place, colon, name = target.partition(":")
        if not is_address(target) and (place.endswith((".py", "/")) or is_script(place)):
            slash = "/" if place.endswith("/") else ""
            place = Path(os.path.relpath(Path(place).absolute(), config.absolute().parent)).as_posix() + slash
        given[agent_id] = f"{place}{colon}{name}"
    return given


@same_working_folder()
def load_target(target: str, *, beside: Path, node: Node | None = None, seconds: float = LOAD_SECONDS) -> Target:
    """What a target names; an agent or a function alone is an ``Assistant`` without more.

    Paths are relative to the folder ``beside``. The working folder is afterwards what it was.
    node: runs what is not Python; None where nothing is to be run.

    Args:
        seconds: how long its own code may run while it is loaded.

    Raises:
        ConfigurationError: there is no such file, module or name, it does not load in time, or it is no target.
    """
    if is_address(target):
        return Service(target)
    beside = beside.absolute()
    place, _, name = target.partition(":")
    path = beside / place
    if is_script(place):
        if node is None:
            raise ConfigurationError(f"Agent target {target!r} runs in Node.")
        return load_script(path, node, name, seconds=seconds)
    if place.endswith(".py") and path.is_file() and (is_workflow(path, name) if name else looks_exported(path)):
        return load_workflow(path, name, folder=beside, seconds=seconds)
    what = f"Agent target {target!r}"
    try:
        with time_limit(seconds, beside):
            module = load_module(place, what, beside)
    except TookTooLong as error:
        raise ConfigurationError(f"{what} {late_sentence(error, beside)}") from None
    names = [name] if name else _NAMES
    for candidate in names:
        if (found := getattr(module, candidate, None)) is not None:
            return _checked(found, target)
    there = _targets_in(module)
    if not name and len(there) == 1:
        return _checked(next(iter(there.values())), target)
    raise ConfigurationError(
        f"Agent target {target!r}: there is no {' or '.join(names)} in {place}.{_what_is_there(there, place)}"
    )


def _targets_in(module: ModuleType) -> dict[str, object]:
    """What a module has for a target, by name: its servers, or its agents if it has none.

    A class counts where it is written, if it can make a server and no other one is made from it.
    """
    values: dict[str, Any] = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    instances: dict[str, object] = {name: each for name, each in values.items() if isinstance(each, ChatKitServer)}
    classes: dict[str, type[Any]] = {
        name: each
        for name, each in values.items()
        if inspect.isclass(each) and issubclass(each, ChatKitServer) and each.__module__ == module.__name__
    }
    made: list[type[Any]] = [type(each) for each in instances.values()]
    last = {
        name: cls
        for name, cls in classes.items()
        if not inspect.isabstract(cls)
        and not any(issubclass(other, cls) for other in [*made, *classes.values()] if other is not cls or cls in made)
    }
    agents: dict[str, object] = {name: each for name, each in values.items() if isinstance(each, Agent)}
    found: dict[str, object] = {**instances, **last} or agents
    firsts = {id(each): name for name, each in reversed(found.items())}  # one object may have two names
    return {name: each for name, each in found.items() if firsts[id(each)] == name}


def _what_is_there(there: Mapping[str, object], place: str) -> str:
    """The end of a message: what could be named."""
    if not there:
        return ""
    kinds = [f"the class {name}" if inspect.isclass(each) else name for name, each in there.items()]
    return f" It has {listed(kinds)}: write {' or '.join(f'{place}:{name}' for name in there)}."


def _checked(found: Any, target: str) -> Target:
    if isinstance(found, Assistant):
        return found
    if isinstance(found, Agent):
        return Assistant(cast("Agent[Any]", found))
    if isinstance(found, ChatKitServer) or (inspect.isclass(found) and issubclass(found, ChatKitServer)):
        return cast("ServerTarget", found)
    if inspect.isasyncgenfunction(found):
        return Assistant(cast(RespondFunction, found))
    if inspect.isroutine(found) or isinstance(found, partial):
        return ServerFactory(cast("Callable[..., Any]", found))
    kind = f"the class {found.__name__}" if inspect.isclass(found) else f"of type {type(found).__name__}"
    raise ConfigurationError(
        f"Agent target {target!r} is {kind}. It must be an openai-agents Agent, "
        "a function `async def respond(ctx)` that yields events, an Assistant, a subclass or an instance of "
        "ChatKitServer, or a function that returns one."
    )


def is_server(target: Target) -> TypeIs[ServerTarget]:
    """Whether a target is, or makes, a ChatKitServer of somebody's."""
    return not isinstance(target, Assistant | ExportedWorkflow | SidecarWorkflow | Service)
