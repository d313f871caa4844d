"""The three workflows of examples/exported_workflow, run with their scripted model and without a key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chatkit.types import StructuredInputItem, WorkflowItem

from chatkit_link.client import ChatKitClient
from chatkit_link.import_target import load_module
from chatkit_link.settings import Settings
from tests.agents.agent_builder.test_flawed import guardrails_in
from tests.agents.agent_builder.test_workflows import answer
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.sdk_server import serve

FOLDER = Path(__file__).parents[3] / "examples" / "exported_workflow"


async def test_the_three_examples_answer_keyless(
    make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_module("model.py", "The scripted model", FOLDER)
    with guardrails_in(tmp_path, monkeypatch):
        async with serve(model.app) as at:
            settings = make_settings(
                config=FOLDER / "chatkit-link.toml", openai_base_url=f"{at}/v1", openai_api="chat_completions"
            )
            async with running(settings) as address:
                async with ChatKitClient(f"{address}/chatkit/helper") as client:
                    helped = await told(client.create_thread("How long does green tea steep?"))
                async with ChatKitClient(f"{address}/chatkit/router") as client:
                    routed = await told(client.create_thread("Where is my parcel?"))
                    steps = (await stored(client, routed.thread_id))[1]
                    elsewhere = await told(client.create_thread("What is the weather?"))
                async with ChatKitClient(f"{address}/chatkit/refunds") as client:
                    asked = await told(client.create_thread("I want my money back for order 7."))
                    question = (await stored(client, asked.thread_id))[-1]
                    assert isinstance(question, StructuredInputItem)
                    await told(client.add_structured_input(asked.thread_id, question.id, answer("Approve")))
                    paid = (await stored(client, asked.thread_id))[-1]

    assert helped.text.startswith("Green tea steeps for two minutes")
    assert routed.text.strip() == "Your parcel is in the van, and comes today."
    assert isinstance(steps, WorkflowItem)
    assert [task.title for task in steps.workflow.tasks if task.type == "custom"] == [
        "Classify",
        "Front desk",
        "Handed over to Shipping",
    ]
    assert elsewhere.text == "This desk is for orders only. Yours was sorted into other."
    assert text_of(paid).strip() == "The money comes within three days."
