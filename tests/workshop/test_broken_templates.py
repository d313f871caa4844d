"""What the workshop says of broken templates, schemas and data: every mistake at once, in words, where it was typed."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from chatkit_link.workshop.drafts import Draft, Mark, Workshop

WORKSHOP = Workshop(Path("nowhere"), frozenset({"buy"}))
SCHEMA = """{
  "type": "object",
  "properties": {
    "title": {"type": "string"},
    "note": {"type": "string"},
    "items": {"type": "array", "items": {"$ref": "#/$defs/item"}}
  },
  "required": ["title", "items"],
  "$defs": {"item": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}
}"""
DATA = '{"title": "Tent", "items": [{"name": "a"}, {"name": "b"}]}'
TEXT = '{"type":"Text","value":{{ item.name | tojson }}}'
LOOP = "{% for item in items %}" + TEXT + "{% if not loop.last %},{% endif %}{% endfor %}"


def draft(template: str, schema: str = SCHEMA, data: str = DATA) -> Draft:
    return Draft(title="Try", template=template, schema_text=schema, data=data)


def card(children: str) -> str:
    """A card whose second line is these children."""
    return f'{{"type":"Card","children":[\n{children}\n]}}'


def found(made: Draft) -> list[str]:
    """Each problem as ``template 2:9 'Buton' message``, with what is underlined."""
    texts = {"template": made.template, "schema": made.schema_text, "data": made.data}
    return [_written(mark, texts) for mark in WORKSHOP.render("try", made).marks]


def _written(mark: Mark, texts: dict[str, str]) -> str:
    if mark.text is None:
        return mark.message
    lines = texts[mark.text].split("\n")[mark.line - 1 : mark.end_line]
    lines[-1] = lines[-1][: mark.end_column - 1]
    lines[0] = lines[0][mark.column - 1 :]
    underlined = "\n".join(lines)
    return f"{mark.text} {mark.line}:{mark.column} <{underlined}> {mark.message}"


@dataclass(frozen=True)
class Broken:
    """says: each problem's place, what of the text is underlined, and how its message begins."""

    template: str
    says: tuple[str, ...]
    schema: str = SCHEMA
    data: str = DATA


BROKEN: dict[str, Broken] = {
    "a node with a typing error": Broken(
        card('{"type":"Buton","label":"x"}'),
        ("template 2:9 <\"Buton\"> There is no node type 'Buton' here: did you mean Button?",),
    ),
    "a node that no node is like": Broken(
        card('{"type":"Hologram"}'), ("template 2:9 <\"Hologram\"> There is no node type 'Hologram' here",)
    ),
    "a root that is none": Broken(
        '{"type":"Text","value":"a"}',
        ('template 1:9 <"Text"> The root must be one of Basic, Card, ListView, and Text is none',),
    ),
    "a root with a typing error": Broken(
        '{"type":"Crad","children":[]}', ("template 1:9 <\"Crad\"> There is no node type 'Crad': did you mean Card?",)
    ),
    "a card in a card": Broken(
        card('{"type":"Card","children":[]}'),
        ("template 2:9 <\"Card\"> There is no node type 'Card' here: it is for the root only",),
    ),
    "a node without a type": Broken(card('{"value":"x"}'), ('template 2:1 <{"value":"x"}> This node has no type',)),
    "a prop in British English": Broken(
        card('{"type":"Text","value":"x","colour":"red"}'),
        ("template 2:28 <\"colour\"> Text has no property 'colour': did you mean color?",),
    ),
    "a prop of another node": Broken(
        card('{"type":"Divider","label":"x"}'),
        ("template 2:19 <\"label\"> Divider has no property 'label'; it has color",),
    ),
    "a prop that is missing": Broken(card('{"type":"Text"}'), ("template 2:9 <\"Text\"> 'value' is required",)),
    "a value that is not allowed": Broken(
        card('{"type":"Text","value":"x","size":"huge"}'),
        ("template 2:35 <\"huge\"> 'size' must be 'xs', 'sm', 'md', 'lg' or 'xl', not 'huge'",),
    ),
    "a value of another kind": Broken(
        card('{"type":"Text","value":"x","truncate":"maybe"}'),
        ("template 2:39 <\"maybe\"> 'truncate' must be true or false, not 'maybe'",),
    ),
    "an action with a wrong handler": Broken(
        card('{"type":"Button","label":"x","onClickAction":{"type":"buy","handler":"servr"}}'),
        ("template 2:70 <\"servr\"> 'handler' must be 'client' or 'server', not 'servr': did you mean server?",),
    ),
    "an action that no agent answers": Broken(
        card('{"type":"Button","label":"x","onClickAction":{"type":"sell"}}'),
        ("template 2:54 <\"sell\"> No agent of this server answers the action 'sell'",),
    ),
    "an icon of another set": Broken(
        card('{"type":"Icon","name":"glob"}'),
        ("template 2:23 <\"glob\"> There is no icon 'glob'; the nearest are globe",),
    ),
    "an address that no picture has": Broken(
        card('{"type":"Image","src":"javascript:alert(1)"}'),
        ('template 2:23 <"javascript:alert(1)"> Not an address an image may come from',),
    ),
    "five mistakes of one template": Broken(
        card('{"type":"Titel","value":"x"},\n{"type":"Text","valeu":"x","size":1},\n{"type":"Icon","name":"glob"}'),
        (
            "template 2:9 <\"Titel\"> There is no node type 'Titel' here: did you mean Title?",
            "template 3:9 <\"Text\"> 'value' is required",
            "template 3:16 <\"valeu\"> Text has no property 'valeu': did you mean value?",
            "template 3:35 <1> 'size' must be",
            "template 4:23 <\"glob\"> There is no icon 'glob'",
        ),
    ),
    "a mistake in a loop, once": Broken(
        card(LOOP.replace("Text", "Txt")),
        ("template 2:32 <\"Txt\"> There is no node type 'Txt' here: did you mean Text?",),
    ),
    "a mistake in a macro, where it stands": Broken(
        '{% macro row(v) %}\n{"type":"Txt","value":{{ v | tojson }}}\n{% endmacro %}\n' + card("{{ row(title) }}"),
        ("template 2:9 <\"Txt\"> There is no node type 'Txt' here: did you mean Text?",),
    ),
    "a value that an expression writes": Broken(
        card('{"type":"Text","value":"x","size":{{ title | tojson }}}'),
        ("template 2:35 <{{ title | tojson }}> 'size' must be 'xs'",),
    ),
    "text behind letters of two units": Broken(
        card('{"type":"Text","value":"🏕️ 👩‍🚀","colr":1}'),
        ("template 2:33 <\"colr\"> Text has no property 'colr': did you mean color?",),
    ),
    "an expression without quotes": Broken(
        card('{"type":"Text","value":{{ title }}}'),
        ("template 2:24 <{{ title }}> It does not render to JSON: 'Tent' is a text without double quotes; write",),
    ),
    "a comma that is missing": Broken(
        card('{"type":"Text" "value":"x"}'),
        ('template 2:14 <"> It does not render to JSON: a comma is missing behind this',),
    ),
    "a quote that is missing": Broken(
        card('{"type":"Text","value":"x}'),
        ('template 2:24 <"x}> It does not render to JSON: this text does not end: a double quote is missing',),
    ),
    "JSX": Broken(
        '\n<Card size="sm">\n  <Buton label="x"/>\n</Card>',
        ('template 2:1 <<Card size="sm">> It does not render to JSON: this looks like HTML or JSX: JSON is expected',),
    ),
    "a bracket that is missing": Broken(
        '{"type":"Card","children":[]', ("template 1:1 <{> It does not render to JSON: this { is never closed",)
    ),
    "single quotes": Broken(
        card('{\'type\':"Text","value":"x"}'),
        ("template 2:2 <'type'> It does not render to JSON: a name stands in double quotes: \"type\"",),
    ),
    "JSON and a node at once": Broken(
        card('{"type":"Text" "value":"x","colour":"red"}'),
        (
            'template 2:14 <"> It does not render to JSON: a comma is missing behind this',
            "template 2:28 <\"colour\"> Text has no property 'colour': did you mean color?",
        ),
    ),
    "a loop without an end": Broken(
        card('{% for item in items %}\n{"type":"Text","value":"x"}'),
        ("template 2:4 <for> {% for %} is never closed: {% endfor %} is missing",),
    ),
    "an end of something else": Broken(
        card("{% if title %}\n{% endfor %}"),
        ("template 3:4 <endfor> {% endfor %} cannot stand here, {% endif %} is expected; {% if %} of line 2",),
    ),
    "a tag with a typing error": Broken(
        card("{% fro item in items %}{% endfor %}"), ("template 2:4 <fro> There is no tag 'fro': did you mean for?",)
    ),
    "a filter with a typing error": Broken(
        card('{"type":"Text","value":{{ title | tojsn }}}'),
        ("template 2:35 <tojsn> There is no filter 'tojsn': did you mean tojson?",),
    ),
    "an expression that is not closed": Broken(
        card('{"type":"Text","value":{{ title | tojson }'),
        ("template 2:24 <{{> This {{ is never closed: }} is missing",),
    ),
    "a word too many in an expression": Broken(
        card('{"type":"Text","value":{{ title tojson }}}'),
        ("template 2:33 <tojson> 'tojson' cannot stand here: }} is expected",),
    ),
    "a comment that is not closed": Broken(
        card("{# later"), ("template 2:1 <{#> This {# is never closed: #} is missing",)
    ),
    "a name with a typing error": Broken(
        card('{"type":"Text","value":{{ titel | tojson }}}'),
        ("template 2:27 <titel> 'titel' is undefined: did you mean title?",),
    ),
    "a name of an item with a typing error": Broken(
        card(LOOP.replace("item.name", "item.nmae")), ("template 2:55 <nmae> 'dict object' has no attribute 'nmae'",)
    ),
    "an endless template": Broken(
        card("{% for a in range(999) %}" * 3 + "{% endfor %}" * 3),
        ("template 2:1 <{% for a in range(999) %}> It takes",),
    ),
    "nothing": Broken("", ("template 1:1 <> Must be a text that is not empty",)),
    "data of another type": Broken(
        card(LOOP),
        ("data 2:12 <7> 7 is not of type 'string'", "data 3:22 <5> 5 is not of type 'string'"),
        data='{\n  "title": 7,\n  "items": [{"name": 5}]\n}',
    ),
    "data that lacks something": Broken(
        card('{"type":"Text","value":{{ title | tojson }}}'),
        ("data 1:1 <{> 'title' is a required property",),
        data='{"items": []}',
    ),
    "data that is no JSON, and a node": Broken(
        card('{"type":"Buton"}'),
        (
            "template 2:9 <\"Buton\"> There is no node type 'Buton' here",
            'data 2:14 <"> Not JSON: a comma is missing behind this',
            "data 3:12 <'x'> Not JSON: a text stands in double quotes",
        ),
        data='{\n  "title": "x"\n  "items": \'x\'\n}',
    ),
    "a schema of types that there are not": Broken(
        card(LOOP),
        (
            "schema 1:10 <\"objct\"> There is no type 'objct': did you mean object?",
            "schema 1:50 <\"text\"> There is no type 'text'; it is one of string,",
        ),
        schema='{"type": "objct", "properties": {"title":{"type":"text"}}}',
    ),
    "all three at once": Broken(
        card("{% for item in items %}"),
        (
            "template 2:4 <for> {% for %} is never closed: {% endfor %} is missing",
            "schema 1:9 <> Not JSON: the value of 'type' is missing",
            "data 1:1 <[1]> Must be a JSON object",
        ),
        schema='{"type":',
        data="[1]",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_said_in_words_at_its_place(name: str) -> None:
    broken = BROKEN[name]
    said = found(draft(broken.template, broken.schema, broken.data))
    assert len(said) == len(broken.says), said
    for words, expected in zip(said, broken.says, strict=True):
        assert words.startswith(expected)


def test_an_action_whose_agent_is_still_to_come_is_no_problem_of_a_draft() -> None:
    preview = WORKSHOP.render("try", draft(card('{"type":"Button","label":"x","onClickAction":{"type":"sell"}}')))
    assert [mark.notice for mark in preview.marks] == [True]
    assert preview.tree is not None


def test_a_template_that_is_right_has_no_problem_and_a_tree() -> None:
    preview = WORKSHOP.render("try", draft(card(LOOP)))
    assert preview.marks == []
    assert preview.tree is not None


def test_a_template_with_the_line_breaks_of_windows_has_the_same_places() -> None:
    template = card('{"type":"Text","value":"x"},\n{"type":"Buton"}')
    assert found(draft(template.replace("\n", "\r\n"))) == found(draft(template))
