"""Loading, checking and building .widget files, also wrong and hostile ones."""

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from chatkit_link.resources import resource
from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.templates import WidgetLibrary

CARD = '{"type":"Card","children":[{"type":"Text","value":{{ text | tojson }}}]}'
SCHEMA = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}


def widget(template: str = CARD, **changes: Any) -> bytes:
    return json.dumps({"version": "1.0", "name": "Try", "template": template, "jsonSchema": SCHEMA, **changes}).encode()


def card(child: Any, **props: Any) -> str:
    return json.dumps({"type": "Card", "children": [child], **props})


def problem_of(library: WidgetLibrary, content: bytes, data: Any = None) -> WidgetError:
    with pytest.raises(WidgetError) as caught:
        library.read("try.widget", content).check({"text": "x"} if data is None else data)
    assert caught.value.source == "try.widget"
    return caught.value


@pytest.mark.parametrize("name", WidgetLibrary(resource("widgets")).names())
def test_every_bundled_widget_is_right_and_its_preview_is_what_its_sample_renders(
    library: WidgetLibrary, name: str
) -> None:
    template = library.load(name)
    template.check()
    assert template.sample is not None
    assert template.definition["outputJsonPreview"] == template.tree(template.sample)


def test_a_template_is_compiled_once(library: WidgetLibrary) -> None:
    assert library.load("search-results") is library.load("search-results")


@pytest.mark.parametrize("text", ['"', "\\", "</script>", "{{ 7 * 7 }}", "{% raw %}", "\n\t\u2028", "💥", "\x00", ""])
def test_any_text_arrives_unchanged(library: WidgetLibrary, text: str) -> None:
    built = library.read("try.widget", widget()).build({"text": text}).model_dump()
    assert built["children"][0]["value"] == text


def test_a_pydantic_model_is_built_as_its_json_and_checked_like_a_dict(library: WidgetLibrary) -> None:
    class Day(BaseModel):
        text: date | int

    template = library.read("try.widget", widget())
    built = template.build(Day(text=date(2026, 12, 24))).model_dump()
    assert built["children"][0]["value"] == "2026-12-24"
    with pytest.raises(WidgetError, match=r"data\.text: 7 is not of type 'string'") as refused:
        template.build(Day(text=7))
    assert refused.value.for_log() == "try.widget, at data.text", "the log never holds a user's words"


@pytest.mark.parametrize(
    ("data", "path"),
    [({}, "data"), ({"text": 1}, "data.text"), ({"text": "x", "more": 1}, "data"), ([], "data"), (None, "data")],
)
def test_data_that_does_not_fit_the_schema_is_an_error(library: WidgetLibrary, data: Any, path: str) -> None:
    with pytest.raises(WidgetError) as caught:
        library.read("try.widget", widget()).build(data)
    assert caught.value.path == path
    assert caught.value.status == 422


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b"{}", "version"),
        (widget(version="2.0"), "version"),
        (widget(name=""), "name"),
        (widget(template=""), "template"),
        (widget("{% for %}"), "template"),
        (widget("{{ text | nothing }}"), "template"),
        (widget(jsonSchema={"type": "wrong"}), "jsonSchema"),
        (widget("x" * 600_000), ""),
    ],
)
def test_a_broken_file_is_an_error_that_names_the_place(library: WidgetLibrary, content: bytes, path: str) -> None:
    assert problem_of(library, content).path == path


@pytest.mark.parametrize(
    ("tree", "path", "reason"),
    [
        ('{"type":"Text","value":"x"}', "", "root"),
        ("[]", "", "root"),
        ("1", "", "root"),
        (card({"type": "Txt", "value": "x"}), "children[0]", "'Txt'"),
        (card({"type": "Card", "children": []}), "children[0]", "'Card'"),
        (card("x"), "children[0]", "object"),
        (card({"type": "Text"}), "children[0].value", "required"),
        (card({"type": "Text", "value": "x", "size": "huge"}), "children[0].size", "'xs'"),
        (card({"type": "Text", "value": "x", "colour": "red"}), "children[0]", "'colour'"),
        (card({"type": "Icon", "name": "glob"}), "children[0].name", ""),
        (card({"type": "Button", "iconStart": "nope"}), "children[0].iconStart", ""),
        (card({"type": "Button", "onClickAction": {"payload": {}}}), "children[0].onClickAction.type", "required"),
        (card({"type": "Row", "children": [{"type": "Col", "children": [{"type": "Nope"}]}]}),
         "children[0].children[0].children[0]", "'Nope'"),
        (card({"type": "Image", "src": "javascript:alert(1)"}), "children[0].src", "address"),
        (card({"type": "Text", "value": "x"}, sizes="lg"), "", "'sizes'"),
        (card({"type": "Text", "value": "x"}, status={"text": "x", "icon": "nope"}), "status.icon", "nope"),
    ],
)  # fmt: skip
def test_a_wrong_node_is_named_by_its_path(library: WidgetLibrary, tree: str, path: str, reason: str) -> None:
    problem = problem_of(library, widget(tree))
    assert problem.path.startswith(path)
    assert reason in problem.reason


def test_a_tree_too_deep_or_too_wide_is_an_error(library: WidgetLibrary) -> None:
    node: Any = {"type": "Text", "value": "x"}
    for _ in range(40):
        node = {"type": "Col", "children": [node]}
    assert "levels" in problem_of(library, widget(card(node))).reason
    many = json.dumps({"type": "Card", "children": [{"type": "Spacer"}] * 3000})
    assert "nodes" in problem_of(library, widget(many)).reason


def test_nodes_only_the_browser_knows_are_allowed(library: WidgetLibrary) -> None:
    cell = {"type": "Table.Cell", "children": [{"type": "Text", "value": "x"}]}
    table = {"type": "Table", "children": [{"type": "Table.Row", "children": [cell]}]}
    library.read("try.widget", widget(card(table))).check({"text": "x"})


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ text.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__ }}",
        "{{ lipsum() }}",
        "{{ 'x' * 10 ** 9 }}",
        "{{ 9 ** 999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'x'.center(999999999) }}",
        "{{ 'x' | center(999999999) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ range(99999999) | list }}",
        "{% set x = text ~ 'xxxxxxxxxxxxxxxx' %}" + "{% set x = x ~ x %}" * 40,
        "{% set x = text + 'xxxxxxxxxxxxxxxx' %}" + "{% set x = x + x %}" * 40,
        "{% set x = [text] %}" + "{% set x = x + x %}" * 40,
        "{% macro a0() %}xxxxxxxxxxxxxxxx{% endmacro %}"
        + "".join(f"{{% macro a{n + 1}() %}}{{{{ a{n}() }}}}{{{{ a{n}() }}}}{{% endmacro %}}" for n in range(40))
        + "{{ a40() }}",
        "{% set x = range(1000) | join(text) %}" + "{% set x = range(1000) | join(x) %}" * 3,
        "{% for a in range(999) %}{% for b in range(999) %}xxxxxxxxxxxxxxxxxxxx{% endfor %}{% endfor %}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{{ undefined_name }}",
        "{{ text.append(1) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 1 / 0 }}",
    ],
)
def test_a_hostile_template_is_an_error_and_does_no_harm(library: WidgetLibrary, template: str) -> None:
    assert problem_of(library, widget(template)).path == "template"


@pytest.mark.parametrize("encoded", [None, "", "garbage!", base64.urlsafe_b64encode(b"{").decode(), "bnVsbA", 7])
def test_sample_data_may_be_missing_or_garbage(library: WidgetLibrary, encoded: Any) -> None:
    template = library.read("try.widget", widget(encodedWidget=encoded))
    assert template.sample is None
    template.check()
    assert template.checked_tree()["type"] == "Card"


def test_without_sample_data_that_can_be_made_the_file_says_what_to_write(library: WidgetLibrary) -> None:
    schema = {"type": "object", "properties": {"code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"}}}
    schema["required"] = ["code"]  # type: ignore[assignment]
    parts = {
        "template": '{"type":"Card","children":[{"type":"Text","value":{{ code | tojson }}}]}',
        "jsonSchema": schema,
    }
    template = library.read("try.widget", widget(**parts, encodedWidget=None))
    assert template.example is None
    template.check()
    with pytest.raises(WidgetError, match="write an example of its data into jsonSchema"):
        template.checked_tree()
    parts["jsonSchema"] = schema | {"examples": [{"code": "ABC-1"}]}
    helped = library.read("try.widget", widget(**parts, encodedWidget=None))
    assert helped.checked_tree()["children"][0]["value"] == "ABC-1"


@pytest.mark.parametrize("name", ["nothing", "../pyproject", "a/b", "..", ""])
def test_only_files_of_the_folder_are_loaded(library: WidgetLibrary, name: str) -> None:
    with pytest.raises(WidgetError, match="no such file"):
        library.load(name)


def test_a_folder_s_widgets_are_listed(tmp_path: Path) -> None:
    (tmp_path / "b.widget").write_bytes(widget())
    (tmp_path / "a.widget").write_bytes(widget())
    (tmp_path / "c.txt").write_bytes(b"")
    assert WidgetLibrary(tmp_path).names() == ["a", "b"]
