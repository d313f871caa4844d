"""Approvals in more than one place, answered late, not at all, or after the file has changed."""

import json
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import AssistantMessageItem, NoticeEvent, StructuredInputItem, ThreadItemReplacedEvent

from chatkit_link.agents.approvals import CHANGED
from chatkit_link.client import ChatKitClient, ClientError
from tests.agents.agent_builder.flawed import AGENT, file
from tests.agents.agent_builder.test_workflows import MakeSettings, answer, chat, settings_of
from tests.agents.agent_builder.workflows import APPROVAL, run
from tests.agents.test_models import conversation, scripted
from tests.finished_stream import stored, text_of, told
from tests.model_server import Fail, Say

TWO = file(
    "def approval_request(message: str):\n  return True\n\ndef approval_request1(message: str):\n  return True\n\n"
    + AGENT,
    "    while True:\n"
    + run("helper", "helper_result", indent=6)
    + """\
      if not approval_request("Is this good?"):
        continue
      if approval_request1("Really?"):
        return {"output_text": helper_result_temp.final_output}
""",
)


async def last_question(client: ChatKitClient, thread_id: str) -> StructuredInputItem:
    item = (await stored(client, thread_id))[-1]
    assert isinstance(item, StructuredInputItem)
    return item


async def give(client: ChatKitClient, thread_id: str, value: str) -> Any:
    question = await last_question(client, thread_id)
    return await told(client.add_structured_input(thread_id, question.id, answer(value)))


async def test_each_answer_belongs_to_its_question_also_in_a_loop(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Say("First try"), Say("Second try")) as model,
        chat(settings_of(make_settings, tmp_path, TWO, model)) as client,
    ):
        made = await told(client.create_thread("Try"))
        await give(client, made.thread_id, "Reject")
        await give(client, made.thread_id, "Approve")
        assert (await last_question(client, made.thread_id)).inputs[0].question == "Really?"
        await give(client, made.thread_id, "Approve")
        texts = [
            text_of(item) for item in await stored(client, made.thread_id) if isinstance(item, AssistantMessageItem)
        ]
        asked = conversation(model)
    assert texts == ["First try", "Second try"]
    assert len(asked) == 2, "no model call is made again, and nothing is sent twice"


async def test_a_message_instead_of_an_answer_declines_and_cannot_be_taken_back(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Say("Send a gift"), Say("Send flowers"), Say("Flowers are sent.")) as model,
        chat(settings_of(make_settings, tmp_path, APPROVAL, model)) as client,
    ):
        made = await told(client.create_thread("Please the customer"))
        first = await last_question(client, made.thread_id)
        told_again = await told(client.add_user_message(made.thread_id, "Something else"))
        replaced = [event.item for event in told_again.events if isinstance(event, ThreadItemReplacedEvent)]
        kept = next(item for item in await stored(client, made.thread_id) if item.id == first.id)
        with pytest.raises(ClientError) as refused:
            await told(client.add_structured_input(made.thread_id, first.id, answer("Approve")))
        await give(client, made.thread_id, "Approve")
        items = await stored(client, made.thread_id)
        asked = conversation(model)
    assert [item.id for item in replaced] == [first.id]
    assert isinstance(kept, StructuredInputItem)
    assert kept.status == "skipped"
    assert refused.value.status == 409
    assert text_of(items[-1]) == "Flowers are sent."
    assert len(asked) == 3, "what was declined is not done"
    assert [item.status for item in items if isinstance(item, StructuredInputItem)] == ["skipped", "answered"]


async def test_a_file_that_was_changed_while_it_waited_starts_again_with_a_notice(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Say("Send a gift"), Say("Send flowers")) as model:
        settings = settings_of(make_settings, tmp_path, APPROVAL, model).model_copy(
            update={"proxy_user_header": "x-user", "trusted_proxies": "127.0.0.1"}
        )
        headers = {"x-user": f"ada-{tmp_path.name}"}
        async with chat(settings, headers) as client:
            made = await told(client.create_thread("Please the customer"))
        (tmp_path / "workflow.py").write_text(APPROVAL.replace("Shall this be done?", "May I?"))
        async with chat(settings, headers) as client:
            again = await give(client, made.thread_id, "Approve")
            question = await last_question(client, made.thread_id)
    assert [event.message for event in again.events if isinstance(event, NoticeEvent)] == [str(CHANGED)]
    assert question.inputs[0].question == "May I? Send flowers"


ASKS_FIRST = file(
    "def approval_request(message: str):\n  return True\n\n" + AGENT,
    '    if not approval_request("Begin?"):\n      return {"output_text": "No."}\n'
    + run("helper", "helper_result")
    + '    return {"output_text": helper_result_temp.final_output}\n',
)


async def test_the_question_of_a_retry_can_be_answered(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Say("Begun.")) as model,
        chat(settings_of(make_settings, tmp_path, ASKS_FIRST, model)) as client,
    ):
        made = await told(client.create_thread("Go"))
        message = (await stored(client, made.thread_id))[0]
        await told(client.retry_after_item(made.thread_id, message.id))
        done = await give(client, made.thread_id, "Approve")
    assert done.text == "Begun."


async def test_a_retry_after_a_failure_goes_on_behind_the_approval_and_pays_for_nothing_twice(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    failing = [Fail(500)] * 3  # the client tries again by itself
    async with (
        scripted(Say("Send a gift"), *failing, *failing, Say("It is sent."), Say("Gladly.")) as model,
        chat(settings_of(make_settings, tmp_path, APPROVAL, model)) as client,
    ):
        made = await told(client.create_thread("Please the customer"))
        await give(client, made.thread_id, "Approve")
        message = (await stored(client, made.thread_id))[0]
        await told(client.retry_after_item(made.thread_id, message.id))
        await told(client.retry_after_item(made.thread_id, message.id))
        items = await stored(client, made.thread_id)
        await told(client.add_user_message(made.thread_id, "Thanks"))
        requests = conversation(model)
    assert [item.type for item in items[1:]] == ["workflow", "assistant_message", "workflow", "assistant_message"]
    assert [text_of(item) for item in items if item.type == "assistant_message"] == ["Send a gift", "It is sent."]
    assert len(requests) == 1 + 3 + 3 + 1 + 1
    last = json.dumps(requests[-1]["input"])
    assert [last.count(output) for output in ("Send a gift", "It is sent.")] == [1, 1]


async def test_a_retry_after_an_answer_that_did_not_fail_does_everything_again(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Say("One"), Say("Two")) as model,
        chat(settings_of(make_settings, tmp_path, file(), model)) as client,
    ):
        made = await told(client.create_thread("Count"))
        message = (await stored(client, made.thread_id))[0]
        again = await told(client.retry_after_item(made.thread_id, message.id))
    assert again.text == "Two"
