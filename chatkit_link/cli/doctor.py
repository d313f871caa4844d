"""``chatkit-link doctor``: whether this machine can run the server, or what its model can do."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.options import DayOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from chatkit_link.cli.doctor_check import Check
    from chatkit_link.settings import Settings


def doctor(
    *,
    model: Annotated[
        bool, typer.Option("--model", help="Ask the model's server, once for each thing that a chat needs of it.")
    ] = False,
    on: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that this machine can run the server. Looks at the database, Redis where a setting needs it, the documents,
    the model, the demo app and the agents, and changes none of them. With --model it asks the model's server instead.
    """
    from chatkit_link.cli.model_checks import day
    from chatkit_link.cli.start import start

    settings, today = start("error"), day(on)
    checks = _ask_model(settings, today, quiet=as_json) if model else _examine(settings, today)
    _print(checks, as_json=as_json)
    if any(check.failed for check in checks):
        sys.exit(1)


def _examine(settings: "Settings", today: "date") -> "Sequence[Check]":
    from chatkit_link.cli.doctor_checks import examine

    return examine(settings, today)


def _ask_model(settings: "Settings", today: "date", *, quiet: bool) -> "Sequence[Check]":
    from chatkit_link.agents.models.shutdowns import server_of
    from chatkit_link.cli.doctor_check import Check
    from chatkit_link.cli.model_checks import ask_model
    from chatkit_link.cli.output import print_line

    if settings.offline:
        text = "There is nothing to ask: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set, so no model answers."
        if not quiet:
            print_line(text)
            return []
        return [Check("model", "note", text)]
    if not quiet:
        print_line(f"Asking {settings.model_name} at {server_of(settings)} ...")
    outcomes, notices = ask_model(settings, today)
    return [Check(one.step, one.level, one.text) for one in outcomes] + [
        Check("", notice.level, notice.text) for notice in notices
    ]


def _print(checks: "Sequence[Check]", *, as_json: bool) -> None:
    from dataclasses import asdict

    from chatkit_link.cli.model_checks import print_level
    from chatkit_link.cli.output import print_json

    if as_json:
        print_json({"ok": not any(check.failed for check in checks), "checks": [asdict(check) for check in checks]})
        return
    for check in checks:
        print_level(check.level, f"{check.name}: {check.text}" if check.name else check.text)
