"""One page with many pictures, by state and by variant, so that a person sees in a minute what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final


@dataclass(frozen=True)
class Fault:
    """What a machine has seen. letters: those that no font of the machine has."""

    state: str
    language: str
    width: int
    what: str
    letters: str = ""


#: By the width of the screen that is pictured: pixels of the sheet.
COLUMNS: Final = {1280: 480, 390: 210, 320: 180}

STYLE: Final = """
body { margin: 1rem; background: #777; color: #fff; font: 14px system-ui, sans-serif }
h1 { font-size: 1.1rem }
table { border-spacing: 12px }
td { padding: 0; vertical-align: top }
th { text-align: left }
thead th { position: sticky; top: 0; padding: 4px; background: #777 }
tbody th { position: sticky; left: 0; max-width: 8rem; background: #777; vertical-align: top }
img { display: block; box-shadow: 0 1px 4px #0008 }
li { color: #fd9 }
"""


def contact_sheet(pictures: Sequence[str], faults: Iterable[Fault] = ()) -> str:
    """The page, in HTML.

    Args:
        pictures: files beside the page, in their order, named ``{state}--{language}-{width}-{scheme}.png``.
    """
    cells = dict(_parts(name) for name in pictures)
    states = list(dict.fromkeys(state for state, _ in cells))
    variants = sorted({variant for _, variant in cells}, key=_order)
    head = "".join(f"<th>{escape(variant.replace('-', ' '))}</th>" for variant in variants)
    rows = "".join(
        f"<tr><th>{escape(state)}</th>" + "".join(_cell(cells, state, variant) for variant in variants) + "</tr>\n"
        for state in states
    )
    listed = "".join(
        f"<li>{escape(f'{fault.state}, {fault.language} at {fault.width} px: {fault.what}')}</li>" for fault in faults
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Screens</title>\n<style>{STYLE}</style>\n'
        f"<h1>{len(states)} states, {len(pictures)} pictures</h1>\n<ul>{listed}</ul>\n"
        f"<table><thead><tr><th></th>{head}</tr></thead>\n<tbody>{rows}</tbody></table>\n</html>\n"
    )


def _parts(name: str) -> tuple[tuple[str, str], str]:
    state, _, variant = name.removesuffix(".png").partition("--")
    return (state, variant), name


def _cell(cells: dict[tuple[str, str], str], state: str, variant: str) -> str:
    name = cells.get((state, variant))
    if name is None:
        return "<td></td>"
    width = COLUMNS.get(_width(variant), 200)
    source = escape(name, quote=True)
    return f'<td><a href="{source}"><img src="{source}" width="{width}" loading="lazy" alt=""></a></td>'


def _width(variant: str) -> int:
    return int(variant.split("-")[-2])


def _order(variant: str) -> tuple[int, str]:
    return -_width(variant), variant
