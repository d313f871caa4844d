""".widget files of others: what the SDK builds is built here, and what the Widget Builder gets wrong is mended."""

import json
from pathlib import Path
from typing import Any

import pytest
from chatkit.widgets import WidgetTemplate
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from chatkit_link.cli.program import cli
from chatkit_link.resources import resource
from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.templates import WidgetLibrary
from chatkit_link.workshop.checking import check
from chatkit_link.workshop.folder import encode

LIBRARY = WidgetLibrary(resource("widgets"))
ROWS = {"rows": [{"id": "a", "n": 3}, {"id": "b", "n": 1}], "title": "Trip <1>", "on": False, "price": 12.5}
ROW = {"type": "object", "properties": {"id": {"type": "string"}, "n": {"type": "integer"}, "note": {"type": "string"}}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "rows": {"type": "array", "items": {**ROW, "required": ["id", "n"]}},
        "title": {"type": "string"},
        "on": {"type": "boolean"},
        "price": {"type": "number"},
        "cc": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["rows", "title"],
}


def file_of(template: str, **changes: Any) -> bytes:
    return json.dumps({"version": "1.0", "name": "Try", "template": template, "jsonSchema": SCHEMA, **changes}).encode()


def card(children: str) -> str:
    return '{"type":"Card","children":[' + children + "]}"


def text(expression: str) -> str:
    return card('{"type":"Text","value":{{ (' + expression + ") | tojson }}}")


def built(content: bytes, data: Any) -> Any:
    return LIBRARY.read("try.widget", content).build(data).model_dump()


def built_by_sdk(content: bytes, data: Any) -> Any:
    return WidgetTemplate(json.loads(content)).build(data).model_dump()


@pytest.mark.parametrize(
    "template",
    [
        card(
            "{%- set ns = namespace(sum=0) -%}{%- for row in rows -%}{%- set ns.sum = ns.sum + row.n -%}{%- endfor -%}"
            '{"type":"Text","value":"{{ ns.sum }}"}'
        ),
        (
            "{%- set ns = namespace(children=[]) -%}{%- for row in rows -%}"
            """{%- set _ = ns.children.append({"type": "Text", "value": row.id}) -%}{%- endfor -%}"""
            """{"type":"Card","children":{{ ns.children | tojson }}}"""
        ),
        card(
            '{%- set comma = joiner(",") -%}{%- set tone = cycler("red", "blue") -%}{%- for row in rows -%}'
            '{{ comma() }}{"type":"Text","value":{{ row.id | tojson }},"color":"{{ tone.next() }}"}{%- endfor -%}'
        ),
        card(
            "{%- for n in range(3, 0, -1) -%}"
            '{"type":"Text","value":"{{ n }}"}{%- if not loop.last -%},{%- endif -%}{%- endfor -%}'
        ),
        text("dict(rows[0], more=1).items() | list | string"),
        text("rows | map(attribute='id') | join(', ')"),
        text("rows | join(', ', attribute='id')"),
        text("', '.join(['a', 'b'])"),
        text("rows | sort(attribute='n') | map(attribute='id') | list | string"),
        text("rows | groupby('n') | map('first') | list | string"),
        text("rows | batch(2) | list | length ~ ''"),
        text("'%.2f' | format(price)"),
        text("'%05d of %s' % (7, title)"),
        text("'{:>8.1f}|{}'.format(price, title)"),
        text("title.replace('Trip', 'Journey').upper().center(30)"),
        text("title | replace('i', 'o') | indent(2, true)"),
        text("'-' * 12"),
        text("(1700000000000 + 86400000) ~ ' ms'"),
        text("title | urlencode ~ (title | escape) ~ (title | striptags)"),
        text("title | wordwrap(4) ~ (price | filesizeformat)"),
        text("'yes' if on is sameas false and rows is iterable and price is number else 'no'"),
        text("note | default('none') if note is defined else cc | default('-')"),
        text("rows[0] | dictsort | string"),
        text("rows | tojson(indent=2)"),
        "{% macro line(a, b='x') %}" + text("a ~ b") + "{% endmacro %}{{ line(title) }}",
        "{% set t = title | trim %}{% filter trim %}" + text("t[1:3] ~ t[-1]") + "{% endfilter %}",
    ],
)
def test_what_the_sdk_builds_is_built_the_same(template: str) -> None:
    content = file_of(template)
    assert built(content, ROWS) == built_by_sdk(content, ROWS)


json_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
rows = st.lists(
    st.fixed_dictionaries({"id": json_text, "n": st.integers(-9, 9)}, optional={"note": json_text}), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(rows=rows, title=json_text, on=st.booleans())
def test_any_data_makes_the_tree_that_the_sdk_makes(rows: list[dict[str, Any]], title: str, on: bool) -> None:
    content = file_of(
        card(
            "{%- set _c -%}{%-for row in rows -%}{%-set at = loop.index0 -%}"
            ',{"type":"Text","key":"{{ at }}","value":{{ (row.id ~ " " ~ row.note | default(title)) | tojson }}}'
            "{%-if (on and row.n > 0) -%}"
            ',{"type":"Badge","label":{{ (row.n) | string | tojson }}}{%-else-%}{%-endif-%}{%-endfor-%}{%- endset -%}'
            "{{- (_c[1:] if _c and _c[0] == ',' else _c) -}}"
        )
    )
    data = {"rows": rows, "title": title, "on": on}
    assert built(content, data) == built_by_sdk(content, data)


def test_a_template_that_changes_its_data_does_not_change_the_caller_s() -> None:
    data = {"rows": [{"id": "a", "n": 1}], "title": "x"}
    content = file_of('{%- set _ = rows.append({"id": "b"}) -%}' + text("rows | length ~ ''"))
    assert built(content, data)["children"][0]["value"] == "2"
    assert len(data["rows"]) == 1


def values_of(content: bytes, data: Any) -> list[Any]:
    return [node.get("value") for node in built(content, data)["children"]]


def test_undefined_of_the_widget_builder_is_null() -> None:
    template = card(
        '{"type":"Row","border":{% if on %}1{% else %}{{ (undefined) | tojson }}{% endif %},'
        '"gap":{{ (null) | tojson }}}'
    )
    assert built(file_of(template), ROWS)["children"][0].get("border") is None


def mapped(body: str, item: str = "row", rows_of: str = "rows") -> str:
    return (
        "{%- set _c -%}{%-for " + item + " in " + rows_of + " -%}," + body + "{%-endfor-%}{%- endset -%}"
        "{{- (_c[1:] if _c and _c[0] == ',' else _c) -}}"
    )


def test_the_index_of_a_map_is_counted_with_the_name_that_the_jsx_gives_it() -> None:
    template = card(mapped('{"type":"Text","value":{{ (((position + 1)) ~ row.id) | tojson }}}'))
    view = "<Card>{rows.map((row, position) => (<Text value={`${position + 1}${row.id}`} />))}</Card>"
    assert values_of(file_of(template, encodedWidget=encode(ROWS, {"view": view})), ROWS) == ["1a", "2b"]


def test_the_index_of_an_outer_map_is_the_outer_one_within_an_inner_map() -> None:
    inner = mapped('{"type":"Text","value":{{ (i ~ "." ~ j) | tojson }}}', "part", "row.parts")
    view = "rows.map((row, i) => row.parts.map((part, j) => <Text/>))"
    content = file_of(card(mapped('{"type":"Row","children":[' + inner + "]}")), jsonSchema={})
    content = json.dumps({**json.loads(content), "encodedWidget": encode({}, {"view": view})}).encode()
    tree = built(content, {"rows": [{"parts": [1]}, {"parts": [1, 2]}]})
    assert [[part["value"] for part in row["children"]] for row in tree["children"]] == [["0.0"], ["1.0", "1.1"]]


def test_an_index_is_counted_without_jsx_too_but_never_over_data_that_has_it() -> None:
    content = file_of(card(mapped('{"type":"Text","value":{{ (index ~ "") | tojson }}}')))
    assert values_of(content, ROWS) == ["0", "1"]
    assert built(content, {**ROWS, "index": 7}) == built_by_sdk(content, {**ROWS, "index": 7})


@pytest.mark.parametrize("name", ["items", "values", "keys", "count", "index", "copy", "get"])
def test_a_property_with_the_name_of_a_method_is_the_property(name: str) -> None:
    content = file_of(
        card(mapped('{"type":"Text","value":{{ (one) | tojson }}}', "one", f"order.{name}")), jsonSchema={}
    )
    assert values_of(content, {"order": {name: ["a", "b"]}}) == ["a", "b"]


def test_a_method_stays_a_method_where_it_is_called() -> None:
    content = file_of(text("order.items() | list | string"), jsonSchema={})
    data = {"order": {"items": ["a"]}}
    assert built(content, data) == built_by_sdk(content, data)


def test_keys_that_are_numbers_and_children_that_are_none_are_as_in_react() -> None:
    children = '{"type":"Text","key":{{ (loop.index0) | tojson }},"value":{{ (row.id) | tojson }}},null,[null,false]'
    tree = built(file_of(card(mapped(children))), ROWS)
    assert [(node["key"], node["value"]) for node in tree["children"]] == [("0", "a"), ("1", "b")]


def test_optional_data_that_is_missing_is_not_there() -> None:
    cases = '{%-if (cc and ((cc | length) > 0)) -%},{"type":"Text","value":"cc"}{%-else-%}{%-endif-%}'
    notes = mapped('{"type":"Badge","label":"x"{%-if row.note -%},"color":"red"{%-endif-%}}')
    content = file_of(card('{"type":"Text","value":{{ (title) | tojson }}}' + cases + "," + notes))
    assert values_of(content, ROWS) == ["Trip <1>", None, None]
    assert values_of(content, {**ROWS, "cc": ["a"]}) == ["Trip <1>", "cc", None, None]
    null = file_of(card('{"type":"Text","value":{{ (title) | tojson }},"color":{{ (rows[0].note) | tojson }}}'))
    assert built(null, ROWS)["children"][0].get("color") is None


def test_a_name_that_neither_the_data_nor_the_schema_has_is_an_error_with_its_name() -> None:
    with pytest.raises(WidgetError, match="'titel' is undefined"):
        built(file_of(text("titel")), ROWS)
    with pytest.raises(WidgetError, match="no attribute 'nam'"):
        built(file_of(text("rows[0].nam")), ROWS)
    with pytest.raises(WidgetError, match="'totl' is undefined"):
        built(file_of(text("totl + 1")), ROWS)


@pytest.mark.parametrize(
    "children",
    [
        '{"type":"Text","value":"a"},{"type":"Text","value":"b"},',
        ',{"type":"Text","value":"a"},{"type":"Text","value":"b"}',
        '{"type":"Text","value":"a"},{% if cc %}{"type":"Text","value":"c"}{% endif %},{"type":"Text","value":"b",}',
        '{"type":"Text","value":"a","truncate":{{ on }}},{"type":"Text","value":"b","color":{{ none }}}',
        '{"type":"Text","value":"a","color":undefined},{"type":"Text","value":"b","maxLines":1.0}',
    ],
)
def test_commas_that_are_too_many_and_words_of_other_languages_are_mended(children: str) -> None:
    assert values_of(file_of(card(children)), ROWS) == ["a", "b"]


def test_a_text_is_not_touched_by_that() -> None:
    assert values_of(file_of(card('{"type":"Text","value":",] True, None,}"},')), ROWS) == [",] True, None,}"]


def test_what_is_no_json_is_named_with_the_place() -> None:
    with pytest.raises(WidgetError, match=r"does not render to JSON.*oops"):
        built(file_of(card('{"type":"Text","value":oops oops}')), ROWS)


def test_a_number_beside_a_text_is_added_as_in_javascript() -> None:
    assert values_of(file_of(text("'Total: ' + 3.0 + '/' + price")), ROWS) == ["Total: 3/12.5"]


DISAGREEING = {
    "type": "object",
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "label": {"type": "string"}},
                "required": ["id", "label"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["items"],
    "additionalProperties": False,
}


def test_a_schema_that_disagrees_refuses_nothing_that_the_template_needs() -> None:
    template = card(mapped('{"type":"Text","value":{{ (item.name ~ heading) | tojson }}}', "item", "items"))
    content = file_of(template, jsonSchema=DISAGREEING)
    data = {"items": [{"id": "a", "name": "Ann"}], "heading": "!"}
    assert built(content, data) == built_by_sdk(content, data)
    with pytest.raises(WidgetError, match="'more'"):
        built(content, {**data, "more": 1})
    with pytest.raises(WidgetError, match="'items' is a required property"):
        built(content, {"heading": "!"})


def problems(content: bytes) -> list[str]:
    return [str(problem) for problem in check(LIBRARY, "try.widget", content, None)]


def test_the_check_names_the_variable_that_the_schema_and_the_sample_do_not_have() -> None:
    template = card(mapped('{"type":"Text","value":{{ (item.name) | tojson }}}', "item", "items"))
    sample = {"items": [{"id": "a", "label": "Ann"}]}
    [problem] = problems(file_of(template, jsonSchema=DISAGREEING, encodedWidget=encode(sample)))
    assert "it uses 'item.name', which jsonSchema does not describe" in problem
    assert "the template does not use 'id', 'label'" in problem
    assert "notice" not in problem


def test_a_file_without_sample_data_and_a_schema_that_is_too_short_pass_with_a_notice(tmp_path: Path) -> None:
    content = file_of(text("more ~ title"), outputJsonPreview={"type": "Card", "children": []})
    (tmp_path / "a.widget").write_bytes(content)
    result = CliRunner().invoke(cli, ["widgets", "check", "--folder", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "notice: template: it uses 'more'" in result.output
    assert "1 widget checked, 0 problems, 1 notice." in result.output
    listed = CliRunner().invoke(cli, ["widgets", "list", "--folder", str(tmp_path)])
    assert listed.exit_code == 0
    assert "Try" in listed.output


def test_the_preview_is_checked_too_where_sample_data_is_missing() -> None:
    content = file_of(text("title"), outputJsonPreview={"type": "Card", "children": [{"type": "Txt"}]})
    (problem,) = problems(content)
    assert "children[0]: there is no node type 'Txt' here" in problem


@pytest.mark.parametrize(
    "template",
    [
        "{% set ns = namespace(x=['x']) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set a = [1] %}" + "{% set a = [a, a] %}" * 60 + "{{ a | tojson }}",
        "{% set a = [1] %}" + "{% set _ = a.extend(a) %}" * 60,
        "{% set a = [1] %}" + "{% set b = [] %}{% set _ = b.append(a) %}{% set _ = b.append(a) %}{% set a = b %}" * 60,
        "{% macro m(a) %}{% if a == 1 %}{% endif %}{{ m([a, a]) }}{% endmacro %}{{ m([1]) }}",
        "{% set t = 'x' * 9000 %}{{ t.replace('x', t) }}",
        "{% set t = 'x' * 9000 %}{{ t | replace('x', t) }}",
        "{% set t = 'x' * 9000 %}{{ ('{0}' * 900).format(t) }}",
        "{% set t = 'x' * 9000 %}{{ ('%(t)s' * 900) % {'t': t} }}",
        "{% set t = 'x' * 9000 %}{{ t.join(range(900) | map('string')) }}",
        "{{ 'x'.ljust(99999999) }}",
        "{{ 'x' | indent(99999999) }}",
        "{{ [1] | batch(99999999, 'x') | list }}",
        "{{ [1] | tojson(indent=99999999) }}",
        "{{ '{:>99999999}'.format(1) }}",
        "{{ '{:{w}}'.format(1, w=99999999) }}",
        "{{ '%*d' % (99999999, 1) }}",
        "{{ (1).to_bytes(999999999, 'big') }}",
        "{{ 'x'.encode().zfill(999999999) }}",
        "{{ 'x'.translate({120: 'x' * 9000}) }}",
        "{{ lipsum(99999999) }}",
        "{{ [0] * 99999999 }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ joiner.__class__ }}",
        "{{ cycler.next.__globals__ }}",
        "{{ (rows | map(attribute='__class__') | list)[0] }}",
        "{{ title | attr('__class__') }}",
        "{{ '{0.__class__}'.format(title) }}",
        "{{ '{0[id].__class__}'.format(rows[0]) }}",
    ],
)
def test_the_builtins_do_no_harm(template: str) -> None:
    with pytest.raises(WidgetError) as caught:
        built(file_of(template), ROWS)
    assert caught.value.path == "template"
