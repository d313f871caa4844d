"""Writes docs/reference/cli.md from the commands themselves: every command with its help, arguments and options.

Run it when a command changes: ``.venv/bin/python scripts/document_cli.py``. The words before and after are in
``scripts/reference/cli.md``.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from scripts.markdown import table  # noqa: E402 - behind the path

PAGE: Final = ROOT / "docs" / "reference" / "cli.md"
WORDS: Final = ROOT / "scripts" / "reference" / "cli.md"
PROGRAM: Final = "chatkit-link"
_HERE: Final = "{commands}"


def commands() -> Iterator[tuple[str, Any]]:
    """(name with the program, command) of everything that can be called, groups before what is in them."""
    import typer.main  # noqa: PLC0415 - the program is imported late, wherever it stands

    from chatkit_link.cli.program import cli  # noqa: PLC0415

    yield from _below(typer.main.get_command(cli), PROGRAM)


def _below(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for own, command in group.commands.items():
        if command.hidden:
            continue
        path = f"{name} {own}"
        if not getattr(command, "commands", None):
            yield path, command
            continue
        if getattr(command, "invoke_without_command", False):
            yield path, command
        yield from _below(command, path)


def text() -> str:
    """The page."""
    parts = [section for name, command in commands() for section in _section(name, command)]
    return WORDS.read_text(encoding="utf-8").replace(_HERE, "\n\n".join(parts))


def _section(name: str, command: Any) -> Iterator[str]:
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    arguments = [parameter for parameter in shown if not _is_option(parameter)]
    options = [parameter for parameter in shown if _is_option(parameter)]
    usage = [name, *(_argument(parameter) for parameter in arguments), *(["[OPTIONS]"] if options else [])]
    yield f"### {name.removeprefix(f'{PROGRAM} ')}"
    yield inspect.cleandoc(command.help or "")
    yield f"```text\n{' '.join(usage)}\n```"
    if command.epilog:  # a line with a backspace tells typer to keep the lines apart
        title, *lines = inspect.cleandoc(command.epilog.replace("\b\n", "")).splitlines()
        yield f"{title}\n\n```text\n" + "\n".join(line.strip() for line in lines) + "\n```"
    if arguments:
        yield table(["Argument", "Meaning"], ([f"`{_argument(one)}`", _meaning(one)] for one in arguments))
    if options:
        yield table(["Option", "Default", "Meaning"], ([_names(one), _default(one), _meaning(one)] for one in options))


def _is_option(parameter: Any) -> bool:
    return parameter.opts[0].startswith("-")


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper())
    return name if parameter.required else f"[{name}]"


def _names(parameter: Any) -> str:
    """``--port INTEGER``, or ``--json`` for one that takes no value."""
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return f"`{names}`" if parameter.is_flag else f"`{names} {_value(parameter)}`"


def _value(parameter: Any) -> str:
    if parameter.metavar:
        return str(parameter.metavar)
    annotation = parameter.type_descriptor.annotation
    kinds = [kind for kind in (get_args(annotation) or (annotation,)) if kind is not type(None)]
    return {"int": "NUMBER", "float": "NUMBER", "Path": "PATH"}.get(getattr(kinds[0], "__name__", ""), "TEXT")


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if parameter.is_flag or parameter.default is None:
        return ""
    return f"`{parameter.default}`"


def _meaning(parameter: Any) -> str:
    parts = [str(parameter.help or "")]
    if parameter.required is False and getattr(parameter, "envvar", None):
        parts.append(f"Also read from `{parameter.envvar}`.")
    low, high = getattr(parameter, "min", None), getattr(parameter, "max", None)
    if low is not None and high is not None:
        parts.append(f"{low} to {high}.")
    return " ".join(parts)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
