"""What an answer has begun, may do once only, and has recorded no end of: nobody knows whether it was done.

A tool's call or an author's step (``ctx.step``). An answer that goes on tells its model or its code. One that ends as
interrupted can only tell its user, who would otherwise try again and have it done twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from chatkit.types import WorkflowItem

from chatkit_link.agents.tool_call_hooks import title_of


@dataclass(frozen=True, slots=True)
class UncertainCall:
    """title: what the user knows it by. workflow, index: where its line was by the newest step, if it had one."""

    title: str
    workflow: str | None = None
    index: int | None = None

    def is_at(self, item: WorkflowItem, index: int) -> bool:
        """Whether a line is the call's; one that has moved since is known by its title."""
        if item.id == self.workflow:
            return index == self.index
        return getattr(item.workflow.tasks[index], "title", None) == self.title


def uncertain_calls(steps: Mapping[str, Any]) -> list[UncertainCall]:
    """Those of a run's steps, in the order in which they began."""
    known = _known(steps)
    return [_call(key, value, known) for key, value in begun_steps(steps).items()]


def begun_steps(steps: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The starts of what may be done once only and has no end."""
    known = _known(steps)
    return {key: value for key, value in known.items() if value.get("once") and f"{key}/end" not in known}


def _known(steps: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Without those that were taken back."""
    return cast("dict[str, dict[str, Any]]", {key: value for key, value in steps.items() if isinstance(value, dict)})


def _call(key: str, value: dict[str, Any], steps: Mapping[str, dict[str, Any]]) -> UncertainCall:
    if "name" not in value:
        return UncertainCall(key.partition("step:")[2].rpartition("#")[0])
    call_id = key.rpartition("tool:")[2]
    displays: list[dict[str, Any]] = [step["display"] for step in steps.values() if step.get("display")]
    found = [each for each in displays if call_id in each.get("lines", {})]
    newest = max(found, key=lambda each: each["number"], default=None)
    if newest is None:
        return UncertainCall(title_of(value["name"]))
    line, workflow = newest["lines"][call_id], newest["workflow"]
    title = line["task"].get("title") or title_of(value["name"])
    if workflow is None or line["place"] is None:
        return UncertainCall(title)
    return UncertainCall(title, workflow["id"], line["place"])
