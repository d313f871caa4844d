"""The five pairs of workflows that exist in Python and in TypeScript: the same on the screen, and for the model."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import ThreadItem

from tests.agents.agent_builder.talk import MakeSettings, Talk, talking
from tests.agents.agent_builder.test_flawed import guardrails_in
from tests.agents.agent_builder.twins import SCENARIOS
from tests.agents.sidecar.served import link_packages
from tests.agents.test_models import conversation
from tests.finished_stream import stored

PYTHON = Path(__file__).parents[1] / "agent_builder" / "exports" / "twins"
SCRIPTS = Path(__file__).parent / "twins"


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_twins_show_the_same_and_ask_the_same(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    seen: list[Any] = []
    with guardrails_in(tmp_path, monkeypatch):
        for file in (PYTHON / f"{name}.py", SCRIPTS / f"{name}.ts"):
            folder = tmp_path / file.suffix[1:]
            folder.mkdir()

            def make(**given: Any) -> Any:
                settings = make_settings(data=folder / "data", **given)  # noqa: B023  # called within this round
                link_packages(settings)
                return settings

            text = file.read_text(encoding="utf-8")
            async with talking(make, folder, text, name=file.name, workflow_calls=10) as talk:
                await SCENARIOS[name](talk)
                seen.append((await displayed(talk), [asked(each) for each in conversation(talk.model)]))
    assert seen[0] == seen[1]


async def displayed(talk: Talk) -> list[Any]:
    return [without_ids(item) for item in await stored(talk.client, talk.thread_id)]


def without_ids(item: ThreadItem) -> Any:
    kept = item.model_dump(mode="json", exclude={"id", "thread_id", "created_at"})
    return json.loads(json.dumps(kept).replace(".ts", ".py"))


def asked(request: dict[str, Any]) -> Any:
    """A request without what names a moment; pydantic gives a schema titles, which zod does not."""
    text = re.sub(r'"(id|call_id)": "[^"]*"', r'"\1": ""', json.dumps(request))
    return without_titles(json.loads(text))


def without_titles(value: Any) -> Any:
    if isinstance(value, list):
        return [without_titles(each) for each in value]
    if not isinstance(value, dict):
        return value
    is_schema = "properties" in value or isinstance(value.get("type"), str)
    return {
        key: without_titles(each)
        for key, each in value.items()
        if not (is_schema and key == "title" and isinstance(each, str))
    }
