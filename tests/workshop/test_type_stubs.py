"""`chatkit-link widgets types`: what a schema accepts, its type accepts, and a type checker finds what is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError
from typer.testing import CliRunner

from chatkit_link.cli.program import cli
from chatkit_link.errors import ConfigurationError
from chatkit_link.import_target import load_module
from chatkit_link.widgets import Template, WidgetLibrary
from chatkit_link.workshop.folder import new_widget, write_out
from chatkit_link.workshop.type_stubs import TYPED, write_file

OBJECT = {"type": "object", "additionalProperties": False}
ORDER = OBJECT | {
    "description": 'An order; "quoted", with a \\ in it.',
    "properties": {
        "id": {"type": "integer", "description": "As on the bill."},
        "state": {"enum": ["open", "shipped", None]},
        "lines": {
            "type": "array",
            "items": OBJECT
            | {
                "title": "Line",
                "properties": {"good": {"type": "string"}, "price-each": {"type": "number"}},
                "required": ["good", "price-each"],
            },
        },
        "address": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/address"}]},
    },
    "required": ["id", "state", "lines"],
    "$defs": {"address": OBJECT | {"properties": {"street": {"type": "string"}}, "required": ["street"]}},
}
TREE = OBJECT | {
    "properties": {"label": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
    "required": ["label"],
}
OPEN = {"type": "object", "properties": {"title": {"type": "string"}}, "additionalProperties": {"type": "integer"}}

#: Lines that a type checker refuses are marked, with a part of its message.
USES = """
from chatkit_link import widgets
from pydantic import BaseModel

from folder.typed import Order, OrderLine, load


class Bill(BaseModel):
    id: int


line: OrderLine = {"good": "tea", "price-each": 3}
load("order").build({"id": 1, "state": "open", "lines": [line, {"good": "tea", "price-each": 3}]})
load("order").build({"id": 1, "state": None, "lines": [], "address": {"street": "Pier 3"}})
load("order").build({"id": 1, "state": "open", "lines": [], "address": None})
widgets.load("order").build(Bill(id=1))
widgets.load("order").build({"id": 1})
load("tree").build({"label": "a", "children": [{"label": "b", "children": []}]})
load("open").build({"title": "a", "count": 3})
load("hiding").build({"list": ["a"], "str": []})
order: Order = {"id": 1, "state": "shipped", "lines": []}
load("order").build(order)
load("order").build({"id": 1, "lines": []})  # refused: "state" is required
load("order").build({"id": 1, "state": "open", "lines": [], "adress": None})  # refused: "adress" is an undefined item
load("order").build({"id": 1, "state": "lost", "lines": []})  # refused: Literal['lost']
load("order").build({"id": "1", "state": "open", "lines": []})  # refused: "int"
load("order").build({"id": 1, "state": "open", "lines": [{"good": "tea"}]})  # refused: "price-each" is required
load("tree").build({"label": "a", "children": [{"lable": "b"}]})  # refused: "lable" is an undefined item
load("open").build({"title": "a", "count": "3"})  # refused: "int"
load("order").build(Bill(id=1))  # refused: "Bill" is not assignable to "Order"
load("oder")  # refused: Literal['oder']
"""


def library(folder: Path, **schemas: Any) -> WidgetLibrary:
    folder.mkdir(exist_ok=True)
    for name, schema in schemas.items():
        changed = json.loads(new_widget(name)) | {"jsonSchema": schema}
        (folder / f"{name}.widget").write_bytes(write_out(changed))
    return WidgetLibrary(folder)


def module(folder: Path, **schemas: Any) -> ModuleType:
    write_file(library(folder, **schemas), folder / TYPED)
    return load_module(TYPED, "The types", folder)


def data_type(folder: Path, schema: Any) -> Any:
    """The type of the widget of this schema in the module."""
    [found] = get_args(get_type_hints(module(folder, only=schema).load)["return"])
    return found


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["widgets", *arguments])
    return result.exit_code, result.output


@pytest.mark.slow("pyright")
def test_a_type_checker_accepts_what_is_right_and_finds_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    hiding = OBJECT | {"properties": {name: {"type": "array", "items": {"type": "string"}} for name in ("list", "str")}}
    write_file(library(folder, order=ORDER, tree=TREE, open=OPEN, hiding=hiding), folder / TYPED)
    uses = tmp_path / "uses.py"
    uses.write_text(USES)
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "--project", tmp_path]
    quiet = os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    checked = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path, env=quiet, timeout=150)
    messages = {}
    for found in json.loads(checked.stdout)["generalDiagnostics"]:
        assert Path(found["file"]) == uses, found
        messages[found["range"]["start"]["line"]] = messages.get(found["range"]["start"]["line"], "") + found["message"]
    for number, line in enumerate(USES.splitlines()):
        _, _, expected = line.partition("# refused: ")
        assert bool(expected) == (number in messages), (line, messages.get(number))
        assert expected in messages.get(number, ""), messages[number]


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        (ORDER, [{"id": 1, "state": None, "lines": [{"good": "tea", "price-each": 3}]}], [{"id": 1, "lines": []}]),
        (TREE, [{"label": "a", "children": [{"label": "b", "children": []}]}], [{"label": "a", "children": [{}]}]),
        (OPEN, [{}, {"title": "a", "n": 3}], [{"title": "a", "n": "x"}]),
        ({}, [{}, {"a": 1}], []),
        (OBJECT, [{}], []),
        ({"type": "object", "required": ["a"]}, [{"a": 1}], []),
        (OBJECT | {"properties": {"a": True, "b": False}, "required": ["a"]}, [{"a": [1]}], [{}]),
        (OBJECT | {"properties": {"a": {"type": ["null", "integer"]}}}, [{}, {"a": None}, {"a": 1}], [{"a": "x"}]),
        (OBJECT | {"properties": {"a": {"const": True}}}, [{"a": True}], [{"a": False}]),
        (OBJECT | {"properties": {"a": {"enum": [1.5, [1], {"b": 1}, "x"]}}}, [{"a": [1]}, {"a": "x"}], [{"a": None}]),
        (OBJECT | {"properties": {"a": {"prefixItems": [{"type": "string"}], "type": "array"}}}, [{"a": ["x", 1]}], []),
        (OBJECT | {"properties": {"a": {"type": "array"}}}, [{"a": [1, "x"]}], [{"a": 1}]),
        (OBJECT | {"properties": {"a": {"allOf": [{"type": "string"}]}}}, [{"a": "x"}], [{"a": 1}]),
        (OBJECT | {"properties": {"a": {"allOf": [{"properties": {"b": {}}}, {"properties": {"c": {}}}]}}},
         [{"a": {"b": 1, "c": 1}}], []),
        ({"properties": {"a": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"b": 1}], []),
        ({"anyOf": [OBJECT | {"properties": {"a": {}}, "required": ["a"]}, OPEN]}, [{"a": "x"}, {"n": 1}], []),
        ({"$ref": "#/$defs/a", "$defs": {"a": ORDER}}, [], [{}]),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, [], []),
        (OBJECT | {"properties": {"a": {"$ref": "#/$defs/l"}},
                   "$defs": {"l": {"type": "array", "items": {"$ref": "#/$defs/l"}}}}, [{"a": [[[]]]}], [{"a": 1}]),
        (OBJECT | {"properties": {"a": {"type": "object", "additionalProperties": {"type": "integer"}}}},
         [{"a": {"b": 1}}], [{"a": {"b": "x"}}]),
        ({"properties": {"a": {}}, "patternProperties": {"^b": {}}, "additionalProperties": False}, [{"b1": 1}], []),
        # Names and descriptions that would break out of the module, or hide a type of it.
        (OBJECT | {"properties": {name: {"type": "string"} for name in ["class", "a-b", '"', "'\n", "🙂", "__x", "ﬁ"]}},
         [{"class": "x", "a-b": "x", '"': "x", "'\n": "x", "🙂": "x", "__x": "x", "ﬁ": "x"}],
         [{"ﬁ": 1}, {"'\n": 1}, {"🙂": 1}]),
        (OBJECT | {"properties": {"__x": {"type": "string"}}}, [{"__x": "x"}], [{"__x": 1}]),
        (OBJECT | {"properties": {"str": {"type": "string"}, "b": {"type": "string"}}}, [{"str": "x"}], [{"b": 1}]),
        (OBJECT | {"description": '"""\\', "properties": {"a": {"description": "x\rraise 1\u2028raise 2\0"}}},
         [{"a": 1}], []),
        (OBJECT | {"properties": {"a": OBJECT, "A": OBJECT, "Any": OBJECT, "7": OBJECT}}, [{"a": {}, "7": {}}], []),
    ],
)  # fmt: skip
def test_a_type_accepts_what_its_schema_accepts(
    tmp_path: Path, schema: dict[str, Any], right: list[Any], wrong: list[Any]
) -> None:
    adapter = TypeAdapter(data_type(tmp_path, schema))
    for data in right:
        Draft202012Validator(schema).validate(data)
        assert adapter.validate_python(data, strict=True) == data
    for data in wrong:
        assert not Draft202012Validator(schema).is_valid(data)
        with pytest.raises(ValidationError):
            adapter.validate_python(data, strict=True)


NAMES = st.text("ab-É_1", min_size=1, max_size=3)
LEAVES = st.sampled_from(["string", "integer", "number", "boolean", "null"]).map(
    lambda kind: {"type": kind}
) | st.lists(st.none() | st.booleans() | st.text(max_size=3), min_size=1, max_size=3).map(
    lambda values: {"enum": values}
)


def objects(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    properties = st.dictionaries(NAMES, children, max_size=3)
    parts = {"type": st.just("object"), "properties": properties, "required": st.lists(NAMES, max_size=2, unique=True)}
    return st.fixed_dictionaries(parts, optional={"additionalProperties": st.booleans() | children})


SCHEMAS = objects(
    st.recursive(
        LEAVES,
        lambda children: (
            objects(children)
            | children.map(lambda child: {"type": "array", "items": child})
            | st.lists(children, min_size=1, max_size=2).map(lambda parts: {"anyOf": parts})
        ),
        max_leaves=6,
    )
)
PLAIN = {
    "string": st.text(max_size=3),
    "integer": st.integers(-9, 9),
    "number": st.floats(-9, 9) | st.integers(-9, 9),
    "boolean": st.booleans(),
    "null": st.none(),
}


def values(schema: Any) -> st.SearchStrategy[Any]:
    """Data that such a schema accepts."""
    if isinstance(schema, bool):
        return st.just({"anything": [1]})
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values(part) for part in schema["anyOf"]])
    if schema["type"] == "array":
        return st.lists(values(schema["items"]), max_size=2)
    if schema["type"] in PLAIN:
        return PLAIN[schema["type"]]
    named = {name: values(part) for name, part in schema["properties"].items()}
    more = schema.get("additionalProperties", True)
    needed = {name: named.get(name, values(more)) for name in schema["required"]}
    rest = {name: part for name, part in named.items() if name not in needed}
    given = st.fixed_dictionaries(needed, optional=rest)
    return st.builds(lambda a, b: b | a, given, st.dictionaries(st.just("more"), values(more))) if more else given


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_any_schema_s_type_accepts_its_data(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    schema = data.draw(SCHEMAS)
    if schema.get("additionalProperties") is False:
        schema["required"] = [name for name in schema["required"] if name in schema["properties"]]
    value = data.draw(values(schema))
    if Draft202012Validator(schema).is_valid(value):
        adapter = TypeAdapter(data_type(tmp_path_factory.mktemp("typed"), schema))
        assert adapter.validate_python(value, strict=True) is not None


def test_the_module_loads_the_widgets_beside_it_and_from_another_place(tmp_path: Path) -> None:
    schema = json.loads(new_widget("a"))["jsonSchema"]
    found = module(tmp_path / "widgets", a=schema, b=schema)
    assert isinstance(found.load("a"), Template)
    assert found.load("b").build({"title": "B", "text": "c"}).model_dump()["children"][0]["value"] == "B"
    elsewhere = tmp_path / "agent" / "cards.py"
    elsewhere.parent.mkdir()
    assert run("types", "--folder", str(tmp_path / "widgets"), "--output", str(elsewhere))[0] == 0
    moved = load_module("cards.py", "The types", elsewhere.parent)
    assert moved.load("a").build({"title": "A", "text": "c"}).model_dump()["children"][0]["value"] == "A"


def test_the_check_reports_a_stale_module(tmp_path: Path) -> None:
    at = ["--folder", str(tmp_path)]
    (tmp_path / "order.widget").write_bytes(new_widget("order"))
    assert run("types", *at) == (0, f"{tmp_path / TYPED}\n")
    assert run("check", *at)[0] == 0
    formatted = (tmp_path / TYPED).read_text().replace("    text: str\n", "    text: (\n        str\n    )\n")
    (tmp_path / TYPED).write_text(formatted)
    assert run("check", *at)[0] == 0
    changed = json.loads(new_widget("order"))
    changed["jsonSchema"]["properties"]["number"] = {"type": "integer"}
    (tmp_path / "order.widget").write_bytes(write_out(changed))
    status, output = run("check", *at)
    assert status == 1
    assert f"{tmp_path / TYPED}:1: the widgets have changed since: run chatkit-link widgets types" in output
    assert run("types", *at)[0] == 0
    assert run("check", *at)[0] == 0
    (tmp_path / TYPED).write_text(formatted + "\n}")
    assert run("check", *at)[0] == 1


def test_a_hand_written_file_is_neither_overwritten_nor_checked(tmp_path: Path) -> None:
    (tmp_path / "order.widget").write_bytes(new_widget("order"))
    (tmp_path / TYPED).write_text("mine = 1\n")
    with pytest.raises(ConfigurationError, match="not written by this command"):
        write_file(WidgetLibrary(tmp_path), tmp_path / TYPED)
    assert (tmp_path / TYPED).read_text() == "mine = 1\n"
    assert run("check", "--folder", str(tmp_path))[0] == 0
