"""`chatkit-link widgets new | list | check | render`: what is wrong is named by file, line and path."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chatkit_link.cli.program import cli
from chatkit_link.errors import ConfigurationError, LinkError, Unprocessable
from chatkit_link.resources import resource
from chatkit_link.widgets.templates import WidgetLibrary
from chatkit_link.workshop.checking import check
from chatkit_link.workshop.folder import WidgetFolder, encode, new_widget, write_out
from chatkit_link.workshop.problems import WidgetProblem
from chatkit_link.workshop.screenshot import find_chromium

LIBRARY = WidgetLibrary(resource("widgets"))


def problems(template: str, *, known: frozenset[str] | None = frozenset(), **changes: Any) -> list[WidgetProblem]:
    definition = {
        "version": "1.0",
        "name": "Try",
        "template": template,
        "jsonSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
        "encodedWidget": encode({"text": "x"}),
        **changes,
    }
    return check(LIBRARY, "try.widget", write_out(definition), known)


def card(*children: Any) -> str:
    return json.dumps({"type": "Card", "children": children})


def test_the_bundled_widgets_pass_the_command() -> None:
    result = CliRunner().invoke(cli, ["widgets", "check", "--folder", str(resource("widgets"))])
    assert result.exit_code == 0, result.output
    assert "0 problems" in result.output


def test_a_new_widget_is_listed_right_and_rendered_with_data_from_a_file(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli, ["widgets", *arguments, "--folder", str(tmp_path)])
        assert result.exit_code == 0, result.output
        return result.output

    run("new", "order-state")
    assert "Order state" in run("list")
    run("check")
    data = tmp_path / "data.json"
    data.write_text('{"title": "Shipped", "text": "On Friday"}')
    assert json.loads(run("render", "order-state", "--data", str(data)))["children"][0]["value"] == "Shipped"


def test_a_problem_ends_the_command_with_its_file_line_and_path(tmp_path: Path) -> None:
    wrong = json.loads(new_widget("wrong")) | {"template": card({"type": "Icon", "name": "glob"})}
    (tmp_path / "wrong.widget").write_bytes(write_out(wrong))
    result = CliRunner().invoke(cli, ["widgets", "check", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{tmp_path}/wrong.widget:4: children[0].name: there is no icon 'glob'" in result.output


def test_the_command_lists_all_problems_of_a_file_with_their_places_in_the_template(tmp_path: Path) -> None:
    template = '{"type":"Card","children":[\n{"type":"Icon","name":"glob"},\n{"type":"Buton"}\n]}'
    wrong = json.loads(new_widget("wrong")) | {
        "template": template,
        "jsonSchema": {"properties": {"a": {"type": "txt"}}},
    }
    (tmp_path / "wrong.widget").write_bytes(write_out(wrong))
    result = CliRunner().invoke(cli, ["widgets", "check", "--folder", str(tmp_path)])
    assert "1 widget checked, 3 problems." in result.output
    for part in (
        "there is no icon 'glob'; the nearest are globe, lab (line 2, column 23 of the template)",
        "there is no node type 'Buton' here: did you mean Button? (line 3, column 9 of the template)",
        "wrong.widget:8: jsonSchema.properties.a.type: there is no type 'txt'",
    ):
        assert part in result.output
    listed = json.loads(CliRunner().invoke(cli, ["widgets", "check", "--folder", str(tmp_path), "--json"]).output)
    assert listed["problems"][0]["place"] == {
        "text": "template",
        "line": 2,
        "column": 23,
        "end_line": 2,
        "end_column": 29,
    }


@pytest.mark.parametrize(
    ("found", "line", "path", "reason"),
    [
        (problems("x", version="9"), 2, "version", "1.0"),
        (
            problems('{"type":"Card",\n"children":[{{ text | nothing }}]}'),
            4,
            "template",
            "(line 2, column 23 of the template)",
        ),
        (
            problems('{"type":"Card",\n\n"children":[{{ text.a.b }}]}'),
            4,
            "template",
            "(line 3, column 21 of the template)",
        ),
        (problems(card(), jsonSchema={"type": "wrong"}), 6, "jsonSchema.type", "wrong"),
        (problems(card(), encodedWidget=encode({"text": 1})), 13, "data.text", "not of type 'string'"),
        (problems(card("{{ text }}"), encodedWidget="?"), 13, "encodedWidget", "no sample data"),
        (problems(card({"type": "Buton"})), 4, "children[0]", "'Buton'"),
        (problems(card({"type": "Button", "onClickAction": {"type": "buy"}})), 4, "children[0].onClickAction", "'buy'"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_path(found: list[WidgetProblem], line: int, path: str, reason: str) -> None:
    assert len(found) == 1
    assert (found[0].line, found[0].path) == (line, path)
    assert reason in str(found[0])


def test_json_that_does_not_parse_is_named_by_its_line() -> None:
    [problem] = check(LIBRARY, "try.widget", b'{\n "version": "1.0"\n oops }', frozenset())
    assert problem.line == 3


def test_a_variable_that_the_schema_does_not_have_is_named_even_where_the_sample_has_it() -> None:
    [problem] = problems('{"type":"Card","children":[{{ more }}]}', encodedWidget=encode({"more": ""}))
    assert "'more'" in problem.reason


def test_an_action_for_the_page_or_that_an_agent_answers_is_no_problem() -> None:
    buttons = [
        {"type": "Button", "onClickAction": {"type": "open", "handler": "client"}},
        {"type": "Button", "onClickAction": {"type": "buy"}},
    ]
    assert not problems(card(*buttons), known=frozenset({"buy"}))


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(999) %}{% for b in range(999) %}{% for c in range(9) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for a in range(500) %}{% for b in range(500) %}{{ '12345678901234567890' }}{% endfor %}{% endfor %}",
    ],
    ids=["loops without end", "macros without end", "recursion", "5 MB"],
)  # fmt: skip
def test_a_template_without_end_is_refused_with_a_message(template: str) -> None:
    [problem] = problems(template)
    assert problem.path == "template"
    assert any(part in problem.reason for part in ("takes longer than 1 s", "more than 512000", "recursion"))


#: An invalid file, and a part of the message about it.
BAD_FILES: dict[str, tuple[dict[str, Any], str]] = {
    "endless": ({"template": "{% for a in range(999) %}" * 3 + "{% endfor %}" * 3}, "takes longer than 1 s"),
    "large": ({"template": "{% for a in range(500) %}" * 2 + "x" * 20 + "{% endfor %}" * 2}, "more than 512000"),
    "schema": ({"jsonSchema": {"type": "wrong"}}, "jsonSchema"),
    "data": ({"encodedWidget": encode({"title": 1, "text": ""})}, "1 is not of type 'string'"),
}


@pytest.fixture
def bad_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "widgets"
    folder.mkdir()
    for name, (change, _) in BAD_FILES.items():
        (folder / f"{name}.widget").write_bytes(write_out(json.loads(new_widget(name)) | change))
    (folder / "torn.widget").write_text('{"version": "1.0", "template')
    (folder / "good.widget").write_bytes(new_widget("good"))
    return folder


def test_one_bad_file_does_not_stop_the_command_from_checking_the_others(bad_folder: Path) -> None:
    result = CliRunner().invoke(cli, ["widgets", "check", "--folder", str(bad_folder)])
    assert result.exit_code == 1
    assert "6 widgets checked, 5 problems." in result.output
    for name, (_, part) in {**BAD_FILES, "torn": ({}, "not JSON")}.items():
        [line] = [line for line in result.output.splitlines() if f"/{name}.widget:" in line]
        assert part in line
    listed = CliRunner().invoke(cli, ["widgets", "list", "--folder", str(bad_folder)])
    assert listed.exit_code == 1
    assert "Good" in listed.output


@pytest.mark.parametrize("name", [*BAD_FILES, "torn", "missing", "../outside", "/etc/passwd"])
def test_what_cannot_be_rendered_is_refused_with_a_message(bad_folder: Path, name: str) -> None:
    (bad_folder.parent / "outside.widget").write_bytes(new_widget("outside"))
    message = refusal("widgets", "render", name, "--folder", str(bad_folder))
    part = BAD_FILES[name][1] if name in BAD_FILES else "not JSON" if name == "torn" else "there is no such file"
    assert part in message


@pytest.mark.parametrize(("data", "part"), [("[1]", "JSON object"), ("{", "cannot be read"), ('{"title": 1}', "title")])
def test_data_that_does_not_fit_is_refused_with_a_message(bad_folder: Path, data: str, part: str) -> None:
    file = bad_folder / "data.json"
    file.write_text(data)
    assert part in refusal("widgets", "render", "good", "--folder", str(bad_folder), "--data", str(file))


def test_a_new_widget_outside_of_the_folder_is_refused_with_a_message(bad_folder: Path) -> None:
    assert "it is a file in widgets/" in refusal("widgets", "new", "../outside", "--folder", str(bad_folder))
    assert not (bad_folder.parent / "outside.widget").exists()


@pytest.mark.browser
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium")
def test_a_picture_that_cannot_be_written_is_refused_with_a_message(bad_folder: Path) -> None:
    png = bad_folder / "nowhere" / "good.png"
    message = refusal("widgets", "render", "good", "--folder", str(bad_folder), "--png", str(png))
    assert "cannot be written" in message


def refusal(*arguments: str) -> str:
    """The error message of the program, which ends with status 2 (`main` of the command line)."""
    error = CliRunner().invoke(cli, list(arguments)).exception
    assert isinstance(error, ConfigurationError | LinkError), repr(error)
    return str(error)


def test_a_schema_that_points_elsewhere_is_not_fetched() -> None:
    [problem] = problems(card(), jsonSchema={"$ref": "http://127.0.0.1:1/schema.json"})
    assert "leads nowhere in this file" in problem.reason


@pytest.mark.parametrize("name", ["../out", "a/b", "a\\b", "", ".", "..", "a..b", "/etc/passwd", "a\x00b", "x" * 200])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = WidgetFolder(tmp_path / "widgets")
    for attempt in (lambda: folder.read(name), lambda: folder.write(name, b"{}", over=None)):
        with pytest.raises(Unprocessable, match="widgets/"):
            attempt()
    assert not list(tmp_path.rglob("*.widget"))


def test_a_link_out_of_the_folder_is_neither_read_nor_written(tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text("mine")
    (tmp_path / "widgets").mkdir()
    (tmp_path / "widgets" / "link.widget").symlink_to(outside)
    folder = WidgetFolder(tmp_path / "widgets")
    assert folder.names() == []
    for attempt in (lambda: folder.read("link"), lambda: folder.write("link", b"{}", over=None)):
        with pytest.raises(Unprocessable, match="leads out of"):
            attempt()
    assert outside.read_text() == "mine"
