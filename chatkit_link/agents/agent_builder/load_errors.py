"""Why a file does not load, as one sentence: the file, the line, what is wrong there, and what to change."""

import ast
import importlib
import os
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chatkit_link.agents.agent_builder.guardrails import install_command
from chatkit_link.agents.agent_builder.shims import Ended
from chatkit_link.agents.agent_builder.source import ExportedFile
from chatkit_link.agents.agent_builder.workflow_input import Unsuited
from chatkit_link.agents.load_time import TookTooLong
from chatkit_link.errors import ConfigurationError
from chatkit_link.import_target import words_of

#: Packages that are installed by another name than they are imported by.
_PACKAGES: Final = {
    "dotenv": "python-dotenv",
    "guardrails": "openai-guardrails",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "fitz": "pymupdf",
    "jwt": "pyjwt",
    "psycopg2": "psycopg2-binary",
    "tavily": "tavily-python",
    "snowflake": "snowflake-connector-python",
    "nest_asyncio": "nest-asyncio",
}
#: Modules that people write for those of the Agents SDK.
_AGENTS: Final = ("openai.agents", "openai_agents", "openai_agents_sdk", "agents_sdk", "openai_sdk_agents")
#: Where names of exported files come from.
_HOMES: Final = (
    "agents",
    "openai.types.shared",
    "openai.types.shared.reasoning",
    "openai",
    "pydantic",
    "typing",
    "guardrails.runtime",
)


def lines_in(path: Path, error: BaseException) -> list[int]:
    """The lines of the file that an error came through, the last one being the innermost."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame.lineno for frame in frames if frame.filename == str(path) and frame.lineno]


def load_error(source: ExportedFile, error: BaseException) -> ConfigurationError:
    """The error that is told for one that came up while the file was loaded."""
    if isinstance(error, ConfigurationError):  # of a file beside it, which has said where
        return error
    path, line = _place(source, error)
    where = f"{path.name}, line {line}" if line else path.name
    return ConfigurationError(f"{where}: {_sentence(source, error, path, line)}")


def _place(source: ExportedFile, error: BaseException) -> tuple[Path, int | None]:
    """The innermost line of the author's own files: this one, or one beside it that it imports."""
    if isinstance(error, Unsuited) and (line := _line_named(source.tree, error.place)):
        return source.path, line
    if isinstance(error, SyntaxError) and error.filename == str(source.path):
        return source.path, error.lineno
    folder = source.path.parent
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if frame.filename == str(source.path) or (file.is_relative_to(folder) and "site-packages" not in file.parts):
            return file, frame.lineno
    return source.path, None


def _line_named(tree: ast.Module, name: str) -> int | None:
    found = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return next((each.lineno for each in ast.walk(tree) if isinstance(each, found) and each.name == name), None)


def _sentence(source: ExportedFile, error: BaseException, path: Path, line: int | None) -> str:
    code = _code(path, line)
    match error:
        case Unsuited():
            return str(error)
        case TookTooLong():
            return (
                f"this was not done after {error.seconds:g} seconds: {code}. Nothing may wait or go on for ever while "
                "the file is loaded: move it into the workflow's function, or remove it."
            )
        case Ended():
            return f"the file ends itself here: {_condition(source, path, line) or code}. {_remedy(source, path, line)}"
        case SystemExit():
            return f"the file ends itself here: {code}. Remove that, or move it into a function."
        case ModuleNotFoundError():
            return _no_module(source, error)
        case ImportError():
            return _no_name(error)
        case KeyError() if _of_environment(error):
            return f"the variable {error.args[0]} is not set. Set it where the server is started, or in its .env file."
        case NameError():
            name = getattr(error, "name", None) or "a name"
            return f"{name} is defined nowhere in the file. Define it above this line, or remove the line."
        case SyntaxError():
            return f"this is not Python: {error.msg}: {code}. Correct that line."
        case _:
            return f"{type(error).__name__}: {words_of(error)}. Correct this line, or remove it: {code}"


def _code(path: Path, line: int | None) -> str:
    """The line as it stands in the file, to be found again."""
    try:
        text = path.read_text(encoding="utf-8-sig").splitlines()[(line or 0) - 1].strip() if line else ""
    except (OSError, UnicodeDecodeError, IndexError):
        text = ""
    return f"`{text[:80]}`"


def _guard(source: ExportedFile, path: Path, line: int | None) -> ast.If | None:
    """The innermost ``if`` that the line stands in."""
    if path != source.path or line is None:
        return None
    around = [
        node
        for node in ast.walk(ast.parse(source.text) if _parses(source.text) else source.tree)
        if isinstance(node, ast.If) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda node: node.lineno) if around else None


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _condition(source: ExportedFile, path: Path, line: int | None) -> str | None:
    guard = _guard(source, path, line)
    return f"`if {ast.unparse(guard.test)}`" if guard else None


def _remedy(source: ExportedFile, path: Path, line: int | None) -> str:
    guard = _guard(source, path, line)
    variables = list(_variables(guard.test)) if guard else []
    if variables:
        return f"Set {' and '.join(variables)} where the server is started, or in its .env file."
    return "Remove that line, or move it into a function."


def _variables(test: ast.expr) -> Iterator[str]:
    """Names of environment variables in a condition such as ``not os.getenv("KEY")``."""
    for node in ast.walk(test):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper():
            yield node.value


def _of_environment(error: KeyError) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename in ("<frozen os>", os.__file__)


def _no_module(source: ExportedFile, error: ModuleNotFoundError) -> str:
    name = error.name or ""
    for wrong in _AGENTS:
        if name == wrong or name.startswith(f"{wrong}."):
            return f"there is no module {name}. The Agents SDK is imported as `from agents import ...`."
    if name.startswith("chatkit_link_folder_"):
        name = name.partition(".")[2]
    top = name.partition(".")[0]
    if top in _PACKAGES:
        package = _PACKAGES[top]
        command = install_command(package) if top == "guardrails" else f"pip install {package}"
        return f"the package {package} is not installed. Run `{command}`, or remove the import."
    return (
        f"the package {top.replace('_', '-')} is not installed, and there is no {top}.py beside {source.path.name}. "
        "Install the package, or copy the file to it."
    )


def _no_name(error: ImportError) -> str:
    found = re.match(r"cannot import name '(\w+)'", str(error))
    name = found[1] if found else None
    if name and (home := home_of(name)):
        return f"{error.name} has no {name}. Write `from {home} import {name}`."
    said = str(error).partition(" (")[0]
    return f"{said[:1].lower()}{said[1:]}. Correct the name, or remove the import."


def home_of(name: str) -> str | None:
    """The module that a name of the libraries is in."""
    for module in _HOMES:
        try:
            if hasattr(importlib.import_module(module), name):
                return module
        except ImportError:
            continue
    return None
