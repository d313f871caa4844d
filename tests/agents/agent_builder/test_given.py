"""The input of a workflow besides text: state by the session, files, and what was chosen and mentioned."""

import json
from pathlib import Path

import httpx2
from chatkit.types import (
    InferenceOptions,
    NoticeEvent,
    UserMessageInput,
    UserMessageTagContent,
    UserMessageTextContent,
)
from openai import AsyncOpenAI

from chatkit_link.translations import Localized
from tests.agents.agent_builder.flawed import file
from tests.agents.agent_builder.test_workflows import MakeSettings, answer, chat, settings_of
from tests.agents.agent_builder.workflows import APPROVAL, ROUTES
from tests.agents.test_models import conversation, scripted
from tests.conftest import running
from tests.files import samples
from tests.files.test_model import pictures
from tests.files.user import Person
from tests.finished_stream import stored, told
from tests.limits.users import IDENTITY, new_message
from tests.model_server import Fail, Say

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


async def test_pictures_and_texts_reach_every_agent_and_a_model_without_eyes_goes_on_without_them(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    steps = [Say('{"category": "refund"}'), Say("A draft"), Say("Polished words")]
    async with (
        scripted(*steps, Fail(400), *steps) as model,
        running(settings_of(make_settings, tmp_path, ROUTES, model)) as address,
    ):
        ada = Person(address, "shop")
        seen, unseen = [
            await ada.send(
                await ada.attach(samples.image(), "a.png", "image/png"),
                await ada.attach(b"Order 7", "order.txt"),
                text="My money back",
            )
            for _ in range(2)
        ]
        await ada.http.aclose()
        asked = conversation(model)

    assert [len(pictures(request)) for request in asked] == [1, 1, 1, 1, 0, 0, 0]
    assert all("Order 7" in json.dumps(request) for request in asked)
    assert [made.text for made in (seen, unseen)] == ["Polished words", "Polished words"]
    notices = [[event.message for event in made.events if isinstance(event, NoticeEvent)] for made in (seen, unseen)]
    assert notices == [[], [str(Localized("pictures_not_shown"))]]


async def test_the_model_and_the_mentions_of_a_message_hold_for_all_agents_also_after_an_approval(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Say("Send a gift"), Say("It is sent.")) as model:
        settings = settings_of(make_settings, tmp_path, APPROVAL, model)
        catalog = tmp_path / "chatkit-link.toml"
        catalog.write_text(f'{catalog.read_text()}models = ["gpt-5.4"]\n')
        message = UserMessageInput(
            content=[
                UserMessageTextContent(text="Please "),
                UserMessageTagContent(id="c7", text="Carol", data={"city": "Ghent"}),
            ],
            attachments=[],
            inference_options=InferenceOptions(model="gpt-5.4"),
        )
        async with chat(settings) as client:
            made = await told(client.create_thread(message))
            question = (await stored(client, made.thread_id))[-1]
            await told(client.add_structured_input(made.thread_id, question.id, answer("Approve")))
        asked = conversation(model)
    assert [request["model"] for request in asked] == ["gpt-5.4", "gpt-5.4"]
    assert all("Ghent" in json.dumps(request["input"]) for request in asked)
