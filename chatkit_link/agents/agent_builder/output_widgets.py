"""The widget that an agent's output is the data of.

In Agent Builder an agent could answer with a widget. The export has the fields of its data, and not the widget: that
is in a ``.widget`` file of its own. So a template beside the workflow, or in the folder ``widgets`` there, is the
widget of an agent if it has the agent's name, or if it is the only one that takes just the fields of its output.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from agents import Agent
from chatkit.widgets import DynamicWidgetRoot
from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from chatkit_link.widgets import Template, WidgetError, WidgetLibrary

logger = logging.getLogger(__name__)


class OutputWidgets:
    """The templates that belong to the workflow in ``path``."""

    def __init__(self, path: Path) -> None:
        self._libraries = [WidgetLibrary(path.parent), WidgetLibrary(path.parent / "widgets")]

    def find(self, agent: Agent[Any]) -> Template | None:
        """The widget of this agent's output."""
        output_type: Any = getattr(agent.output_type, "output_type", agent.output_type)
        if output_type in (None, str) or not (fields := _fields(output_type)):
            return None
        templates = list(self._templates())
        names = {_plain(agent.name), _plain(str(getattr(output_type, "__name__", "")).removesuffix("Schema"))} - {""}
        named = [each for stem, each in templates if {_plain(stem), _plain(each.name)} & names and _takes(each, fields)]
        fitting = [each for _, each in templates if _inputs(each) == fields]
        return named[0] if named else fitting[0] if len(fitting) == 1 else None

    def _templates(self) -> Iterator[tuple[str, Template]]:
        for library in self._libraries:
            for name in library.names():
                try:
                    yield name, library.load(name)
                except WidgetError as error:
                    logger.warning("%s is not used: %s", library.folder / f"{name}.widget", error)


def build_widget(template: Template, output: Any) -> DynamicWidgetRoot | None:
    """The widget for this output; None, and a line in the log, where it does not fit."""
    data = TypeAdapter(Any).dump_python(output, mode="json", by_alias=True)
    if not isinstance(data, dict):
        return None
    named = {_original(str(name)): value for name, value in cast("dict[Any, Any]", data).items()}
    try:
        return template.build(named)
    except WidgetError as error:
        logger.warning("The output of an agent does not fit its widget: %s", error)
        return None


def _fields(output_type: Any) -> frozenset[str]:
    try:
        schema = TypeAdapter(output_type).json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError, ValueError):
        return frozenset()
    return frozenset(_original(name) for name in schema.get("properties", {}))


def _inputs(template: Template) -> frozenset[str]:
    """The names of a template's data."""
    return frozenset(template.schema.get("properties") or template.variables)


def _takes(template: Template, fields: frozenset[str]) -> bool:
    return frozenset(template.schema.get("required") or ()) <= fields and bool(_inputs(template) & fields)


def _original(name: str) -> str:
    """The exporter writes ``class`` as ``class_``, as Python needs it."""
    return name.removesuffix("_")


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()
