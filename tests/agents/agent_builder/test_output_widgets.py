"""An agent whose output is the data of a widget: the widget is displayed where its template is at hand."""

import json
from pathlib import Path
from typing import Any

from chatkit.types import WidgetItem

from tests.agents.agent_builder.flawed import file
from tests.agents.agent_builder.talk import MakeSettings, Shown, talks
from tests.agents.agent_builder.twins import said
from tests.agents.agent_builder.workflows import run
from tests.model_server import Say

AGENTS = """
class OrderSchema(BaseModel):
  number: str
  class_: str

teller = Agent(name="Teller", instructions="teller")
order = Agent(name="Order card", instructions="order", output_type=OrderSchema)
"""
WORKFLOW = file(AGENTS, run("teller", "a") + run("order", "b"))
ALONE = file(AGENTS, run("order", "b"))


def template(**schema: str) -> str:
    values = " ".join(f"{{{{ {name} }}}}" for name in schema)
    return json.dumps(
        {
            "version": "1.0",
            "name": "Order",
            "template": json.dumps({"type": "Card", "children": [{"type": "Text", "value": values}]}),
            "jsonSchema": {
                "type": "object",
                "properties": {name: {"type": kind} for name, kind in schema.items()},
                "required": list(schema),
                "additionalProperties": False,
            },
        }
    )


def widgets(shown: Shown) -> list[str]:
    found: list[str] = []
    for item in shown.items:
        if isinstance(item, WidgetItem):
            widget: dict[str, Any] = item.widget.model_dump()
            found.append(widget["children"][0]["value"])
    return found


async def test_the_widget_of_that_name_or_with_those_fields_is_displayed_beside_the_answer(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    data = said(number="7", class_="first")
    (tmp_path / "widgets").mkdir()
    async with talks(make_settings, tmp_path, {"both": WORKFLOW, "alone": ALONE}) as all_talks:
        both, alone = all_talks["both"], all_talks["alone"]
        without = await alone.say("Where?", data)
        assert without.messages == ["- **Number**: 7\n- **Class**: first"]

        (tmp_path / "Parcel.widget").write_text(template(number="string", **{"class": "string"}))
        (tmp_path / "broken.widget").write_text("{")
        (tmp_path / "widgets" / "other.widget").write_text(template(price="number"))
        by_fields = await both.say("Where?", Say("It is on its way."), data)
        assert by_fields.messages == ["It is on its way."]
        assert widgets(by_fields) == ["7 first"]
        assert by_fields.items[-1].type == "widget"
        shown = await alone.say("And now?", data)
        assert (widgets(shown), shown.messages) == (["7 first"], [])
        assert [step for step in shown.steps if step[1]] == []

        (tmp_path / "widgets" / "order card.widget").write_text(template(number="string"))
        (tmp_path / "Parcel.widget").write_text(template(number="number", **{"class": "string"}))
        unfit = await both.say("Where?", Say("It is there."), data)
        assert widgets(unfit) == [], "neither takes this data"
        assert unfit.messages == ["It is there."]
        later = await both.say("Thanks", Say("Gladly."), data)
    assert later.seen_by(0).count("first") == 1, "the model remembers the widget that was displayed"
