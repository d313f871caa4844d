"""``chatkit-link``: serve, dev, chat, token, migrate, agents, widgets, threads, import, usage, models, doctor."""

import asyncio
import hashlib
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import typer
from chatkit.types import ActiveStatus, ClosedStatus, LockedStatus, ThreadStatus
from fastapi import FastAPI
from rich.console import Console
from rich.markup import escape

from chatkit_link.agents.catalog import read_catalog, targets_given
from chatkit_link.agents.models.origin import without_credentials
from chatkit_link.agents.models.shutdowns import has_error
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.app import create_app, open_database
from chatkit_link.cli.agents import add_workflow_file, check_file, list_agents, load_targets
from chatkit_link.cli.chat import converse
from chatkit_link.cli.import_threads import bring_threads, import_as_json, import_summary, read_movers, require_writable
from chatkit_link.cli.models import ask_model, print_notices, refresh_dates
from chatkit_link.cli.server import run_loop, serving
from chatkit_link.cli.server import serve as serve_app
from chatkit_link.cli.usage import usage_lines, usage_table
from chatkit_link.cli.widgets import WIDGETS, FolderOption, widgets_cli
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError, LinkError
from chatkit_link.identity.dev_token import create_dev_token
from chatkit_link.protocol.thread_status import set_status
from chatkit_link.settings import Settings, read_settings
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import head, revision
from chatkit_link.store.usage import KEYS, report
from chatkit_link.telemetry.logging import setup_logging

T = TypeVar("T")

cli = typer.Typer(
    help="The self-hosted home of a ChatKit chat.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
AgentOption = Annotated[
    list[str] | None, typer.Option("--agent", help="Add an agent: ID=file.py:name or ID=module:name. May be repeated.")
]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], metavar="DATE", help="Say which models are shut down by this day; today if unset."
    ),
]


def run() -> None:
    """The program. What cannot work is told in a sentence, with exit status 2."""
    try:
        cli()
    except (ConfigurationError, LinkError) as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print("[red]chatkit-link:[/red]", escape(str(error)))
        sys.exit(2)


def _settings(**given: Any) -> Settings:
    return read_settings(**{name: value for name, value in given.items() if value is not None})


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    agent: AgentOption = None,
) -> None:
    """Start the server; without DATABASE_URL with a PostgreSQL of its own."""
    _serve(_settings(host=host, port=port), agent, workshop=None)


@cli.command()
def dev(
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    agent: AgentOption = None,
    folder: FolderOption = WIDGETS,
) -> None:
    """Start the server on 127.0.0.1 with the widget workshop at /workshop."""
    _serve(_settings(host="127.0.0.1", port=port), agent, workshop=folder)


def _serve(settings: Settings, agent: list[str] | None, *, workshop: Path | None) -> None:
    given = targets_given(agent, settings.config)
    setup_logging(settings.log_level)
    console = Console(stderr=True, highlight=False)
    where = "the configured one" if settings.database_url else f"PostgreSQL in {settings.data}"
    console.print(f"ChatKit Link {version('chatkit-link')}", style="bold")
    console.print(f"  database  {where}\n  model     {_model(settings)}", soft_wrap=True)

    def make(bound: Settings) -> FastAPI:
        app = create_app(bound, agents_given=given, workshop=workshop)
        console.print("  starting ...")
        return app

    run_loop(
        serve_app(
            make,
            settings,
            ready=lambda address: console.print(
                f"  [bold green]ready     {address}{'/workshop' if workshop else ''}[/bold green]  (Ctrl-C stops)"
            ),
        )
    )
    console.print("Stopped.")


def _model(settings: Settings) -> str:
    if settings.offline:
        return "offline stand-in, not a language model (set OPENAI_API_KEY for a real one)"
    address = settings.openai_base_url
    return f"{settings.model_name} at {without_credentials(address) if address else 'OpenAI'}"


@cli.command()
def chat(
    question: Annotated[str | None, typer.Argument(help="What to ask; without it, an interactive chat.")] = None,
    thread: Annotated[str | None, typer.Option(help="Go on in this thread.")] = None,
    url: Annotated[str | None, typer.Option(help="A ChatKit address, such as http://127.0.0.1:8000/chatkit.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="CHATKIT_LINK_TOKEN", help="Bearer token for that address.")
    ] = None,
    agent: AgentOption = None,
) -> None:
    """Ask in the terminal: a server at --url, the one that runs already, or one started for this question."""
    settings = _settings()
    setup_logging("error")
    sys.exit(asyncio.run(_chat(settings, question, thread, url, token, agent)))


async def _chat(
    settings: Settings,
    question: str | None,
    thread: str | None,
    url: str | None,
    token: str | None,
    agent: list[str] | None,
) -> int:
    async with AsyncExitStack() as stack:
        if url is None and agent is None and await _answers(settings.address):
            url = f"{settings.address}/chatkit"
        if url is None:
            given = targets_given(agent, settings.config)
            address = await stack.enter_async_context(serving(partial(create_app, agents_given=given), settings))
            chosen = next(iter(given), None)
            url = f"{address}/chatkit" + (f"/{chosen}" if chosen else "")
        jar = _jar(settings, url)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, cookies=_known_user(jar)))
        try:
            return await converse(ChatKitClient(url, http=http), question, thread_id=thread, console=Console())
        finally:
            _remember_user(jar, http)


async def _answers(address: str) -> bool:
    try:
        async with httpx2.AsyncClient(timeout=1, trust_env=False) as http:
            return (await http.get(f"{address}/health")).json() == {"status": "ok"}
    except (httpx2.HTTPError, ValueError):
        return False


def _jar(settings: Settings, url: str) -> Path:
    """Where the terminal's anonymous cookie for this server is kept: one server's is nobody else's business."""
    parts = urlsplit(url)
    # A server started for one question is the data folder's own, on whatever port.
    local = parts.hostname == "127.0.0.1"
    origin = "local" if local else hashlib.sha256(f"{parts.scheme}://{parts.netloc}".encode()).hexdigest()[:16]
    return settings.data / f"terminal-user-{origin}"


def _known_user(jar: Path) -> dict[str, str]:
    """The anonymous cookie of earlier terminal chats, so that their threads can be gone on with."""
    name, _, value = jar.read_text().strip().partition("=") if jar.is_file() else ("", "", "")
    return {name: value} if value else {}


def _remember_user(jar: Path, http: httpx2.AsyncClient) -> None:
    for cookie in http.cookies.jar:
        if cookie.value and cookie.name.removeprefix("__Host-") == "chatkit_link_user":
            jar.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(jar, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(f"{cookie.name}={cookie.value}")


@cli.command()
def token(
    user: Annotated[str, typer.Option(help="The user: the sub claim of the token.")],
    tenant: Annotated[str | None, typer.Option(help="The tenant, where CHATKIT_LINK_JWT_TENANT_CLAIM is set.")] = None,
    expires: Annotated[str, typer.Option(help="How long it is good: a number with s, m, h or d.")] = "1h",
) -> None:
    """Print a bearer token for development, signed with CHATKIT_LINK_JWT_SECRET."""
    typer.echo(create_dev_token(_settings(), user=user, tenant=tenant, expires=expires))


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this version, and stop."""
    settings = _settings()
    setup_logging("warning")
    asyncio.run(_migrate(settings))
    Console().print(f"The database is at schema {head()}.", highlight=False)


async def _migrate(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        await open_database(stack, settings)


agents_cli = typer.Typer(help="List, check and add agents.", invoke_without_command=True, rich_markup_mode=None)
cli.add_typer(agents_cli, name="agents")


@agents_cli.callback()
def agents(context: typer.Context, agent: AgentOption = None, on: DayOption = None) -> None:
    """List the agents and the tools of their MCP servers, and say what does not load, is down or is shut down."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings()
    setup_logging("error")
    catalog = read_catalog(settings.config, targets_given(agent, settings.config))
    sys.exit(list_agents(settings, catalog, _day(on)))


def _day(given: datetime | None) -> date:
    return (given or datetime.now(UTC)).date()


FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A Python file that Agent Builder has exported.")]


@agents_cli.command("check")
def check_agent(file: FileArgument, on: DayOption = None) -> None:
    """Say line by line what of an exported workflow works here, and what it needs, without running it."""
    sys.exit(check_file(file, _settings(), _day(on)))


@agents_cli.command("add")
def add_workflow(
    file: FileArgument,
    agent_id: Annotated[str | None, typer.Option("--id", help="The agent's id; the file's name if not given.")] = None,
) -> None:
    """Write an exported workflow into chatkit-link.toml, once it loads."""
    add_workflow_file(file, agent_id, _settings())


@cli.command()
def usage(
    *,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Today and the days before it, in UTC.")] = 30,
    by: Annotated[str, typer.Option(help=f"Some of {', '.join(KEYS)}, with commas.")] = "day,user,agent,model",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print what models were used for, by day, user, agent and model."""
    keys = list(dict.fromkeys(key.strip() for key in by.split(",")))
    if unknown := [key for key in keys if key not in KEYS]:
        raise ConfigurationError(f"--by {unknown[0]}: group by some of {', '.join(KEYS)}.")
    settings = _settings()
    setup_logging("error")
    lines = asyncio.run(_with_database(settings, partial(report, days=days, by=keys)))
    if as_json:
        typer.echo("\n".join(usage_lines(keys, lines)))
    else:
        Console().print(usage_table(keys, lines))


threads_cli = typer.Typer(help="Lock, close and open anybody's thread.", no_args_is_help=True, rich_markup_mode=None)
cli.add_typer(threads_cli, name="threads")
cli.add_typer(widgets_cli, name="widgets")
ThreadArgument = Annotated[str, typer.Argument(metavar="THREAD", help="The thread's id.")]
ReasonOption = Annotated[str | None, typer.Option(help="Shown to the person.")]


@threads_cli.command()
def lock(thread: ThreadArgument, reason: ReasonOption = None) -> None:
    """Take no messages for now."""
    _set_status(thread, LockedStatus(reason=reason))


@threads_cli.command()
def close(thread: ThreadArgument, reason: ReasonOption = None) -> None:
    """Take no messages any more."""
    _set_status(thread, ClosedStatus(reason=reason))


@threads_cli.command()
def unlock(thread: ThreadArgument) -> None:
    """Take messages again."""
    _set_status(thread, ActiveStatus())


def _set_status(thread: str, status: ThreadStatus) -> None:
    settings = _settings()
    setup_logging("error")
    asyncio.run(_with_database(settings, partial(set_status, thread_id=thread, status=status)))
    Console(highlight=False, soft_wrap=True).print(f"Thread {thread} is {status.type}.", markup=False)


import_cli = typer.Typer(help="Bring in what was elsewhere.", no_args_is_help=True, rich_markup_mode=None)
cli.add_typer(import_cli, name="import")


@import_cli.command("threads")
def import_threads(
    *,
    user: Annotated[list[str] | None, typer.Option(help="A user's name at OpenAI. May be repeated.")] = None,
    all_users_from: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV: name at OpenAI, user here if another, tenant if another.")
    ] = None,
    name_here: Annotated[str | None, typer.Option("--as", help="Who the one --user is here.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose users they are here.")] = "default",
    again: Annotated[bool, typer.Option("--again", help="Look into threads that are here for later items.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read everything, keep nothing.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the whole report as JSON.")] = None,
) -> None:
    """Bring users' threads from OpenAI's ChatKit. Run it again after a break: it goes on from there."""
    movers = read_movers(user or [], all_users_from, name_here=name_here, tenant=tenant)
    if report is not None:
        require_writable(report)
    settings = _settings()
    setup_logging("error")
    found = asyncio.run(
        _with_database(settings, partial(bring_threads, settings, movers, again=again, dry_run=dry_run))
    )
    Console(highlight=False, soft_wrap=True).print(import_summary(found))
    if report is not None:
        report.write_text(import_as_json(found), encoding="utf-8")
    if not found.complete:
        sys.exit(1)


async def _with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async with AsyncExitStack() as stack:
        return await work(await open_database(stack, settings, documents=False))


models_cli = typer.Typer(help="Know when models are shut down.", no_args_is_help=True, rich_markup_mode=None)
cli.add_typer(models_cli, name="models")


@models_cli.command("refresh")
def refresh_models(
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Bring this file up to date instead of that in the data folder.")
    ] = None,
) -> None:
    """Ask the model's server which of its models are shut down, and when."""
    settings = _settings()
    setup_logging("error")
    refresh_dates(settings, file, _day(None))


@cli.command()
def doctor(
    *,
    model: Annotated[
        bool, typer.Option("--model", help="Ask the model's server, once for each thing that a chat needs of it.")
    ] = False,
    on: DayOption = None,
) -> None:
    """Check that this machine can run the server: database, schema, model, page; or ask the model."""
    settings = _settings()
    setup_logging("error")
    if model:
        sys.exit(ask_model(settings, _day(on)))
    status = asyncio.run(_examine(settings))
    catalog = read_catalog(settings.config, {})
    targets, broken = load_targets(settings, catalog)
    for agent_id in broken:
        Console(highlight=False).print(f"[red]bad[/red]  agent {escape(agent_id)}: see chatkit-link agents")
    notices = shutdown_notices(settings, catalog, targets, _day(on))
    print_notices(notices)
    sys.exit(1 if broken or has_error(notices) else status)


async def _examine(settings: Settings) -> int:
    console = Console(highlight=False)
    async with AsyncExitStack() as stack:
        try:
            database = await open_database(stack, settings)
            console.print(f"[green]ok[/green]   database, schema {await revision(database)}")
            if database.pooled:
                console.print(
                    "[yellow]note[/yellow] the database is behind a pooler in transaction mode: replicas poll instead "
                    "of being notified, and a killed one's answers are ended when their leases are over",
                    soft_wrap=True,
                )
        except (ConfigurationError, LinkError, OSError) as error:
            console.print(f"[red]bad[/red]  database: {error}")
            return 1
    console.print(f"[green]ok[/green]   model: {_model(settings)}")
    built = (Path(__file__).parent / "static" / "index.html").is_file()
    console.print(
        "[green]ok[/green]   page is built" if built else "[yellow]note[/yellow] page is not built: make build"
    )
    return 0
