"""The servers to be tried: a folder of copies of public repositories, described by its ``servers.toml``.

None of them is part of this project, so none is in its repository. ``CHATKIT_LINK_PUBLIC_SERVERS`` names the folder::

    [quizzler]
    repository = "owner/name"
    commit = "8832dd90ba01..."
    folder = "owner+name/backend"        # where its author starts it; copied, so that it stays as it is
    target = "app.server:QuizServer"     # as are the next: what the catalog says of it
    store = "keep"
    context = "link:make_context"
    files = { "link.py" = "..." }        # what the documentation tells its author to write beside it
    environment = { A_KEY = "x" }        # what its own README asks for
    headers = { Authorization = "Bearer x" }
    profile = "vllm"                     # of tests/model_server, for servers that ask another model than OpenAI's
    app = "app.main:app"                 # served with `--app`
    routes = ["/cats/{thread}"]          # of that app, to be read when the conversation is over
    not_tried = { "tool_name" = "why" }  # tools that call services of others
    lacks = { mention = "why" }          # steps that its author's code fails at on the SDK's own server, too
    payloads = { "quiz.submit" = { answers = {} } }    # what a form would send, for actions that need it

    [quizzler.arguments]                 # for tools that do not take the first value that fits
    get_station = { station_id = "helios-prime" }
"""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

VARIABLE = "CHATKIT_LINK_PUBLIC_SERVERS"


class Case(BaseModel):
    """One server, as ``servers.toml`` describes it."""

    model_config = ConfigDict(extra="forbid")

    repository: str
    commit: str = ""
    folder: str
    target: str
    store: str | None = None
    context: str | None = None
    files: dict[str, str] = Field(default_factory=dict[str, str])
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    headers: dict[str, str] = Field(default_factory=dict[str, str])
    profile: str = "openai"
    app: str | None = None
    routes: list[str] = Field(default_factory=list[str])
    not_tried: dict[str, str] = Field(default_factory=dict[str, str])
    lacks: dict[str, str] = Field(default_factory=dict[str, str])
    arguments: dict[str, dict[str, Any]] = Field(default_factory=dict[str, dict[str, Any]])
    payloads: dict[str, Any] = Field(default_factory=dict[str, Any])
    note: str = ""


#: A server of ours, in the manner of those of others: it tries the harness itself.
OWN = Path(__file__).parent / "servers"


def folders() -> list[Path]:
    """That of this project, and that of the public servers if one is given."""
    return [OWN, *([Path(os.environ[VARIABLE]).absolute()] if os.environ.get(VARIABLE) else [])]


def read_cases(folder: Path) -> dict[str, Case]:
    """Name -> case."""
    listed = tomllib.loads((folder / "servers.toml").read_text(encoding="utf-8"))
    return {name: Case.model_validate(case) for name, case in listed.items()}
