"""Sample data that is made of a schema is data that the schema takes."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chatkit_link.widgets.sample_data import sample_of

TEXT = {"type": "string"}


def properties(**given: Any) -> dict[str, Any]:
    return {"type": "object", "properties": given, "required": list(given), "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        (properties(name=TEXT), {"name": "Name"}),
        (properties(order_id=TEXT, open=True), {"order_id": "Order id", "open": "Open"}),
        (properties(state={"enum": ["open", "closed"]}), {"state": "open"}),
        (properties(size={"const": "xl"}), {"size": "xl"}),
        (properties(at={"type": "string", "format": "date-time"}), {"at": "2026-01-31T12:00:00Z"}),
        (properties(code={"type": "string", "minLength": 6, "maxLength": 6}), {"code": "Code.."}),
        (properties(n={"type": "integer", "minimum": 5}), {"n": 5}),
        (properties(n={"type": "number", "exclusiveMaximum": 0}), {"n": -1}),
        (properties(n={"type": "integer", "multipleOf": 10, "minimum": 15}), {"n": 20}),
        (properties(of={"type": "array", "items": TEXT, "minItems": 3}), {"of": ["Of", "Of", "Of"]}),
        (properties(of={"type": ["null", "string"]}), {"of": "Of"}),
        (properties(of={"anyOf": [{"type": "null"}, {"type": "boolean"}]}), {"of": True}),
        (properties(row=properties(team=TEXT, won={"type": "boolean"})), {"row": {"team": "Team", "won": True}}),
        ({"$defs": {"Row": properties(team=TEXT)}, **properties(row={"$ref": "#/$defs/Row"})},
         {"row": {"team": "Team"}}),
        ({"allOf": [{"type": "object"}, {"properties": {"a": TEXT}, "required": ["a"]}]}, {"a": "A"}),
        (properties(name=TEXT) | {"examples": [{"name": "Ada"}]}, {"name": "Ada"}),
        (properties(name=TEXT | {"default": "Bob"}), {"name": "Bob"}),
        ({"type": "object", "required": ["x"]}, {"x": "X"}),
    ],
)  # fmt: skip
def test_it_is_made_of_what_the_schema_says_and_is_valid(schema: dict[str, Any], made: dict[str, Any]) -> None:
    assert sample_of(schema) == made
    Draft202012Validator(schema).validate(made)  # pyright: ignore[reportUnknownMemberType] - jsonschema's types


def test_a_schema_that_refers_to_itself_ends() -> None:
    node = {"type": "object", "properties": {"label": TEXT, "below": {"$ref": "#"}}}
    made = sample_of(node)
    assert made is not None
    assert made["below"]["label"] == "Label"


def test_a_schema_of_which_endless_data_could_be_made_ends_soon() -> None:
    wide = {"type": "object", "properties": {f"p{number}": {"$ref": "#"} for number in range(50)}}
    assert len(str(sample_of(wide))) < 20_000


@pytest.mark.parametrize(
    "part",
    [
        {"allOf": [{"$ref": "#"}]},
        {"oneOf": [{"$ref": "#"}]},
        {"$ref": "#/$defs/0", "$defs": {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 9} for n in range(9)}},
    ],
)
def test_parts_that_refer_to_each_other_without_an_end_end_soon(part: dict[str, Any]) -> None:
    assert len(str(sample_of(properties(name=TEXT) | part))) < 100


@pytest.mark.parametrize("limit", [{"minimum": 1e400}, {"minimum": 10**400}, {"multipleOf": 5e-324}])
def test_a_number_that_no_machine_has_is_none_to_stumble_over(limit: dict[str, Any]) -> None:
    assert sample_of(properties(n={"type": "number", **limit})) == {"n": 1}


@pytest.mark.parametrize("schema", [{}, {"type": "string"}, {"type": "array", "items": TEXT}])
def test_what_describes_no_object_has_none(schema: dict[str, Any]) -> None:
    assert sample_of(schema) is None
