"""The starters of the workshop: widgets for the SDK as much as for us, in every state that they name."""

import json
from pathlib import Path
from typing import Any

import pytest
from chatkit.widgets import StrictWidgetRoot, WidgetTemplate
from pydantic import TypeAdapter

from chatkit_link.widgets.templates import WidgetLibrary
from chatkit_link.workshop.checking import check
from chatkit_link.workshop.gallery import FOLDER, starters

LIBRARY = WidgetLibrary(FOLDER)
NAMES = sorted(path.stem for path in FOLDER.glob("*.widget"))
ROOTS: TypeAdapter[Any] = TypeAdapter(StrictWidgetRoot)


def states(name: str) -> list[dict[str, Any]]:
    template = LIBRARY.load(name)
    assert template.sample, f"{name} has no sample data"
    return [template.sample, *template.schema.get("examples", [])]


def nodes(tree: Any) -> list[dict[str, Any]]:
    inner = tree.get("children") or []
    return [tree, *(node for child in (inner if isinstance(inner, list) else [inner]) for node in nodes(child))]


def test_the_gallery_has_every_file_once_under_a_heading() -> None:
    listed = starters()
    assert sorted(starter.name for starter in listed) == NAMES
    assert len(NAMES) >= 20
    assert [starter.problems for starter in listed if starter.problems or not starter.tree] == []
    headings = [starter.group for starter in listed]
    assert headings == sorted(headings, key=list(dict.fromkeys(headings)).index), "a heading comes twice"
    assert all(starter.about and len(starter.about) < 60 for starter in listed)


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_passes_the_check_without_a_notice(name: str) -> None:
    assert check(LIBRARY, f"{name}.widget", (FOLDER / f"{name}.widget").read_bytes(), None) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_sdk_builds_each_state_of_a_starter_as_we_do(name: str) -> None:
    theirs = WidgetTemplate.from_file(str(FOLDER / f"{name}.widget"))
    for state in states(name):
        ours = LIBRARY.load(name).checked_tree(state)
        built = theirs.build(state).model_dump(mode="json", exclude_none=True)
        assert built == LIBRARY.load(name).build(state).model_dump(mode="json", exclude_none=True)
        # Table is in the types of the browser only, which tests/widgets/test_browser_types.py compares.
        if not any(node["type"].startswith("Table") for node in nodes(ours)):
            kept = ROOTS.validate_python(ours).model_dump(mode="json", exclude_none=True)
            assert {node["type"] for node in nodes(kept)} == {node["type"] for node in nodes(ours)}


@pytest.mark.parametrize("name", NAMES)
def test_the_preview_in_a_starter_is_what_its_sample_data_renders_to(name: str) -> None:
    template = LIBRARY.load(name)
    assert template.preview == template.checked_tree()


@pytest.mark.parametrize("name", NAMES)
def test_every_name_that_a_schema_requires_is_used(name: str) -> None:
    template = LIBRARY.load(name)
    assert not template.unused
    assert not template.undescribed


def test_what_can_be_clicked_says_what_it_sends() -> None:
    for name in NAMES:
        for node in nodes(LIBRARY.load(name).checked_tree()):
            if node["type"] == "Button" and not node.get("submit"):
                assert node["onClickAction"]["type"].count(".") == 1, f"{name}: {json.dumps(node)}"


def test_the_names_can_be_files_of_any_folder() -> None:
    assert all(name == name.lower() and name.replace("-", "").isalnum() for name in NAMES)
    assert all(Path(FOLDER / f"{name}.widget").stat().st_size < 20_000 for name in NAMES)
