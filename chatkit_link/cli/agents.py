"""The commands about agents: ``agents``, ``agents check`` and ``agents add``. Each gives its exit status."""

import asyncio
import os
import re
from datetime import date
from pathlib import Path

from agents import Agent
from rich.console import Console
from rich.table import Table

from chatkit_link.agents.agent_builder.check import check_workflow
from chatkit_link.agents.agent_builder.load import load_workflow
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.attach_servers import attach_servers
from chatkit_link.agents.catalog import RESEARCH, Catalog, Entry, Target, add_agent, load_target
from chatkit_link.agents.mcp.report import report_servers, servers_table
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.agents.models.shutdowns import has_error, shutdowns_for
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.cli.models import print_notices
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings, read_variables


def list_agents(settings: Settings, catalog: Catalog, today: date) -> int:
    """Show the agents, the tools of their MCP servers, and what does not load, is down or is shut down."""
    entries = {RESEARCH: Entry(target=RESEARCH)} | catalog.agents
    targets, broken = load_targets(settings, catalog)
    folder = settings.config.absolute().parent
    servers = McpServers(catalog.mcp, folder=folder, variables=read_variables())
    for agent_id, target in ({RESEARCH: Assistant(Agent(name="Research"))} | targets).items():
        try:
            attach_servers(servers, agent_id, target, entries[agent_id].mcp)
        except ConfigurationError as error:
            broken[agent_id] = str(error)
    table = Table("Agent", "Target", "State", box=None, pad_edge=False)
    for agent_id, entry in entries.items():
        place = "bundled" if entry.target == RESEARCH else entry.target
        table.add_row(agent_id, place, broken.get(agent_id, "ready"))
    Console().print(table)
    missing = _show_servers(servers)
    notices = shutdown_notices(settings, catalog, targets, today)
    print_notices(notices)
    return int(bool(broken) or missing or has_error(notices))


def _show_servers(servers: McpServers) -> bool:
    """Show the MCP servers; whether one that an agent cannot do without is down."""
    if not servers.users:
        return False
    reports = asyncio.run(report_servers(servers))
    Console().print("", servers_table(reports), sep="\n")
    return any(report.required and report.reason for report in reports)


def load_targets(settings: Settings, catalog: Catalog) -> tuple[dict[str, Target], dict[str, str]]:
    """Agent id -> what loads; agent id -> why it does not."""
    targets: dict[str, Target] = {}
    broken: dict[str, str] = {}
    for agent_id, entry in catalog.agents.items():
        if entry.target == RESEARCH:
            continue
        try:
            targets[agent_id] = load_target(entry.target, beside=settings.config.absolute().parent)
        except ConfigurationError as error:
            broken[agent_id] = str(error)
    return targets, broken


def check_file(file: Path, settings: Settings, today: date) -> int:
    """Say line by line what of an exported workflow works here."""
    console = Console(highlight=False, soft_wrap=True)
    findings = check_workflow(file, shutdowns_for(settings), today=today)
    for finding in findings:
        place = f"{file.name}:{finding.line}" if finding.line else file.name
        console.print(f"{finding.level:<9}{place}: {finding.text}", markup=False)
    return int(any(finding.level in ("wrong", "error") for finding in findings))


def add_workflow_file(file: Path, agent_id: str | None, settings: Settings) -> None:
    """Write an exported workflow into the catalog, once it loads."""
    config = settings.config.absolute()
    load_workflow(file.absolute())
    chosen = agent_id or re.sub(r"[^a-z0-9_-]+", "-", file.stem.lower()).strip("-_")
    add_agent(config, chosen, Path(os.path.relpath(file.absolute(), config.parent)).as_posix())
    Console(highlight=False, soft_wrap=True).print(
        f"{config.name} has the agent {chosen}: chatkit-link serve answers with it at /chatkit/{chosen}.", markup=False
    )
