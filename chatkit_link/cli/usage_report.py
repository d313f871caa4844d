"""The report of what models were used for, as a table for a terminal or as lines of JSON."""

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from chatkit_link.cli.output import print_json
from chatkit_link.cli.render_widgets import clean
from chatkit_link.store.usage import Line

_NUMBERS = [field.name for field in fields(Line) if field.name != "keys"]
#: A run that used two models stands in two lines: their number cannot be added up.
_OF_RUNS = frozenset({"runs", "continued"})


def print_usage(keys: Sequence[str], lines: Sequence[Line]) -> None:
    """One JSON object a line. keys: the names of the lines' keys. A cost is a string, so that it stays exact."""
    for line in lines:
        print_json(_as_object(keys, line), indent=None)


def usage_table(keys: Sequence[str], lines: Sequence[Line]) -> RenderableType:
    """A table with a line of sums below it. keys: the names of the lines' keys."""
    if not lines:
        return "Nothing was used in that time. The offline model is not counted."
    table = Table(*(key.capitalize() for key in keys), box=None, pad_edge=False, show_footer=len(lines) > 1)
    for name in _NUMBERS:
        total = sum((getattr(line, name) for line in lines), Decimal(0))
        footer = "" if name in _OF_RUNS else _shown(name, total)
        table.add_column(name.replace("_", " ").capitalize(), footer, justify="right")
    for line in lines:
        keys_shown = (escape(clean(key)) for key in line.keys)
        table.add_row(*keys_shown, *(_shown(name, getattr(line, name)) for name in _NUMBERS))
    return table


def _as_object(keys: Sequence[str], line: Line) -> dict[str, str | int]:
    numbers = {name: getattr(line, name) for name in _NUMBERS}
    return dict(zip(keys, line.keys, strict=True)) | numbers | {"cost": str(line.cost)}


def _shown(name: str, number: int | Decimal) -> str:
    return f"{number:,.4f}" if name == "cost" else f"{int(number):,}"
