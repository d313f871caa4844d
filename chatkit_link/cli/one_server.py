"""One server in this process, from the options of ``chatkit-link serve`` and ``dev``."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI
    from rich.console import Console
    from starlette.types import ASGIApp

    from chatkit_link.cli.own_app import OwnApp
    from chatkit_link.cli.server import Handover
    from chatkit_link.settings import Settings


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What was asked for on the command line. agent: ID=TARGET. workshop: its folder, for ``dev``."""

    host: str | None
    port: int | None
    agent: list[str] | None
    app: str | None
    workshop: Path | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Which of the processes on one socket this is, from 1. The first does what is to be done once for all of them."""

    number: int = 1
    count: int = 1

    @property
    def is_first(self) -> bool:
        return self.number == 1


def serve_once(options: ServeOptions, handover: "Handover | None" = None, share: Share = Share()) -> None:
    """Serve in this process until it is stopped.

    handover: for one of several processes on one socket; they say less.
    """
    from chatkit_link.agents.catalog import targets_given
    from chatkit_link.app import beside, create_app
    from chatkit_link.cli.output import console
    from chatkit_link.cli.progress_bar import ProgressBar
    from chatkit_link.cli.server import run_loop
    from chatkit_link.cli.server import serve as serve_app
    from chatkit_link.cli.start import start
    from chatkit_link.telemetry.logging import setup_logging

    grace = None if options.workshop is None else 0  # nobody balances the load of a developer
    settings = start(None, host=options.host, port=options.port, grace=grace)
    if share.count > 1:
        setup_logging(settings.log_level, worker=share.number)
    if not settings.files_url.startswith("file:"):  # a folder that replicas of several users may share
        os.umask(0o077)
    given = targets_given(options.agent, settings.config)
    terminal, app, workshop = console(stderr=True), options.app, options.workshop
    if handover is None:
        print_head(terminal, settings)

    own: OwnApp | None = None
    link: FastAPI | None = None

    def make(bound: "Settings") -> "FastAPI":
        nonlocal own, link
        agents, default = given, None
        if app is not None:
            own, agents, default = _own_app(app, bound, given)
            if share.is_first:
                terminal.print(f"  app       {app}", markup=False)
        link = create_app(
            bound,
            agents_given=agents,
            workshop=workshop,
            default=default,
            joins=not share.is_first,
            on_progress=bar.report if bar else None,
        )
        if handover is None:
            terminal.print("  starting ...")
        return link

    def around(link: "FastAPI", bound: "Settings") -> "ASGIApp":
        return link if own is None else beside(link, own.app, f"--app {own.target}", bound)

    path = "/workshop" if workshop else ""
    bar = ProgressBar("Starting", terminal) if handover is None else None

    def ready(address: str) -> None:
        if bar is not None:
            bar.close()
        if handover is None and link is not None:
            terminal.print(f"  access    {link.state.services.admission.text}", markup=False)
            terminal.print(f"  [bold green]ready     {address}{path}[/bold green]  (Ctrl-C stops)")
            if terminal.is_terminal:  # a log has no use for it
                for line in next_steps(settings, f"{address}{path}"):
                    terminal.print(line, markup=False)

    try:
        run_loop(serve_app(make, settings, around=around, handover=handover, ready=ready))
    finally:
        if bar is not None:
            bar.close()
    if handover is None:
        terminal.print("Stopped.")


def next_steps(settings: "Settings", address: str) -> list[str]:
    """What a newcomer does now: a line for each step, and the command for it."""
    program = "chatkit-link" if which("chatkit-link") else sys.argv[0]
    if settings.offline:
        key = f"write OPENAI_API_KEY=sk-... into .env and start again; test it with: {program} doctor --model"
    else:
        key = f"test it with: {program} doctor --model"
    return [
        "",
        "Next:",
        f"  chat        open {address}",
        f"  model       {key}",
        f"  your agent  {program} new my-agent",
        "",
    ]


def print_head(terminal: "Console", settings: "Settings") -> None:
    """The version, and what the server works with."""
    from importlib.metadata import version

    place = "DATABASE_URL" if settings.database_url else f"PostgreSQL in {settings.data}"
    terminal.print(f"ChatKit Link {version('chatkit-link')}", style="bold")
    terminal.print(f"  database  {place}\n  model     {model_line(settings)}", markup=False)


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
