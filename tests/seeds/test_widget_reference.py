"""Every node, prop and value that "ChatKit widgets" documents is a widget here, and is served as it was sent."""

import json
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import WidgetItem

from chatkit_link.widgets.validation import TreeChecker
from tests.finished_stream import stored, told
from tests.seeds.conftest import Serve
from tests.seeds.nodes import cases, documented, values, whole, with_every_prop

CHECKER = TreeChecker()


def test_the_reference_is_read_whole() -> None:
    nodes = documented()
    assert len(nodes) == 20
    assert sum(map(len, nodes.values())) > 220
    assert [
        (node, prop) for node, props in nodes.items() for prop, kind in props.items() if not values(node, prop, kind)
    ] == []


@pytest.mark.parametrize("node", documented())
def test_a_documented_prop_takes_its_documented_values(node: str) -> None:
    for name, prop, value in cases():
        if name == node:
            CHECKER.check(f"{node}.{prop}", whole(node, **{prop: value}))


SERVER = """
import json
from pathlib import Path

from chatkit.server import ChatKitServer, stream_widget
from chatkit.widgets import DynamicWidgetRoot

TREES = json.loads(Path(__file__).with_name("trees.json").read_text())


class MyChatKitServer(ChatKitServer):
    async def respond(self, thread, input, context):
        for tree in TREES:
            async for event in stream_widget(thread, DynamicWidgetRoot.model_validate(tree)):
                yield event
"""


async def test_a_documented_node_is_served_with_every_prop_as_it_was_sent(serve: Serve, tmp_path: Path) -> None:
    trees = [with_every_prop(node) for node in documented()]
    (tmp_path / "trees.json").write_text(json.dumps(trees))
    async with serve(SERVER, None) as mine:
        made = await told(mine.create_thread("All of them"))
        kept = [item.widget for item in await stored(mine, made.thread_id) if isinstance(item, WidgetItem)]
    assert len(kept) == len(trees)
    for widget, tree in zip(kept, trees, strict=True):
        assert lost(tree, widget.model_dump(mode="json", exclude_none=True)) == []


def lost(sent: Any, kept: Any, path: str = "") -> list[str]:
    """Where something of what was sent is not in what was kept, which may have defaults beside it."""
    if isinstance(sent, dict):
        props: dict[str, Any] = sent  # pyright: ignore[reportUnknownVariableType] - JSON
        return [each for key, value in props.items() for each in lost(value, kept.get(key), f"{path}.{key}")]
    if isinstance(sent, list):
        items: list[Any] = sent  # pyright: ignore[reportUnknownVariableType] - JSON
        return [each for at, value in enumerate(items) for each in lost(value, kept[at], f"{path}[{at}]")]
    return [] if sent == kept else [f"{path}: {kept!r}"]
