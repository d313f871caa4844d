"""Mistakes in the schema and in the data: where they are not JSON, no schema, or do not fit each other."""

from collections.abc import Iterator
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema import exceptions as jsonschema_exceptions
from jsonschema.exceptions import ValidationError as DataError
from referencing import Registry
from referencing.exceptions import Unresolvable

from chatkit_link.widgets import json_text
from chatkit_link.widgets.template_tokens import nearest
from chatkit_link.workshop.problems import Place, Text

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
_best_match = cast("Any", jsonschema_exceptions).best_match
_META: Any = cast("Any", Draft202012Validator).META_SCHEMA


def json_problems(text: Text) -> Iterator[tuple[str, Place]]:
    """Message and place for each mistake of a text that has to be a JSON object."""
    located, mistakes = json_text.read(text.text)
    for mistake in mistakes:
        yield f"not JSON: {mistake.reason}", text.place(mistake.span)
    if located is not None and not mistakes and not isinstance(located.value, dict):
        yield "must be a JSON object", text.place(located.span)


def schema_problems(schema: Any) -> Iterator[tuple[list[str | int], str]]:
    """Path and message for each part that is no JSON Schema."""
    try:
        for error in _errors(_META, schema):
            deepest = cast("DataError", _best_match([error]))
            path = list(error.absolute_path)
            yield path, _about_schema(path, deepest)
    except RecursionError:
        yield [], "it is nested too deeply"


def misfits(schema: Any, data: Any) -> Iterator[DataError]:
    """Where the data does not fit a schema."""
    try:
        yield from _errors(schema, data)
    except (Unresolvable, RecursionError):
        return


def data_place(text: Text, error: DataError) -> Place | None:
    """Where the data does not fit: a name that is too many, an object that lacks one, or the value."""
    path = list(error.absolute_path)
    instance: Any = error.instance
    if error.validator == "additionalProperties" and isinstance(instance, dict):
        allowed: Any = cast("dict[str, Any]", error.schema).get("properties") or {}
        extra = next((str(name) for name in cast("dict[Any, Any]", instance) if name not in allowed), None)
        return text.of(path, member=extra)
    return text.of(path)


def _about_schema(path: list[str | int], error: DataError) -> str:
    written: Any = error.instance
    if path and path[-1] == "type" and isinstance(written, str) and written not in _TYPES:
        return f"there is no type {written!r}{nearest(written, _TYPES)}; it is one of {', '.join(_TYPES)}"
    return error.message[:300]


def _errors(schema: Any, instance: Any) -> Iterator[DataError]:
    # An empty registry: a $ref to an address elsewhere is an error, not a request. The meta-schema knows its own parts.
    validator: Any = (
        Draft202012Validator(schema) if schema is _META else Draft202012Validator(schema, registry=Registry())
    )
    return cast("Iterator[DataError]", validator.iter_errors(instance))
