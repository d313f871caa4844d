"""What ``chatkit-link new`` writes.

``templates/agent`` and ``templates/project`` are together a project that works, by the name of ``my-agent``, which is
replaced. A copy of an example has the example's folder, and the catalog that stands in it. Where an agent reads
variables of its own, they are taken from its settings, and stand in each file that passes variables on.
"""

import json
import re
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from chatkit_link.cli.own_variables import OwnVariable, own_variables
from chatkit_link.errors import ConfigurationError
from chatkit_link.resources import resource

_NAME: Final = re.compile(r"[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,38}")
#: Ids that no agent may have, and that of the bundled one.
_TAKEN: Final = frozenset({"runs", "threads", "research"})
#: What may stand in an empty folder: none of it is in the way.
_HARMLESS: Final = frozenset({".git", ".venv", "venv", ".idea", ".vscode", ".DS_Store"})
#: A name with a leading dot would do its work in this repository, too.
_DOTTED: Final = {"gitignore": ".gitignore", "dockerignore": ".dockerignore", "env.example": ".env.example"}
_TEMPLATE: Final = "my-agent"
_OWN: Final = "# {own variables}"
_IGNORED: Final = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@dataclass(frozen=True, slots=True)
class Project:
    """agent: the id of the one that answers. files: in the folder, sorted."""

    folder: Path
    agent: str
    files: list[str]


def make_project(folder: Path, source: str) -> Project:
    """Write a new project.

    Args:
        folder: new or empty; the last part of its path is the project's name.
        source: ``agent``, or ``professor-lock``.

    Raises:
        ConfigurationError: the name cannot be used, the folder is not empty, or there is no such source.
    """
    name = _require_name(folder)
    kind = source.replace("_", "-")
    if kind not in ("agent", "professor-lock"):
        raise ConfigurationError(f"There is nothing called {source!r} to begin with: choose agent or professor-lock.")
    _require_empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    templates = resource("templates")
    variables: Sequence[OwnVariable] = ()
    agent = name
    if kind == "professor-lock":
        example = resource("examples") / "professor_lock"
        variables = own_variables(example)
        agent = _copy_example(example, folder)
    for part in (templates / "project", templates / kind):
        for file in sorted(part.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                _write(folder / file.relative_to(part), file.read_text(encoding="utf-8"), name, variables)
    made = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return Project(folder, agent, sorted(file.as_posix() for file in made if file.parts[0] not in _HARMLESS))


def _require_name(folder: Path) -> str:
    name = folder.absolute().resolve().name
    if _NAME.fullmatch(name) and name not in _TAKEN:
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    near = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-").lstrip("0123456789-")[:39].strip("-")
    hint = f", such as {near}" if near not in _TAKEN and _NAME.fullmatch(near) else ", such as my-agent"
    if name in _TAKEN:
        raise ConfigurationError(f"{name} is taken by ChatKit Link itself: choose another name{hint}.")
    raise ConfigurationError(
        f"{name!r} cannot be the name of an agent: take a small letter, then small letters, digits and single hyphens, "
        f"at most 39 of them{hint}."
    )


def _require_empty(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file: choose another name.")
    found = sorted(each.name for each in folder.iterdir() if each.name not in _HARMLESS) if folder.is_dir() else []
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise ConfigurationError(
            f"{folder} is not empty (it has {found[0]}{more}), and nothing in it is changed: choose another folder."
        )


def _copy_example(example: Path, folder: Path) -> str:
    """Copy the folder of an example, and its catalog beside it; gives the id of its first agent."""
    inside = folder / example.name
    shutil.copytree(example, inside, ignore=_IGNORED)
    catalog = inside / "chatkit-link.toml"
    text = catalog.read_text(encoding="utf-8")
    catalog.unlink()
    found = re.search(r"^\[agents\.([\w-]+)\]", text, re.MULTILINE)
    assert found is not None
    agent = found[1]
    text = text[re.match(r"(?:#.*\n|\s*\n)*", text).end() :]  # pyright: ignore[reportOptionalMemberAccess] - matches ""
    text = re.sub(r'^default = ".*"', f'default = "{agent}"', text, count=1, flags=re.MULTILINE)
    text = re.sub(r'^(target|context) = "\./', rf'\1 = "{example.name}/', text, flags=re.MULTILINE)
    head = "# The agents of this server. `chatkit-link agents` checks them.\n"
    (folder / "chatkit-link.toml").write_text(head + text, encoding="utf-8")
    return agent


def _write(file: Path, text: str, name: str, variables: Sequence[OwnVariable]) -> None:
    title = name.replace("-", " ").capitalize()
    text = text.replace(_TEMPLATE, name).replace(_TEMPLATE.replace("-", " ").capitalize(), title)
    text = text.replace("==0.0.0", f"=={version('chatkit-link')}")
    match file.name:
        case "compose.yaml":
            text = _with_own(text, [f"{variable.name}:" for variable in variables])
        case "render.yaml":
            text = _with_own(text, [line for variable in variables for line in _for_render(variable)])
        case "env.example":
            text += "\n# What the agent itself reads\n" * bool(variables)
            text += "".join(f"# {variable.text}\n# {variable.name}={variable.default}\n" for variable in variables)
        case _:
            pass
    file = file.with_name(_DOTTED.get(file.name, file.name))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


def _with_own(text: str, lines: Sequence[str]) -> str:
    """The text with these lines in the place of its mark, as deep as that stands."""
    mark = re.compile(rf"^( *){re.escape(_OWN)}\n", re.MULTILINE)
    return mark.sub(lambda found: "".join(f"{found[1]}{line}\n" for line in lines), text)


def _for_render(variable: OwnVariable) -> Sequence[str]:
    value = f"value: {json.dumps(variable.default)}" if variable.default else "sync: false"
    return f"- key: {variable.name}", f"  {value}"
