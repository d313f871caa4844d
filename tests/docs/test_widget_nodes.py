"""docs/reference/widget-nodes.md has every node and prop of ChatKit's widgets, each as it is drawn now."""

import io
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from chatkit.actions import ActionConfig
from chatkit.widgets import Border, Spacing, ThemeColor
from PIL import Image, ImageChops

from chatkit_link.widgets.validation import TreeChecker
from chatkit_link.workshop.screenshot import draw, find_chromium

SCRIPT = Path(__file__).parents[2] / "scripts" / "document_widgets.py"
RUN_IT = "run `python scripts/document_widgets.py`"
page: dict[str, Any] = runpy.run_path(str(SCRIPT))
NODES: dict[str, dict[str, Any]] = page["described"]()
TYPES: dict[str, list[Any]] = page["nodes"]()


def test_every_node_is_told_of_and_no_other() -> None:
    assert set(NODES) == set(TYPES)
    assert {"Card", "Chart", "Table.Cell"} <= set(NODES)


@pytest.mark.parametrize("name", NODES)
def test_every_prop_has_a_meaning_and_no_other_has(name: str) -> None:
    props = TYPES[name]
    assert [prop.path for prop in props if page["meaning"](NODES[name], prop) is None] == []
    assert set(NODES[name].get("props", {})) <= {prop.path for prop in props}


@pytest.mark.parametrize("name", NODES)
def test_every_prop_has_values(name: str) -> None:
    said = [(prop, page["meaning"](NODES[name], prop)) for prop in TYPES[name]]
    assert [prop.path for prop, words in said if not words.get("values", prop.values)] == []


def test_the_page_says_what_a_colour_a_space_an_edge_and_an_action_are_made_of() -> None:
    values = (page["WORDS"] / "values.md").read_text(encoding="utf-8")
    parts = {*ThemeColor.__annotations__, *Spacing.__annotations__, *Border.__annotations__, *ActionConfig.model_fields}
    assert [part for part in (*sorted(parts), *sorted(page["COMMON"])) if f"`{part}`" not in values] == []


def test_the_page_is_what_the_script_writes() -> None:
    assert page["PAGE"].read_text(encoding="utf-8") == page["text"](), f"The page is stale: {RUN_IT}."


def test_the_words_of_the_workshop_are_what_the_script_writes() -> None:
    assert page["VOCABULARY"].read_text(encoding="utf-8") == page["vocabulary"](), f"They are stale: {RUN_IT}."


def test_the_editor_completes_nodes_props_values_and_icons() -> None:
    words = json.loads(page["VOCABULARY"].read_text(encoding="utf-8"))
    text = words["nodes"]["Text"]["props"]
    assert text["size"]["choices"] == ["xs", "sm", "md", "lg", "xl"]
    assert text["value"]["required"]
    assert words["nodes"]["Button"]["props"]["iconStart"]["is"] == "icon"
    assert [name for name, node in words["nodes"].items() if node.get("root")] == ["Card", "ListView", "Basic"]
    assert {"bolt", "check-circle"} <= set(words["icons"])


def test_the_palette_has_a_picture_of_each_node_below_a_heading() -> None:
    nodes = json.loads(page["VOCABULARY"].read_text(encoding="utf-8"))["nodes"]
    assert list(nodes) == list(NODES)
    assert all(node["example"] and node["group"] for node in nodes.values())


@pytest.mark.parametrize("name", NODES)
def test_a_sample_is_a_widget_with_the_node_in_it(name: str) -> None:
    sample = page["sample"](NODES[name])
    TreeChecker().check(name, sample)
    assert f'"type": "{name}"' in json.dumps(sample)


@pytest.mark.parametrize("name", NODES)
def test_a_picture_is_of_its_sample(name: str) -> None:
    drawn_from = page["drawn_from"](page["picture"](name))
    assert drawn_from == page["digest"](NODES[name]), f"The picture of {name} is stale: {RUN_IT}."


def test_there_is_no_other_picture_and_all_of_them_are_small() -> None:
    files = set(page["PICTURES"].iterdir())
    assert files == {page["picture"](name) for name in NODES}
    assert sum(file.stat().st_size for file in files) < 400_000


@pytest.mark.browser
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium")
def test_the_picture_of_a_chart_shows_its_bars_whole() -> None:
    """Drawn twice it is the same: nothing in it still moves, and the bars are as high as in the picture of the page."""
    drawn = Image.open(io.BytesIO(draw(page["sample"](NODES["Chart"])))).convert("RGB")
    kept = Image.open(page["picture"]("Chart")).convert("RGB")
    assert drawn.size[0] == kept.size[0]
    assert _blue(drawn) == pytest.approx(_blue(kept), rel=0.1)
    assert _blue(kept) > 10_000


def _blue(image: Image.Image) -> int:
    """How many pixels have about the colour of the first series."""
    off = ImageChops.difference(image, Image.new("RGB", image.size, "#2f6fed")).convert("L")
    return off.histogram()[0] + sum(off.histogram()[1:12])
