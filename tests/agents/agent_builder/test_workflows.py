"""Exported workflows, served by a real server and answered by a scripted model server."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chatkit.types import (
    AssistantMessageItem,
    StructuredInputAnswerSubmission,
    StructuredInputItem,
    StructuredInputSubmission,
    WorkflowItem,
)

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.agents.agent_builder.workflows import APPROVAL, ONE_AGENT, ROUTES
from tests.agents.test_models import conversation, scripted
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.model_server import MODEL, Call, ModelServer, Say

MakeSettings = Callable[..., Settings]


def settings_of(make: MakeSettings, folder: Path, text: str, model: ModelServer, name: str = "workflow.py") -> Settings:
    (folder / name).write_text(text)
    (folder / "chatkit-link.toml").write_text(f'default = "shop"\n[agents.shop]\ntarget = "{name}"\n')
    return make(config=folder / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address, model=MODEL)


@asynccontextmanager
async def chat(settings: Settings, headers: dict[str, str] | None = None) -> AsyncGenerator[ChatKitClient]:
    async with running(settings) as address, ChatKitClient(f"{address}/chatkit", headers=headers) as client:
        yield client


def shown_to(request: dict[str, Any]) -> str:
    return json.dumps(request["input"])


async def test_a_file_with_the_exporters_flaws_answers_streams_and_knows_earlier_turns(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Call("look_up", {"order": 7, "details": {}}), Say("It is on its way."), Say("On Friday.")) as model,
        chat(settings_of(make_settings, tmp_path, ONE_AGENT, model)) as client,
    ):
        first = await told(client.create_thread("Where is order 7?"))
        second = await told(client.add_user_message(first.thread_id, "When does it come?"))
        items = await stored(client, first.thread_id)

    assert [item.type for item in items] == [
        "user_message", "workflow", "assistant_message", "user_message", "assistant_message"
    ]  # fmt: skip
    assert first.text == "It is on its way."
    assert first.types.count("thread.item.updated") > 3, "the deltas came one by one"
    assert second.text == "On Friday."
    asked = conversation(model)
    assert "not implemented" in shown_to(asked[1])
    last = shown_to(asked[2])
    assert last.index("Where is order 7?") < last.index("not implemented") < last.index("It is on its way.")
    assert last.count("When does it come?") == 1


async def test_structured_and_silent_steps_are_steps_and_the_last_agent_speaks(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Say('{"category": "refund"}'), Say("A rough draft"), Say("Polished words")) as model,
        chat(settings_of(make_settings, tmp_path, ROUTES, model)) as client,
    ):
        made = await told(client.create_thread("My money back"))
        items = await stored(client, made.thread_id)

    steps, answer = items[1:]
    assert isinstance(steps, WorkflowItem)
    assert isinstance(answer, AssistantMessageItem)
    assert [(task.title, task.content) for task in steps.workflow.tasks if task.type == "custom"] == [
        ("Classify", "- **Category**: refund"), ("Draft", "A rough draft"), ("Polish", None)
    ]  # fmt: skip
    assert text_of(answer) == "Polished words"
    assert "A rough draft" in shown_to(conversation(model)[2])


async def test_what_the_workflow_returns_is_the_answer_when_no_step_has_output(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Say('{"category": "praise"}')) as model,
        chat(settings_of(make_settings, tmp_path, ROUTES, model)) as client,
    ):
        made = await told(client.create_thread("Lovely"))
        items = await stored(client, made.thread_id)

    assert text_of(items[-1]) == "- **Note**: Nothing to do for praise\n- **Done**: yes"
    assert [item.type for item in items] == ["user_message", "workflow", "assistant_message"]


def answer(value: str) -> StructuredInputSubmission:
    return StructuredInputSubmission(answers={"approval": StructuredInputAnswerSubmission(values=[value])})


async def test_an_approval_is_asked_and_the_workflow_goes_on_after_a_restart(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Say("Send a gift"), Say("It is sent."), Say("Anything else?")) as model:
        settings = settings_of(make_settings, tmp_path, APPROVAL, model).model_copy(
            update={"proxy_user_header": "x-user", "trusted_proxies": "127.0.0.1"}
        )
        headers = {"x-user": f"ada-{tmp_path.name}"}
        async with chat(settings, headers) as client:
            made = await told(client.create_thread("Please the customer"))
            question = (await stored(client, made.thread_id))[-1]
        assert isinstance(question, StructuredInputItem)
        assert question.inputs[0].question == "Shall this be done? Send a gift"
        async with chat(settings, headers) as client:
            await told(client.add_structured_input(made.thread_id, question.id, answer("Approve")))
            items = await stored(client, made.thread_id)
            texts = [text_of(item) for item in items if isinstance(item, AssistantMessageItem)]
            await told(client.add_user_message(made.thread_id, "Thanks"))
        asked = conversation(model)

    assert texts == ["Send a gift", "It is sent."]
    assert [len(asked), shown_to(asked[1]).count("Send a gift")] == [3, 1]
    assert "It is sent." in shown_to(asked[2])


async def test_a_rejection_takes_the_other_way(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Say("Send a gift")) as model,
        chat(settings_of(make_settings, tmp_path, APPROVAL, model)) as client,
    ):
        made = await told(client.create_thread("Please the customer"))
        question = (await stored(client, made.thread_id))[-1]
        await told(client.add_structured_input(made.thread_id, question.id, answer("Reject")))
        items = await stored(client, made.thread_id)

    assert text_of(items[-1]) == "Then nothing is done."
    assert len(conversation(model)) == 1
