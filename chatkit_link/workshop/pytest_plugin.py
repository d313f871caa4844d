"""``assert_widget("order", data)`` for pytest: a widget renders to the same tree as before.

Name this module in ``pytest_plugins`` of your ``conftest.py``. Snapshots are beside the test, in ``snapshots/``:
the tree as JSON, and with ``--widget-pictures`` a picture. ``--widget-update`` rewrites them.
"""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image, ImageChops

from chatkit_link.widgets import load
from chatkit_link.workshop.screenshot import draw

AssertWidget = Callable[..., None]
#: Of 255: what fonts and graphics of two runs on one machine may differ by.
_TOLERANCE = 8


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the two options."""
    group = parser.getgroup("widgets")
    group.addoption("--widget-update", action="store_true", help="rewrite the snapshots of widgets")
    group.addoption("--widget-pictures", action="store_true", help="compare pictures, too; needs a Chromium")


@pytest.fixture
def assert_widget(request: pytest.FixtureRequest) -> AssertWidget:
    """``assert_widget(name, data=None, folder="widgets")``: checked node by node, and the same as its snapshot.

    data: the sample data of the file if None. Fails where there is no snapshot yet; the message states how to make it.
    """
    update = bool(request.config.getoption("--widget-update"))
    pictures = bool(request.config.getoption("--widget-pictures"))
    beside = request.path.parent / "snapshots"

    def check(name: str, data: dict[str, Any] | None = None, folder: str | Path = "widgets") -> None:
        tree = load(name, folder).checked_tree(data)
        made = "" if data is None else "-" + hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:8]
        snapshot = beside / f"{name}{made}.json"
        text = json.dumps(tree, ensure_ascii=False, indent=2) + "\n"
        if update:
            beside.mkdir(exist_ok=True)
            snapshot.write_text(text, encoding="utf-8")
        elif not snapshot.is_file():
            pytest.fail(
                f"There is no {snapshot.name} in {beside.name}/ yet: run pytest with --widget-update.", pytrace=False
            )
        assert json.loads(text) == json.loads(snapshot.read_text(encoding="utf-8")), f"{name} renders to another tree"
        if pictures:
            _compare(name, draw(tree), snapshot.with_suffix(".png"), update=update)

    return check


def _compare(name: str, drawn: bytes, snapshot: Path, *, update: bool) -> None:
    if update:
        snapshot.write_bytes(drawn)
    elif not snapshot.is_file():
        pytest.fail(
            f"There is no {snapshot.name} yet: run pytest with --widget-pictures --widget-update.", pytrace=False
        )
    one, other = (Image.open(io.BytesIO(png)).convert("RGB") for png in (drawn, snapshot.read_bytes()))
    gray = ImageChops.difference(one, other).convert("L")  # of the size that both have
    highest = cast("tuple[int, int]", gray.getextrema())[1]
    differs = one.size != other.size or highest > _TOLERANCE
    if differs:
        seen = snapshot.with_suffix(".new.png")
        seen.write_bytes(drawn)
        pytest.fail(f"{name} looks different now: compare {seen.name} with {snapshot.name}.", pytrace=False)
