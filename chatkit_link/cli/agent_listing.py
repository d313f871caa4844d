"""What ``chatkit-link agents`` lists: agents, the tools of their MCP servers, and models that are shut down."""

import os
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agents import Agent
from openai import NotFoundError, OpenAIError
from rich.markup import escape
from rich.table import Table

from chatkit_link.agents.agent_builder.check import Surroundings, check_workflow
from chatkit_link.agents.agent_builder.load import load_workflow
from chatkit_link.agents.agent_builder.verdict import Verdict, verdict_of
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.attach_servers import attach_servers
from chatkit_link.agents.catalog import (
    RESEARCH,
    Catalog,
    Entry,
    Target,
    add_agent,
    is_server,
    load_target,
    read_catalog,
)
from chatkit_link.agents.catalog_notices import icon_notices
from chatkit_link.agents.mcp.report import ServerReport, report_servers, servers_table
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.agents.models.provider import openai_client
from chatkit_link.agents.models.shutdowns import Notice, has_error, shutdowns_for
from chatkit_link.agents.offered_models import model_reach
from chatkit_link.agents.service.target import is_address, load_service
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.agents.sidecar.check import check_script
from chatkit_link.agents.sidecar.load import is_script, load_script
from chatkit_link.agents.sidecar.node import node_for
from chatkit_link.agents.traces import direct_traces
from chatkit_link.cli import event_loop
from chatkit_link.cli.model_checks import print_notices
from chatkit_link.cli.output import console, print_line
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings, read_variables

#: Ids of vector stores, as they stand in a file.
_STORE = re.compile(r"[\"'](vs_[A-Za-z0-9]+)[\"']")


@dataclass(frozen=True, slots=True)
class AgentLine:
    """problem: why it does not load or answer; None if it does. checked: what was checked of a ChatKitServer."""

    id: str
    target: str
    problem: str | None
    checked: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    agents: Sequence[AgentLine]
    servers: Sequence[ServerReport]
    notices: Sequence[Notice]

    @property
    def good(self) -> bool:
        """Whether every agent loads, every required server is up, and no model has been shut down."""
        down = any(server.required and server.reason for server in self.servers)
        return not (down or any(agent.problem for agent in self.agents) or has_error(self.notices))

    def as_json(self) -> Mapping[str, Any]:
        return {
            "agents": [asdict(agent) for agent in self.agents],
            "mcp_servers": [asdict(server) for server in self.servers],
            "notices": [asdict(notice) for notice in self.notices],
        }


def list_agents(settings: Settings, catalog: Catalog, today: date) -> Listing:
    """Load the agents, ask their MCP servers for their tools, and look for models that are shut down."""
    entries = {RESEARCH: Entry(target=RESEARCH)} | catalog.agents
    targets, broken = load_targets(settings, catalog)
    folder = settings.config.absolute().parent
    servers = McpServers(catalog.mcp, folder=folder, variables=read_variables())
    for agent_id, target in ({RESEARCH: Assistant(Agent(name="Research"))} | targets).items():
        try:
            attach_servers(servers, agent_id, target, entries[agent_id].mcp)
        except ConfigurationError as error:
            broken[agent_id] = str(error)
    reports = event_loop.run(report_servers(servers)) if servers.users else []
    shutdowns = shutdown_notices(settings, catalog, targets, today)
    checked, notices = _try_servers(settings, entries, targets, broken)
    return Listing(
        agents=[
            AgentLine(
                agent_id,
                "bundled" if entry.target == RESEARCH else entry.target,
                broken.get(agent_id),
                checked.get(agent_id),
            )
            for agent_id, entry in entries.items()
        ],
        servers=reports,
        notices=[*shutdowns, *notices, *catalog_notices(settings, catalog, targets)],
    )


def catalog_notices(settings: Settings, catalog: Catalog, targets: Mapping[str, Target]) -> list[Notice]:
    """What the catalog names and is not displayed as it is written: icons, and models that cannot be reached."""
    reach = event_loop.run(model_reach(settings, catalog.agents, targets))
    found = (*icon_notices(catalog.agents), *reach.notices(catalog.agents, targets))
    return [Notice("warning", text) for text in found]


def _try_servers(
    settings: Settings, entries: Mapping[str, Entry], targets: Mapping[str, Target], broken: dict[str, str]
) -> tuple[dict[str, str], list[Notice]]:
    """Agent id -> what was checked of a ChatKitServer, which answers a test message; and what to know besides.

    Failures go into ``broken``.
    """
    from chatkit_link.agents.brought_servers.dry_turn import try_server

    checked: dict[str, str] = {}
    notices: list[Notice] = []
    folder = settings.config.absolute().parent
    for agent_id, target in targets.items():
        entry = entries[agent_id]
        if agent_id in broken or not is_server(target):
            continue
        try:
            tried = try_server(
                target,
                agent_id,
                entry.target,
                entry.context,
                keep=entry.store == "keep",
                settings=settings,
                beside=folder,
            )
        except ConfigurationError as error:
            broken[agent_id] = str(error)
        else:
            checked[agent_id] = tried.checked
            notices += [Notice("warning", text) for text in tried.notices]
    return checked, notices


def print_listing(listing: Listing) -> None:
    table = Table("Agent", "Target", "State", box=None, pad_edge=False)
    for agent in listing.agents:
        table.add_row(agent.id, escape(agent.target), escape(agent.problem or _ready(agent)))
    terminal = console()
    terminal.print(table, soft_wrap=False)
    if listing.servers:
        terminal.print("", servers_table(list(listing.servers)), sep="\n", soft_wrap=False)
    print_notices(listing.notices)


def _ready(agent: AgentLine) -> str:
    return f"ready: {agent.checked}" if agent.checked else "ready"


def load_targets(settings: Settings, catalog: Catalog) -> tuple[dict[str, Target], dict[str, str]]:
    """Agent id -> what loads; agent id -> why it does not."""
    direct_traces(settings)
    targets: dict[str, Target] = {}
    broken: dict[str, str] = {}
    for agent_id, entry in catalog.agents.items():
        if entry.target == RESEARCH:
            continue
        try:
            if is_address(entry.target):
                targets[agent_id] = load_service(entry.target, entry.env, read_variables())
                continue
            node = node_for(settings, read_variables(), entry.env)
            targets[agent_id] = load_target(entry.target, beside=settings.config.absolute().parent, node=node)
        except ConfigurationError as error:
            broken[agent_id] = str(error)
    return targets, broken


def check_file(file: Path, entry: str, settings: Settings, today: date) -> Verdict:
    """Whether an exported workflow runs here, and what to do. entry: the name of its function, if one is named."""
    config = settings.config.absolute()
    catalog = read_catalog(config, {})
    named = set(_STORE.findall(file.read_text(encoding="utf-8", errors="replace")))
    around = Surroundings(
        shutdowns=shutdowns_for(settings),
        api=settings.openai_api,
        has_key=not settings.offline,
        stores=catalog.vector_stores,
        missing_stores=event_loop.run(_missing_stores(named - set(catalog.vector_stores), settings)),
        folder=config.parent,
    )
    if is_script(file.name):
        node = node_for(settings, read_variables(), _given_to(file, catalog, config.parent))
        return verdict_of(file.name, check_script(file, node, around, today=today))
    with redirect_stdout(sys.stderr):  # what the file prints is no part of the report
        findings = check_workflow(file.absolute(), around, entry=entry, today=today)
    return verdict_of(file.name, findings)


def _given_to(file: Path, catalog: Catalog, folder: Path) -> Sequence[str]:
    """The variables that a file is given where the catalog has it already."""
    served = [entry for entry in catalog.agents.values() if is_script(entry.target.partition(":")[0])]
    here = file.resolve()
    return [name for one in served if (folder / one.target.partition(":")[0]).resolve() == here for name in one.env]


def print_verdict(verdict: Verdict, target: str) -> None:
    print_line(verdict.sentence)
    if verdict.to_do:
        print_line("\nTo do, in this order:")
        for number, step in enumerate(verdict.to_do, start=1):
            print_line(f"  {number}. {_sentence(step)}")
    if verdict.runs:
        print_line(f"\nThen put it into service: chatkit-link agents add {target}")
    if verdict.runs and verdict.details:
        print_line("\nWhat happens in it:")
        for detail in verdict.details:
            print_line(f"  {detail}")


def _sentence(step: str) -> str:
    """With a capital, unless it begins with a name of a file or of something in one."""
    first = step.partition(" ")[0]
    begun = step[:1].upper() + step[1:] if first.replace("-", "").isalpha() else step
    return begun if begun.endswith(".") else f"{begun}."


async def _missing_stores(named: Collection[str], settings: Settings) -> list[str]:
    """The vector stores that OpenAI does not find with the key."""
    client = openai_client(settings)
    if client is None:
        return []
    async with client:
        missing: list[str] = []
        for store in sorted(named):
            try:
                await client.with_options(max_retries=0, timeout=10).vector_stores.retrieve(store)
            except NotFoundError:
                missing.append(store)
            except OpenAIError:  # no answer is no proof
                continue
        return missing


def add_workflow_file(file: Path, entry: str, agent_id: str | None, settings: Settings) -> None:
    """Write an exported workflow into the catalog, once it loads. What a TypeScript file needs is installed first.

    entry: the name of its function, if one is named.
    """
    config = settings.config.absolute()
    if is_script(file.name):
        node = node_for(settings, read_variables())
        if not node.is_installed:
            print_line(f"Installing what {file.name} needs into {node.packages} ...")
            node.install()
        load_script(file.absolute(), node)
    else:
        load_workflow(file.absolute(), entry, folder=config.parent)
    named = f"{file.stem}-{entry}" if entry else file.stem
    chosen = agent_id or re.sub(r"[^a-z0-9_-]+", "-", named.lower()).strip("-_")
    place = Path(os.path.relpath(file.absolute(), config.parent)).as_posix()
    add_agent(config, chosen, f"{place}:{entry}" if entry else place)
    print_line(f"{config.name} has the agent {chosen}: chatkit-link serve answers with it at /chatkit/{chosen}.")
    print_line(f"{file.name} is code and runs with all rights of the server: read it as you would read any program.")
