"""What pydantic finds wrong with the props of a node, in words: one message for each place.

A prop is often a union, and pydantic has an error for each of its branches. The branch that the value fits best is the
one that was meant; of branches that it fits alike, the message names all.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chatkit_link.widgets.template_tokens import nearest

_KINDS: Final[Mapping[str, str]] = {
    "string_type": "a text", "bool_type": "true or false", "bool_parsing": "true or false",
    "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number", "list_type": "a list", "dict_type": "an object", "model_type": "an object",
    "model_attributes_type": "an object", "none_required": "null",
}  # fmt: skip


def words_of(error: ValidationError, props: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Path in the props, value there and message for each place that is wrong."""
    by_prop: dict[str, list[tuple[str, Any, ErrorDetails]]] = {}
    for one in error.errors(include_url=False):
        at, value = _place(props, one)
        by_prop.setdefault(str(one["loc"][0]) if one["loc"] else "", []).append((at, value, one))
    for found in by_prop.values():
        depth = max(_depth(at) for at, _, _ in found)
        by_place: dict[str, list[tuple[str, Any, ErrorDetails]]] = {}
        for one in found:
            if _depth(one[0]) == depth:
                by_place.setdefault(one[0], []).append(one)
        for at, alike in by_place.items():
            yield at, alike[0][1], _words(at, [details for _, _, details in alike], alike[0][1])


def _depth(at: str) -> int:
    return at.count(".") + at.count("[")


def _words(at: str, errors: list[ErrorDetails], value: Any) -> str:
    if any(one["type"] == "missing" for one in errors):
        return f"{errors[0]['loc'][-1]!r} is required"
    words: list[str] = []
    kinds: list[str] = []
    for one in errors:
        if one["type"] in ("literal_error", "enum"):
            expected = str(one.get("ctx", {}).get("expected", ""))
            words += [word.strip("' ") for word in expected.replace(" or ", ", ").split(", ")]
        elif kind := _KINDS.get(one["type"]):
            kinds.append(kind)
        else:
            return str(one["msg"])
    allowed = list(dict.fromkeys([*map(repr, words), *kinds]))
    meant = nearest(value, words) if isinstance(value, str) else ""
    name = repr(at.rpartition(".")[2]) if at else "it"
    return f"{name} must be {_either(allowed)}, not {_written(value)}{meant}"


def _either(allowed: list[str]) -> str:
    return allowed[0] if len(allowed) == 1 else f"{', '.join(allowed[:-1])} or {allowed[-1]}"


def _written(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return repr(value[:80]) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _place(props: Any, error: ErrorDetails) -> tuple[str, Any]:
    """The path in the properties and the value there: pydantic puts the names of union branches in between."""
    at, value = "", props
    for step, part in enumerate(error["loc"]):
        missing = error["type"] == "missing" and step == len(error["loc"]) - 1
        if isinstance(value, dict) and (part in value or missing):
            at, value = f"{at}.{part}", cast("dict[Any, Any]", value).get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(cast("list[Any]", value)):
            at, value = f"{at}[{part}]", cast("list[Any]", value)[part]
    return at, cast("Any", value)
