"""The five pairs of workflows that exist in Python and in TypeScript: the Python ones."""

from pathlib import Path

import pytest

from tests.agents.agent_builder.talk import MakeSettings, talking
from tests.agents.agent_builder.test_flawed import guardrails_in
from tests.agents.agent_builder.twins import SCENARIOS

FOLDER = Path(__file__).parent / "exports" / "twins"


@pytest.mark.parametrize("name", SCENARIOS)
async def test_an_export_in_python_holds_its_conversation(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    with guardrails_in(tmp_path, monkeypatch):
        async with talking(make_settings, tmp_path, text, workflow_calls=10) as talk:
            await SCENARIOS[name](talk)
