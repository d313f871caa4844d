"""``chatkit-link serve`` and ``dev``: the server, in this process or in several."""

from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.options import WIDGETS, AgentOption, FolderOption

if TYPE_CHECKING:
    from chatkit_link.cli.one_server import ServeOptions

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
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=1, max=256, help="Processes that share the port; CHATKIT_LINK_WORKERS, or 1."
    ),
]


def serve(
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = None,
    port: PortOption = None,
    agent: AgentOption = None,
    app: AppOption = None,
    workers: WorkersOption = None,
    *,
    reload: ReloadOption = False,
) -> None:
    """Start the server. Without DATABASE_URL it brings a PostgreSQL of its own."""
    from chatkit_link.cli.one_server import ServeOptions
    from chatkit_link.settings import read_settings

    _serve(ServeOptions(host, port, agent, app), workers or read_settings().workers, reload=reload)


def dev(
    port: PortOption = None,
    agent: AgentOption = None,
    app: AppOption = None,
    folder: FolderOption = WIDGETS,
    *,
    reload: ReloadOption = False,
) -> None:
    """Start the server for development. It listens on 127.0.0.1 and has the widget workshop at /workshop."""
    from chatkit_link.cli.one_server import ServeOptions

    _serve(ServeOptions("127.0.0.1", port, agent, app, folder), 1, reload=reload)


def _serve(options: "ServeOptions", workers: int, *, reload: bool) -> None:
    if reload:
        from chatkit_link.cli.reload import serve_and_reload

        serve_and_reload(options, workers)
    elif workers > 1:
        from chatkit_link.cli.workers import serve_with_workers

        if code := serve_with_workers(options, workers):
            raise typer.Exit(code)
    else:
        from chatkit_link.cli.one_server import serve_once

        serve_once(options)
