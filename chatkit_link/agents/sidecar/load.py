"""A workflow in TypeScript or JavaScript, loaded once at start to see whether it can be, and what is in it."""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatkit_link.agents.agent_builder.control_flow import Flow, count_runs, read_flow
from chatkit_link.agents.agent_builder.inputs import input_of, is_alone
from chatkit_link.agents.agent_builder.journal import version_of
from chatkit_link.agents.load_time import LOAD_SECONDS
from chatkit_link.agents.sidecar.definition import output_only
from chatkit_link.agents.sidecar.input import read_input
from chatkit_link.agents.sidecar.node import SUFFIXES, Node
from chatkit_link.agents.sidecar.stack import line_in
from chatkit_link.agents.sidecar.translation import Translated, translate
from chatkit_link.agents.sidecar.turn import Place
from chatkit_link.agents.sidecar.workflow import LOADING, PROTOCOL, Command, SidecarWorkflow
from chatkit_link.errors import ConfigurationError

#: A variable of the environment that a file reads.
_READ = re.compile(r"process\.env(?:\.|\[[\"'])(\w+)")


def is_script(place: str) -> bool:
    """Whether a target is a file that Node runs."""
    return place.endswith(SUFFIXES)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the process says of a file. See ``load`` in docs/reference/agent-protocol.md."""

    facts: dict[str, Any]
    printed: str


def load_script(path: Path, node: Node, entry: str = "", *, seconds: float = LOAD_SECONDS) -> SidecarWorkflow:
    """The workflow in the file ``path``. entry: the name of its function, where the target says it.

    Args:
        seconds: how long its own code may run while it is loaded.

    Raises:
        ConfigurationError: Node or the packages are missing, or the file does not load; with the file's own line.
    """
    path = path.resolve()  # as the process names it, without links and `..`
    command = Command(node.ready(path, entry), node.environment, path.parent)
    facts = dry_load(path, command, seconds).facts
    if facts["entry"] is None:
        raise ConfigurationError(_no_entry(path, facts["entries"], entry))
    translated = translate(path, facts["tree"], facts["entry"], facts["approvals"])
    return SidecarWorkflow(
        path=path,
        version=version_of(path.read_text(encoding="utf-8-sig")),
        steps=count_runs(translated.source),
        tree=translated.source.tree,
        flow=(flow := read_flow(translated.source)),
        places=_places(translated, flow),
        agents={name: output_only(given) for name, given in facts["agents"].items()},
        command=command,
        input=read_input(path, facts["parameters"]),
    )


def _no_entry(path: Path, entries: list[str], wanted: str) -> str:
    if wanted:
        return f"{path.name} has no function {wanted}, or does not export it: correct the target."
    if len(entries) > 1:
        listed = " or ".join(f'"{path.name}:{each}"' for each in entries)
        return f"{path.name} has several workflows. Name one of them in the target: {listed}."
    return (
        f"{path.name} has no function `runWorkflow`, and no other one that runs an agent: it is no export of Agent "
        "Builder. Copy all of the exported code into the file."
    )


def _places(translated: Translated, flow: Flow) -> dict[int, Place]:
    return {
        site: Place(call.lineno, flow.numbers.get(call), is_alone(input_of(call)))
        for call, site in translated.sites.items()
    }


def dry_load(path: Path, command: Command, seconds: float) -> Loaded:
    """Load the file in a process of its own, which ends. Raises ConfigurationError."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "load", "params": {"protocol": PROTOCOL, "seconds": seconds}}
    try:
        done = subprocess.run(
            command.arguments,
            input=json.dumps(request) + "\n",
            env=dict(command.environment),
            cwd=command.folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=LOADING,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConfigurationError(
            f"{path.name} does not finish loading within {LOADING:.0f} seconds: it does something endless at its top."
        ) from None
    for line in done.stdout.splitlines():
        if line.startswith("{") and (answer := json.loads(line)).get("id") == 1:
            if error := answer.get("error"):
                raise ConfigurationError(_sentence(path, error, command.environment))
            return Loaded(answer["result"], done.stderr)
    raise ConfigurationError(f"{path.name} does not load: its process ended. {done.stderr.strip()[-500:]}".strip())


def _sentence(path: Path, error: dict[str, Any], environment: Mapping[str, str]) -> str:
    data = error["data"]
    line = data.get("line") or line_in(path, data.get("stack") or "")
    where = f"{path.name}, line {line}" if line else path.name
    if data.get("name") == "Unusable":
        return f"{where}: {error['message']}"
    return f"{where}: {data.get('name')}: {error['message']}{_unset(path, line, environment)}"


def _unset(path: Path, line: int | None, environment: Mapping[str, str]) -> str:
    """What to do about variables that the file has not been given: those of the line, or else all that it reads."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    read = list(_READ.findall(text.splitlines()[line - 1])) if line else []
    names = dict.fromkeys(name for name in read or _READ.findall(text) if name not in environment)
    if not names:
        return ""
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f". The file reads {' and '.join(names)}, which it is not given: write `env = [{listed}]` below its agent in "
        "chatkit-link.toml, and set it where the server is started."
    )
