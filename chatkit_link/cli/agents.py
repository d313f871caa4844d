"""``chatkit-link agents``: list, check and add agents."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from chatkit_link.cli.options import AgentOption, DayOption, JsonOption, examples

agents_cli = typer.Typer(rich_markup_mode=None)


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """A file of a workflow, as it was typed. entry: the name of its function, or empty."""

    path: Path
    entry: str
    typed: str


def _workflow_file(typed: str) -> WorkflowFile:
    path, entry = Path(typed), ""
    if not path.is_file() and ":" in typed:
        place, _, entry = typed.rpartition(":")
        path = Path(place)
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a directory: name a file in it.")
    if not path.is_file():
        raise typer.BadParameter(f"there is no file {path}.")
    if entry and path.suffix != ".py":
        raise typer.BadParameter(f"a name of a function is for files in Python: leave :{entry} out.")
    return WorkflowFile(path, entry, typed)


FileArgument = Annotated[
    WorkflowFile,
    typer.Argument(
        metavar="FILE",
        parser=_workflow_file,
        help="A file that Agent Builder has exported, in Python or TypeScript; FILE:NAME for one of its functions.",
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

    verdict = check_file(file.path, file.entry, read_settings(), day(on))
    if as_json:
        print_json(verdict.as_json())
    else:
        print_verdict(verdict, file.typed)
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

    add_workflow_file(file.path, file.entry, agent_id, read_settings())
