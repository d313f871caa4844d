"""``chatkit-link agents``: list, check and add agents."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from chatkit_link.cli.options import AgentOption, DayOption, JsonOption, examples

agents_cli = typer.Typer(rich_markup_mode=None)
FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        readable=True,
        help="A file that Agent Builder has exported, in Python or TypeScript.",
    ),
]


@agents_cli.callback(
    invoke_without_command=True, epilog=examples("agents", "agents --agent lock=agent.py:respond", "agents --json")
)
def agents(
    context: typer.Context, *, agent: AgentOption = None, on: DayOption = None, as_json: JsonOption = False
) -> None:
    """List the agents and their tools. Reports what does not load, what is down, and models that are shut down."""
    if context.invoked_subcommand is not None:
        return
    from chatkit_link.agents.catalog import configured_catalog, targets_given
    from chatkit_link.cli.agent_listing import list_agents, print_listing
    from chatkit_link.cli.model_checks import day
    from chatkit_link.cli.output import print_json
    from chatkit_link.cli.start import start

    settings = start("error")
    catalog = configured_catalog(settings, targets_given(agent, settings.config))
    listing = list_agents(settings, catalog, day(on))
    if as_json:
        print_json(listing.as_json())
    else:
        print_listing(listing)
    sys.exit(0 if listing.good else 1)


@agents_cli.command("check", epilog=examples("agents check workflow.py"))
def check_agent(file: FileArgument, *, on: DayOption = None, as_json: JsonOption = False) -> None:
    """Check whether an exported workflow runs here, and what to do first. It is loaded, and no agent is run."""
    from chatkit_link.cli.agent_listing import check_file, print_verdict
    from chatkit_link.cli.model_checks import day
    from chatkit_link.cli.output import print_json
    from chatkit_link.settings import read_settings

    verdict = check_file(file, read_settings(), day(on))
    if as_json:
        print_json(verdict.as_json())
    else:
        print_verdict(verdict, str(file))
    sys.exit(0 if verdict.runs else 1)


@agents_cli.command("add", epilog=examples("agents add workflow.py --id router"))
def add_workflow(
    file: FileArgument,
    agent_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The agent's id; the file's name if not given.")
    ] = None,
) -> None:
    """Add an exported workflow. Writes it into chatkit-link.toml, once it loads."""
    from chatkit_link.cli.agent_listing import add_workflow_file
    from chatkit_link.settings import read_settings

    add_workflow_file(file, agent_id, read_settings())
