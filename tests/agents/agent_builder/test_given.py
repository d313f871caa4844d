"""What a workflow is given besides words: state by the session, files, and what was chosen and mentioned."""

from pathlib import Path

import httpx2
from openai import AsyncOpenAI

from tests.agents.agent_builder.flawed import file
from tests.agents.agent_builder.test_workflows import MakeSettings
from tests.conftest import running
from tests.limits.people import IDENTITY, new_message

KEY = "the-server-key-of-these-tests-is-long-enough"
STATE = file(body="    return {\"output_text\": f\"{state['greeting']}, {state['tier']} {state['seats'] + 1}\"}\n")


async def test_state_variables_of_a_session_go_over_those_of_the_file(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    (tmp_path / "workflow.py").write_text(STATE)
    catalog = tmp_path / "chatkit-link.toml"
    catalog.write_text('[agents.shop]\ntarget = "workflow.py"\n[workflows]\nwf_x = "shop"\n')
    async with (
        running(make_settings(config=catalog, server_key=KEY, **IDENTITY)) as address,
        AsyncOpenAI(base_url=f"{address}/v1", api_key=KEY) as openai,
    ):
        session = await openai.beta.chatkit.sessions.create(
            user=f"ada-{tmp_path.name}",
            workflow={"id": "wf_x", "state_variables": {"greeting": "Welcome", "tier": "gold", "seats": 3}},
        )
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {session.client_secret}"}) as http:
            answered = await http.post(f"{address}/chatkit", json=new_message())
    assert "Welcome, gold 4" in answered.text
