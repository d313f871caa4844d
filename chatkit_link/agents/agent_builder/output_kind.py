"""What an agent's output is for: text to be read, fields, a check of other work, or the choice of a way.

An export does not say which of its agents answers. The kind of its output does, together with what the file looks at
to choose its way (``tested_fields.py``). Where several could answer, the higher rank does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, cast

from agents import Agent
from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from chatkit_link.agents.agent_builder.tested_fields import Tested
from chatkit_link.agents.output_text import as_markdown

#: Fields that hold what something was sorted into, and those that come with it.
_CATEGORIES = frozenset("category categories classification class class_ intent label route topic department".split())
_BESIDE_CATEGORIES = frozenset("confidence score probability reason reasoning rationale explanation".split())
#: A field that names another text, and is none itself.
_LABELS = frozenset("title headline name slug caption language subject thread_title".split())


class Rank(IntEnum):
    """DECISION: which way to go. LABEL: the name of something. CHECK: what is said of other work, and decides.
    FIELDS: several. FIELD_TEXT: one field is the text. TEXT: written for a reader.
    """

    DECISION = 0
    LABEL = 1
    CHECK = 2
    FIELDS = 3
    FIELD_TEXT = 4
    TEXT = 5


@dataclass(frozen=True, slots=True)
class OutputKind:
    """path: the keys of the field whose text is the answer; None where it is all of the output."""

    rank: Rank
    path: tuple[str, ...] | None = None

    def text(self, output: Any) -> str:
        """The output as Markdown for the user."""
        fields = output.model_dump(mode="json") if hasattr(output, "model_dump") else output
        for key in self.path or ():
            fields = cast("dict[str, Any]", fields).get(key) if isinstance(fields, dict) else None
        if self.path is not None and isinstance(fields, str) and fields.strip():
            return fields
        return as_markdown(output)


def kind_of(agent: Agent[Any], tested: Tested) -> OutputKind:
    """What the output of this agent is, where the file tests it like this."""
    # An AgentOutputSchema wraps the type.
    return kind_of_type(getattr(agent.output_type, "output_type", agent.output_type), tested)


def kind_of_type(output_type: Any, tested: Tested) -> OutputKind:
    """The same for the type of an output; None and str are text."""
    if output_type in (None, str):
        return OutputKind(Rank.DECISION if tested.compared else Rank.TEXT)
    schema = _schema(output_type)
    leaves = list(_leaves(schema, schema.get("$defs", {}), ()))
    names = {path[-1] for path, _ in leaves if path}
    texts = [path for path, is_text in leaves if is_text]
    if names & _CATEGORIES and names <= _CATEGORIES | _BESIDE_CATEGORIES:
        return OutputKind(Rank.DECISION)
    if tested.compared and names <= tested.fields | _BESIDE_CATEGORIES:
        return OutputKind(Rank.DECISION)
    if tested.compared:
        texts = [path for path in texts if path[-1] not in tested.fields]
    if tested.any and not texts and names <= tested.fields:
        return OutputKind(Rank.DECISION)
    path = texts[0] if len(texts) == 1 and None not in texts[0] else None
    found = cast("tuple[str, ...] | None", path)
    if tested.any:
        return OutputKind(Rank.CHECK, found)
    if found is None:
        return OutputKind(Rank.FIELDS)
    return OutputKind(Rank.LABEL if found[-1] in _LABELS else Rank.FIELD_TEXT, found)


def category_in(output: Any) -> str:
    """What a classifier has sorted something into; empty where it is not clear."""
    fields = output.model_dump(mode="json") if hasattr(output, "model_dump") else output
    if isinstance(fields, str):
        return fields.strip() if re.fullmatch(r"[^\n{}]{1,80}", fields.strip()) else ""
    if not isinstance(fields, dict):
        return ""
    texts = {key: each for key, each in cast("dict[str, Any]", fields).items() if isinstance(each, str) and each}
    named = [each for key, each in texts.items() if key in _CATEGORIES]
    chosen = named or [each for key, each in texts.items() if key not in _BESIDE_CATEGORIES]
    return chosen[0] if len(chosen) == 1 else ""


def _schema(output_type: Any) -> dict[str, Any]:
    try:
        return TypeAdapter(output_type).json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError, ValueError):
        return {}


def _leaves(
    schema: dict[str, Any], known: dict[str, Any], path: "tuple[str | None, ...]"
) -> "Iterator[tuple[tuple[str | None, ...], bool]]":
    """The fields that hold no other fields, and whether each is free text. A None in a path is a list."""
    if len(path) > 8:  # a schema that contains itself
        return
    if "$ref" in schema:
        schema = known.get(str(schema["$ref"]).rpartition("/")[2], {})
    choices = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    schema = choices[0] if len(choices) == 1 else {}
    if "$ref" in schema:
        yield from _leaves(schema, known, path)
    elif schema.get("properties"):
        for name, each in schema["properties"].items():
            yield from _leaves(each, known, (*path, name))
    elif schema.get("type") == "array":
        inside = list(_leaves(schema.get("items") or {}, known, (*path, None)))
        yield from inside or [((*path, None), False)]
    elif path:
        yield path, schema.get("type") == "string" and not {"enum", "const", "format"} & set(schema)
