"""What is too large for a step: the answer goes on without it, and nothing is done a second time that may not be."""

import base64
import io
import os
from typing import Any

import pytest
from agents import Agent, ImageGenerationTool, ToolOutputText, function_tool
from chatkit.types import GeneratedImageItem
from PIL import Image

from chatkit_link import repeatable
from chatkit_link.agents.model_steps import LARGEST_IMAGE
from chatkit_link.agents.tool_results import LARGEST
from chatkit_link.store.postgres import PostgresStore
from tests.agents.taken_over import Lab, lab
from tests.model_server import Call, Paint, Say, Think


@pytest.mark.parametrize("may_repeat", [False, True])
async def test_a_result_that_is_too_large_for_a_step(store: PostgresStore, *, may_repeat: bool) -> None:
    def agent(lab: Lab) -> Agent[Any]:
        async def dump() -> list[ToolOutputText]:
            lab.calls["dump"] += 1
            return [ToolOutputText(text="all the tea" * (LARGEST // 10))]

        return Agent(name="A", tools=[function_tool(repeatable(dump) if may_repeat else dump)])

    async with lab(agent, store, Call("dump", {}), Say("That is a lot.")) as here:
        whole = await here.undisturbed()
        end = next(at for at, entry in enumerate(whole.entries) if b"/end" in entry[:60])
        outcome = await here.cut_at(end + 1)
    assert max(map(len, whole.entries)) < LARGEST
    assert outcome.error is None
    assert here.calls["dump"] == (2 if may_repeat else 1)
    given = str(here.model.requests[-1]["input"])
    assert ("all the tea" in given) is may_repeat
    assert ("too large to be kept" in given) is not may_repeat
    assert "That is a lot." in str(outcome.items[-1])


@pytest.mark.parametrize("large", [False, True])
async def test_an_image_that_is_too_large_for_a_step_stays_in_the_chat(store: PostgresStore, *, large: bool) -> None:
    image = os.urandom(LARGEST_IMAGE * 3 // 4 + 3) if large else b"a picture"

    def agent(_: Lab) -> Agent[Any]:
        return Agent(name="A", tools=[ImageGenerationTool({"type": "image_generation"})])

    script = (Think("A cup, I think.", Paint(image)), Say("There it is."))
    async with lab(agent, store, *script) as here:
        whole = await here.undisturbed()
        step = next(at for at, entry in enumerate(whole.entries) if entry.startswith(b'["model#'))
        outcome = await here.cut_at(step + 1)
    assert len(whole.entries[step]) < LARGEST_IMAGE
    assert outcome.error is None
    assert [item.type for item in outcome.items] == [item.type for item in whole.items]
    (picture,) = [item for item in outcome.items if isinstance(item, GeneratedImageItem)]
    assert picture.image is not None
    assert "There it is." in str(outcome.items[-1])
    _, thought, given = here.model.requests[-1]["input"]
    assert thought["type"] == "reasoning"
    blank = Image.open(io.BytesIO(base64.b64decode(given["result"]))) if large else None
    assert (given["result"] == base64.b64encode(image).decode()) is not large
    assert blank is None or blank.size == (1, 1)
