"""Widgets: load, check and build .widget templates, and the builders of the search widgets.

``widgets.load("order").build(data)`` is the widget of ``widgets/order.widget`` for this data.
"""

from functools import lru_cache
from pathlib import Path

from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.templates import Template, WidgetLibrary

__all__ = ["Template", "WidgetError", "WidgetLibrary", "load"]


def load(name: str, folder: str | Path = "widgets") -> Template:
    """The template in ``{name}.widget`` of the folder; read again when the file changed. Raises ``WidgetError``."""
    return _library(Path(folder).absolute()).load(name)


@lru_cache(maxsize=64)
def _library(folder: Path) -> WidgetLibrary:
    return WidgetLibrary(folder)
