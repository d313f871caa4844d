"""A JSON Schema as TypedDicts.

A TypedDict expresses less than a JSON Schema. What it cannot express (a pattern, a range, how parts of a schema
combine) is left out, so that a type does not refuse what the schema accepts. One exception is intended: where a schema
does not mention further properties, its type has none, so that a misspelt name is found.
"""

import json
import re
import textwrap
from collections.abc import Iterable
from keyword import iskeyword
from typing import Any, cast

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_ANYTHING = "Mapping[str, Any]"
# An object with these may have properties that its own `properties` do not name.
_OPENING = frozenset("$dynamicRef $ref allOf anyOf dependentSchemas if oneOf patternProperties".split())


class TypedDicts:
    """Appends the classes of one schema to ``blocks``, each after those that it names.

    taken: names that no class may have. ``root``: the type of the data.
    """

    def __init__(self, schema: dict[str, Any], name: str, taken: set[str], blocks: list[str]) -> None:
        self._taken = taken
        self._blocks = blocks
        self._registry: Registry[Any] = Registry[Any]().with_resource("", DRAFT202012.create_resource(schema))
        self._named: dict[int, str] = {}  # by identity of the schema
        self._known: dict[str, str] = {}  # by $ref
        self._following: list[str] = []
        self._open: list[str] = []  # started, and not yet written
        self._prefix = _camel(name)
        data = self._of(schema, self._prefix)
        self.root = data if set(data.split(" | ")) <= set(self._named.values()) else _ANYTHING

    def _of(self, schema: Any, name: str) -> str:
        """The type of what the schema accepts. name: of the class, if it becomes one."""
        if not isinstance(schema, dict):
            return "Never" if schema is False else "Any"
        schema = cast("dict[str, Any]", schema)
        if "const" in schema or "enum" in schema:
            return _values(schema.get("enum", [schema.get("const")]))
        if "properties" not in schema:
            if "$ref" in schema:
                return self._of_ref(schema["$ref"])
            parts = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if parts and len(schema.get("allOf", ())) < 2:  # two types at once is nothing that can be written
                return _union([self._of(part, name) for part in parts])
        types = schema.get("type", "object" if "properties" in schema else [])
        return _union([self._of_type(one, schema, name) for one in ([types] if isinstance(types, str) else types)])

    def _of_type(self, json_type: str, schema: dict[str, Any], name: str) -> str:
        if json_type in _PLAIN:
            return _PLAIN[json_type]
        if json_type == "array":
            return f"list[{self._of('prefixItems' in schema or schema.get('items', True), f'{name}Item')}]"
        more = schema.get("additionalProperties", True)
        if "properties" in schema or (more is False and not _OPENING & schema.keys()):
            return self._named.get(id(schema)) or self._class(schema, name)
        return f"Mapping[str, {'Any' if _OPENING & schema.keys() else self._of(more, f'{name}Value')}]"

    def _of_ref(self, ref: str) -> str:
        if ref not in self._known:
            if self._following.count(ref) > 1:  # it leads to itself, and to no object on the way
                return "Any"
            self._following.append(ref)
            try:
                target = self._registry.resolver().lookup(ref).contents
                self._known[ref] = self._of(target, self._prefix + _camel(ref.rpartition("/")[2]))
            except Unresolvable:  # rendering reports it
                return "Any"
            finally:
                self._following.pop()
        return self._known[ref]

    def _class(self, schema: dict[str, Any], wanted: str) -> str:
        """Writes the TypedDict of an object, and returns its name: from its title, or from its place in the schema."""
        if self._open and isinstance(title := schema.get("title"), str):
            wanted = self._prefix + _camel(title)
        name = next(name for n in range(1, 9999) if (name := f"{wanted}{n if n > 1 else ''}") not in self._taken)
        self._taken.add(name)
        self._named[id(schema)] = name
        self._open.append(name)
        properties = cast("dict[str, Any]", schema.get("properties", {}))
        required = cast("list[str]", schema.get("required", []))
        described = {key: True for key in required if key not in properties} | properties
        described = {key: value for key, value in described.items() if value is not False}
        types = {key: self._of_field(value, name + _camel(key)) for key, value in described.items()}
        fields = {key: text if key in required else f"NotRequired[{text}]" for key, text in types.items()}
        notes = {key: _description(value) for key, value in properties.items()}
        more = self._more(schema, name)
        self._blocks.append(_definition(name, fields, notes, more, _description(schema)))
        self._open.remove(name)
        return name

    def _of_field(self, schema: Any, name: str) -> str:
        """In quotes where it names a class that is defined further down."""
        text = self._of(schema, name)
        return repr(text) if set(re.findall(r"\w+", text)) & set(self._open) else text

    def _more(self, schema: dict[str, Any], name: str) -> str:
        """The type of properties that have no names, or nothing."""
        more = schema.get("additionalProperties")
        if more is False and "patternProperties" not in schema:
            return ""
        if _OPENING & schema.keys():
            return "Any"
        return "" if more is None else self._of_field(more, f"{name}Value")


def _definition(name: str, fields: dict[str, str], notes: dict[str, list[str]], more: str, doc: list[str]) -> str:
    extra = f", extra_items={more}" if more else ""
    # Keys that are no names, that a class would mangle, or that would hide a type need the functional syntax.
    types = set(re.findall(r"\w+", " ".join(fields.values())))
    odd = any(
        not (key.isascii() and key.isidentifier()) or iskeyword(key) or key.startswith("__") or key in types
        for key in fields
    )
    lines: list[str] = []
    for key, text in fields.items():
        lines += [f"    # {line}" for line in notes.get(key, [])]
        lines.append(f"    {quoted(key)}: {text}," if odd else f"    {key}: {text}")
    if odd:
        return "\n".join([*(f"# {line}" for line in doc), f'{name} = TypedDict("{name}", {{', *lines, f"}}{extra})"])
    written = "\n    ".join(doc).replace("\\", "\\\\").replace('"', "'")
    head = [f"class {name}(TypedDict{extra}):", *([f'    """{written}"""', ""] if doc else [])]
    return "\n".join([*head, *(lines or ["    pass"])]).rstrip()


def _union(types: Iterable[str]) -> str:
    """``None`` comes last; a union with ``Any`` is ``Any``."""
    found = sorted(dict.fromkeys(types), key="None".__eq__)
    return "Any" if not found or "Any" in found else " | ".join(found)


def _values(values: list[Any]) -> str:
    """The type of these values: ``Literal`` where it can name them."""
    named = [quoted(one) if isinstance(one, str) else str(one) for one in values if isinstance(one, str | int)]
    others = [_type_of(one) for one in values if not isinstance(one, str | int)]  # a bool is an int
    return _union([f"Literal[{', '.join(named)}]", *others] if named else others)


def _type_of(value: Any) -> str:
    if value is None:
        return "None"
    return "float" if isinstance(value, float) else "list[Any]" if isinstance(value, list) else _ANYTHING


def quoted(text: str) -> str:
    return json.dumps(text) if text.isascii() and text.isprintable() else repr(text)


def _camel(name: str) -> str:
    words = "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", name))
    return words if words[:1].isalpha() else f"Widget{words}"


def _description(schema: Any) -> list[str]:
    """The lines of it, with nothing in them that would end a comment."""
    text = cast("dict[str, Any]", schema).get("description") if isinstance(schema, dict) else None
    shown = "".join(sign if sign.isprintable() else " " for sign in text) if isinstance(text, str) else ""
    return textwrap.wrap(shown, 100)
