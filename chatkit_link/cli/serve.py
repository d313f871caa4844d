"""``chatkit-link serve`` and ``dev``: the server, in this process."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.options import WIDGETS, AgentOption, FolderOption

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from chatkit_link.cli.own_app import OwnApp
    from chatkit_link.settings import Settings

PortOption = Annotated[
    int | None, typer.Option(metavar="PORT", min=0, max=65535, help="Port to listen on; 0 for any free one.")
]
AppOption = Annotated[
    str | None,
    typer.Option("--app", metavar="TARGET", help="Serve your own FastAPI app, too: package.module:app or file.py:app."),
]


def serve(
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = None,
    port: PortOption = None,
    agent: AgentOption = None,
    app: AppOption = None,
) -> None:
    """Start the server. Without DATABASE_URL it brings a PostgreSQL of its own."""
    _serve(host, port, agent, app, workshop=None)


def dev(
    port: PortOption = None,
    agent: AgentOption = None,
    app: AppOption = None,
    folder: FolderOption = WIDGETS,
) -> None:
    """Start the server for development. It listens on 127.0.0.1 and has the widget workshop at /workshop."""
    _serve("127.0.0.1", port, agent, app, workshop=folder)


def _serve(
    host: str | None, port: int | None, agent: list[str] | None, app: str | None, *, workshop: Path | None
) -> None:
    from importlib.metadata import version

    from chatkit_link.agents.catalog import targets_given
    from chatkit_link.app import beside, create_app
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

    own: OwnApp | None = None

    def make(bound: "Settings") -> "FastAPI":
        nonlocal own
        agents, default = given, None
        if app is not None:
            own, agents, default = _own_app(app, bound, given)
            terminal.print(f"  app       {app}", markup=False)
        link = create_app(bound, agents_given=agents, workshop=workshop, default=default)
        terminal.print("  starting ...")
        return link

    def around(link: "FastAPI", bound: "Settings") -> "ASGIApp":
        return link if own is None else beside(link, own.app, f"--app {own.target}", bound)

    path = "/workshop" if workshop else ""
    run_loop(
        serve_app(
            make,
            settings,
            around=around,
            ready=lambda address: terminal.print(
                f"  [bold green]ready     {address}{path}[/bold green]  (Ctrl-C stops)"
            ),
        )
    )
    terminal.print("Stopped.")


def _own_app(target: str, settings: "Settings", given: "dict[str, str]") -> "tuple[OwnApp, dict[str, str], str | None]":
    """The application, the agents of the command line and of it, and the one that answers ``/chatkit`` by default."""
    from chatkit_link.agents.catalog import configured_catalog
    from chatkit_link.agents.traces import direct_traces
    from chatkit_link.cli.own_app import load_app

    direct_traces(settings)
    own = load_app(target, catalog_folder=settings.config.absolute().parent)
    catalog = configured_catalog(settings, given)
    agents = {**given, **own.agents(catalog)}
    return own, agents, next(iter([*catalog.agents, *agents]), None)


def model_line(settings: "Settings") -> str:
    """Which model answers, and where."""
    from chatkit_link.agents.models.item_origin import without_credentials

    if settings.offline:
        return "the offline model (set OPENAI_API_KEY for a real one)"
    address = settings.openai_base_url
    return f"{settings.model_name} at {without_credentials(address) if address else 'OpenAI'}"
