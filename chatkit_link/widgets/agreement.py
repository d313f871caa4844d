"""Where a template and the schema beside it disagree.

The SDK builds a template with whatever data it gets and never looks at the schema. So data that the template needs, or
does without, is not refused for a schema that says otherwise.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from jinja2 import nodes
from jsonschema.exceptions import ValidationError

_METHODS = frozenset({"items", "keys", "values", "get", "index", "count", "split", "strip", "upper", "lower", "title"})


def described_names(schema: Any) -> frozenset[str]:
    """The names of all properties, at any depth."""
    return frozenset(name for properties in _parts(schema, "properties") for name in cast("dict[str, Any]", properties))


def required_names(schema: Any) -> frozenset[str]:
    """The names that it requires, at any depth."""
    return frozenset(str(name) for names in _parts(schema, "required") for name in cast("list[Any]", names))


def undescribed_names(parsed: nodes.Template, variables: frozenset[str], schema: dict[str, Any]) -> dict[str, str]:
    """Each name that a template takes from its data and that the schema does not have, to how the template writes it.

    Nothing where the schema does not describe its properties, and no property of an object where one of its objects may
    have any.
    """
    root = schema.get("properties")
    if not isinstance(root, dict):
        return {}
    found = {name: name for name in sorted(variables - cast("dict[str, Any]", root).keys())}
    if any(_is_open(part) for part in _objects(schema)):
        return found
    known = described_names(schema) | _METHODS
    for node, name in _properties(parsed, variables):
        # Only the first of a path: `a.b.c` is about b where that is not described.
        owner = _name(node.node)
        if name not in known and (owner is None or owner in known):
            found.setdefault(name, _written(node))
    return found


def is_excused(problem: ValidationError, undescribed: frozenset[str], unused: frozenset[str]) -> bool:
    """Whether data breaks a rule of the schema only where the template does not keep to it.

    undescribed: names that the template uses in spite of the schema. unused: required ones that it does not use.
    """
    branches: list[ValidationError] = list(problem.context or [])
    if branches:
        paths = {error.schema_path[0] for error in branches}
        return any(
            all(is_excused(error, undescribed, unused) for error in branches if error.schema_path[0] == path)
            for path in paths
        )
    instance: Any = problem.instance
    if not isinstance(instance, dict):
        return False
    given = {str(name) for name in cast("dict[Any, Any]", instance)}
    rule: Any = problem.validator_value
    if problem.validator == "required":
        return {str(name) for name in rule} - given <= unused
    if problem.validator == "additionalProperties" and rule is False:
        allowed: Any = cast("dict[str, Any]", problem.schema).get("properties") or {}
        return given - set(allowed) <= undescribed
    return False


def is_mentioned(name: str, template: str) -> bool:
    """Whether a name stands in the text of a template."""
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", template) is not None


def _parts(schema: Any, key: str) -> Iterator[Any]:
    wanted = dict if key == "properties" else list
    if isinstance(schema, list):
        for part in cast("list[Any]", schema):
            yield from _parts(part, key)
    elif isinstance(schema, dict):
        found = cast("dict[str, Any]", schema)
        if isinstance(part := found.get(key), wanted):
            yield part
        for name, part in found.items():
            if name in ("properties", "$defs", "definitions", "patternProperties") and isinstance(part, dict):
                for inner in cast("dict[str, Any]", part).values():
                    yield from _parts(inner, key)
            elif name not in ("enum", "const", "default", "examples"):
                yield from _parts(part, key)


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema, the whole first."""
    if isinstance(schema, list):
        for part in cast("list[Any]", schema):
            yield from _objects(part)
    elif isinstance(schema, dict):
        found = cast("dict[str, Any]", schema)
        yield found
        for part in found.values():
            yield from _objects(part)


def _is_open(part: dict[str, Any]) -> bool:
    """Whether an object may have properties that are not described."""
    if isinstance(part.get("additionalProperties"), dict) or "patternProperties" in part or "$ref" in part:
        return True
    return part.get("type") == "object" and not part.get("properties") and part.get("additionalProperties") is not False


def _properties(parsed: nodes.Template, variables: frozenset[str]) -> Iterator[tuple[nodes.Getitem, str]]:
    """The properties that are read of the data, with their names."""
    of_data = set(variables)
    for _ in range(8):  # a loop over what a loop is over
        before = len(of_data)
        for loop in parsed.find_all(nodes.For):
            if _root(loop.iter) in of_data and isinstance(loop.target, nodes.Name):
                of_data.add(loop.target.name)
        if len(of_data) == before:
            break
    for node in parsed.find_all(nodes.Getitem):
        if (name := _name(node)) and _root(node) in of_data:
            yield node, name


def _name(node: nodes.Node) -> str | None:
    """Of a property that is read by name."""
    match node:
        case nodes.Getitem(arg=nodes.Const(value=str() as name)):
            return name
        case nodes.Filter(node=nodes.Node() as owner):
            return _name(owner)
        case _:
            return None


def _root(node: nodes.Node | None) -> str | None:
    while isinstance(node, nodes.Getitem | nodes.Getattr | nodes.Filter):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else None


def _written(node: nodes.Node | None) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getitem(node=owner, arg=nodes.Const(value=str() as name)):
            return f"{_written(owner)}.{name}"
        case nodes.Getitem(node=owner):
            return f"{_written(owner)}[]"
        case nodes.Filter(node=owner):
            return _written(owner)
        case _:
            return ""
