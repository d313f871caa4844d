"""The action types that the agents of a server answer."""

from collections.abc import Mapping
from pathlib import Path

from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.catalog import RESEARCH, is_server, load_target, read_catalog
from chatkit_link.agents.service.target import is_address
from chatkit_link.agents.sidecar.load import is_script
from chatkit_link.errors import ConfigurationError
from chatkit_link.widgets.search import DIG_DEEPER, SHOW_MORE

BUNDLED = frozenset({DIG_DEEPER, SHOW_MORE})


def known_actions(config: Path, given: Mapping[str, str]) -> frozenset[str] | None:
    """Of the bundled agent and those of the catalog.

    None where one is a server that does not publish its own or does not load, and where there is no catalog: whoever
    looks at a widget before there is an agent for it is not told so.
    """
    known = set(BUNDLED)
    agents = read_catalog(config, given).agents
    if not agents:
        return None
    for entry in agents.values():
        if entry.target == RESEARCH:
            continue
        if is_address(entry.target):
            return None
        if is_script(entry.target.partition(":")[0]):  # as an exported workflow in Python, below
            continue
        try:
            target = load_target(entry.target, beside=config.absolute().parent)
        except ConfigurationError:  # the start reports it
            return None
        if is_server(target):
            return None
        if isinstance(target, Assistant):  # an exported workflow has no widgets of its own
            known |= target.actions.types()
    return frozenset(known)
