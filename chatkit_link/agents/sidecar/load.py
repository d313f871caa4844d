"""A workflow in TypeScript or JavaScript, loaded once at start to see whether it can be, and what is in it."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatkit_link.agents.agent_builder.control_flow import Flow, count_runs, read_flow
from chatkit_link.agents.agent_builder.inputs import input_of, is_alone
from chatkit_link.agents.agent_builder.journal import version_of
from chatkit_link.agents.sidecar.definition import output_only
from chatkit_link.agents.sidecar.node import SUFFIXES, Node
from chatkit_link.agents.sidecar.stack import line_in
from chatkit_link.agents.sidecar.translation import Translated, translate
from chatkit_link.agents.sidecar.turn import Place
from chatkit_link.agents.sidecar.workflow import LOADING, PROTOCOL, Command, SidecarWorkflow
from chatkit_link.errors import ConfigurationError


def is_script(place: str) -> bool:
    """Whether a target is a file that Node runs."""
    return place.endswith(SUFFIXES)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the process says of a file. See ``load`` in docs/reference/agent-protocol.md."""

    facts: dict[str, Any]
    printed: str


def load_script(path: Path, node: Node) -> SidecarWorkflow:
    """The workflow in the file ``path``.

    Raises:
        ConfigurationError: Node or the packages are missing, or the file does not load; with the file's own line.
    """
    path = path.resolve()  # as the process names it, without links and `..`
    command = Command(node.ready(path), node.environment, path.parent)
    facts = dry_load(path, command).facts
    if facts["entry"] is None:
        raise ConfigurationError(
            f"{path.name} has no function `runWorkflow`: it is no export of Agent Builder, or its entry has "
            "another name."
        )
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
    )


def _places(translated: Translated, flow: Flow) -> dict[int, Place]:
    return {
        site: Place(call.lineno, flow.numbers.get(call), is_alone(input_of(call)))
        for call, site in translated.sites.items()
    }


def dry_load(path: Path, command: Command) -> Loaded:
    """Load the file in a process of its own, which ends. Raises ConfigurationError."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "load", "params": {"protocol": PROTOCOL}}
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
                raise ConfigurationError(_sentence(path, error))
            return Loaded(answer["result"], done.stderr)
    raise ConfigurationError(f"{path.name} does not load: its process ended. {done.stderr.strip()[-500:]}".strip())


def _sentence(path: Path, error: dict[str, Any]) -> str:
    data = error["data"]
    line = data.get("line") or line_in(path, data.get("stack") or "")
    where = f"{path.name}, line {line}" if line else path.name
    name = data.get("name")
    return f"{where}: {error['message']}" if name == "Unusable" else f"{where}: {name}: {error['message']}"
