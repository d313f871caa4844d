"""``chatkit-link serve`` and ``dev``: the server, in this process."""

from pathlib import Path
from typing import Annotated

import typer

from chatkit_link.cli.options import WIDGETS, AgentOption, FolderOption

PortOption = Annotated[
    int | None, typer.Option(metavar="PORT", min=0, max=65535, help="Port to listen on; 0 for any free one.")
]
AppOption = Annotated[
    str | None,
    typer.Option("--app", metavar="TARGET", help="Serve your own FastAPI app, too: package.module:app or file.py:app."),
]
ReloadOption = Annotated[
    bool,
    typer.Option("--reload", help="Start again when a .py, .ts, .toml, .widget or .env file of the agents changes."),
]


def serve(
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = None,
    port: PortOption = None,
    agent: AgentOption = None,
    app: AppOption = None,
    *,
    reload: ReloadOption = False,
) -> None:
    """Start the server. Without DATABASE_URL it brings a PostgreSQL of its own."""
    _serve(host, port, agent, app, None, reload=reload)


def dev(
    port: PortOption = None,
    agent: AgentOption = None,
    app: AppOption = None,
    folder: FolderOption = WIDGETS,
    *,
    reload: ReloadOption = False,
) -> None:
    """Start the server for development. It listens on 127.0.0.1 and has the widget workshop at /workshop."""
    _serve("127.0.0.1", port, agent, app, folder, reload=reload)


def _serve(
    host: str | None, port: int | None, agent: list[str] | None, app: str | None, workshop: Path | None, *, reload: bool
) -> None:
    from chatkit_link.cli.one_server import ServeOptions, serve_once

    options = ServeOptions(host, port, agent, app, workshop)
    if reload:
        from chatkit_link.cli.reload import serve_and_reload

        serve_and_reload(options)
    else:
        serve_once(options)
