"""``chatkit-link serve`` and ``dev``: the server, in this process."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.options import WIDGETS, AgentOption, FolderOption

if TYPE_CHECKING:
    from fastapi import FastAPI

    from chatkit_link.settings import Settings

PortOption = Annotated[
    int | None, typer.Option(metavar="PORT", min=0, max=65535, help="Port to listen on; 0 for any free one.")
]


def serve(
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = None,
    port: PortOption = None,
    agent: AgentOption = None,
) -> None:
    """Start the server. Without DATABASE_URL it brings a PostgreSQL of its own."""
    _serve(host, port, agent, workshop=None)


def dev(
    port: PortOption = None,
    agent: AgentOption = None,
    folder: FolderOption = WIDGETS,
) -> None:
    """Start the server for development. It listens on 127.0.0.1 and has the widget workshop at /workshop."""
    _serve("127.0.0.1", port, agent, workshop=folder)


def _serve(host: str | None, port: int | None, agent: list[str] | None, *, workshop: Path | None) -> None:
    from importlib.metadata import version

    from chatkit_link.agents.catalog import targets_given
    from chatkit_link.app import create_app
    from chatkit_link.cli.output import console
    from chatkit_link.cli.server import run_loop
    from chatkit_link.cli.server import serve as serve_app
    from chatkit_link.cli.start import start

    settings = start(None, host=host, port=port)
    given = targets_given(agent, settings.config)
    terminal = console(stderr=True)
    place = "DATABASE_URL" if settings.database_url else f"PostgreSQL in {settings.data}"
    terminal.print(f"ChatKit Link {version('chatkit-link')}", style="bold")
    terminal.print(f"  database  {place}\n  model     {model_line(settings)}", markup=False)

    def make(bound: "Settings") -> "FastAPI":
        app = create_app(bound, agents_given=given, workshop=workshop)
        terminal.print("  starting ...")
        return app

    path = "/workshop" if workshop else ""
    run_loop(
        serve_app(
            make,
            settings,
            ready=lambda address: terminal.print(
                f"  [bold green]ready     {address}{path}[/bold green]  (Ctrl-C stops)"
            ),
        )
    )
    terminal.print("Stopped.")


def model_line(settings: "Settings") -> str:
    """Which model answers, and where."""
    from chatkit_link.agents.models.item_origin import without_credentials

    if settings.offline:
        return "the offline model (set OPENAI_API_KEY for a real one)"
    address = settings.openai_base_url
    return f"{settings.model_name} at {without_credentials(address) if address else 'OpenAI'}"
