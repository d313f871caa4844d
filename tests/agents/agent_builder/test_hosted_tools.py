"""Tools that OpenAI runs itself: what the user sees of them, and is asked before one is called."""

import json
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import CustomTask, SearchTask, StructuredInputItem, WorkflowItem
from sqlalchemy import text

from chatkit_link.store.engine import Database
from tests.agents.agent_builder.flawed import ANSWER, file
from tests.agents.agent_builder.test_workflows import MakeSettings, answer, chat, settings_of
from tests.agents.test_models import conversation, scripted
from tests.finished_stream import stored, text_of, told
from tests.model_server import Call, Raw, Say, output_item

TOOLS = """
from agents import CodeInterpreterTool, FileSearchTool, HostedMCPTool, WebSearchTool

@function_tool(needs_approval=True)
def pay(euros: int) -> str:
  return f"{euros} euros are paid."

helper = Agent(name="Helper", instructions="Help.", tools=[
  WebSearchTool(),
  FileSearchTool(vector_store_ids=["vs_1"]),
  CodeInterpreterTool(tool_config={"type": "code_interpreter", "container": {"type": "auto"}}),
  HostedMCPTool(tool_config={
    "type": "mcp", "server_label": "shop", "server_url": "https://shop.example/mcp", "require_approval": "always",
    "headers": {"Authorization": "Bearer canary"}}),
  pay,
])
"""
WORKFLOW = file(TOOLS, ANSWER)
USED: list[dict[str, Any]] = [
    {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {
        "type": "search", "query": "tea", "sources": [{"type": "url", "url": "https://tea.example/"}]}},
    {"type": "web_search_call", "id": "ws_2", "status": "completed",
     "action": {"type": "open_page", "url": "https://tea.example/green"}},
    {"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["tea", "steep"]},
    {"type": "code_interpreter_call", "id": "ci_1", "status": "completed", "container_id": "c", "code": "print(2)"},
    {"type": "mcp_call", "id": "mcp_1", "status": "completed", "name": "list_teas", "server_label": "shop",
     "arguments": '{"kind": "green"}', "output": "sencha"},
]  # fmt: skip
REQUEST = {"type": "mcp_approval_request", "id": "mcpr_1", "name": "order", "server_label": "shop",
           "arguments": '{"tea": "sencha"}'}  # fmt: skip


async def test_what_openais_own_tools_do_is_seen_as_steps(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Raw([*USED, output_item(Say("Two minutes."), "1")])) as model,
        chat(settings_of(make_settings, tmp_path, WORKFLOW, model)) as client,
    ):
        made = await told(client.create_thread("How long?"))
        steps, answered = (await stored(client, made.thread_id))[1:]

    assert isinstance(steps, WorkflowItem)
    assert {task.status_indicator for task in steps.workflow.tasks} == {"complete"}
    searches = [task for task in steps.workflow.tasks if isinstance(task, SearchTask)]
    assert [(task.title, task.queries, [source.url for source in task.sources]) for task in searches] == [
        ("Search the web", ["tea"], ["https://tea.example/"]),
        ("Read a page", [], ["https://tea.example/green"]),
    ]
    others = [(task.title, task.content) for task in steps.workflow.tasks if isinstance(task, CustomTask)]
    assert others == [
        ("Search in files", "tea, steep"), ("Run code", "```python\nprint(2)\n```"), ("List teas", "green")
    ]  # fmt: skip
    assert text_of(answered) == "Two minutes."


@pytest.mark.parametrize(("choice", "approved"), [("Approve", True), ("Reject", False)])
async def test_a_call_of_an_mcp_server_is_asked_about_and_made_or_not(
    make_settings: MakeSettings, database: Database, tmp_path: Path, choice: str, approved: bool
) -> None:
    script = [Raw([output_item(Say("I would order."), "1"), REQUEST]), Say("So be it."), Say("Gladly.")]
    async with (
        scripted(*script) as model,
        chat(settings_of(make_settings, tmp_path, WORKFLOW, model)) as client,
    ):
        made = await told(client.create_thread("Order tea"))
        question = (await stored(client, made.thread_id))[-1]
        assert isinstance(question, StructuredInputItem)
        assert question.inputs[0].question == "May the assistant call order of shop with: sencha?"
        statement = text("SELECT record::text FROM turns WHERE thread_id = :id")
        async with database.system() as connection:
            ((record,),) = await connection.execute(statement, id=made.thread_id)
        assert "mcpr_1" in record and "canary" not in record, "the question is stored, and no token with it"
        done = await told(client.add_structured_input(made.thread_id, question.id, answer(choice)))
        await told(client.add_user_message(made.thread_id, "Thanks"))
        _, answered, later = conversation(model)

    assert done.text == "So be it."
    (response,) = [item for item in answered["input"] if item.get("type") == "mcp_approval_response"]
    assert (response["approval_request_id"], response["approve"]) == ("mcpr_1", approved)
    assert [json.dumps(later["input"]).count(words) for words in ("I would order.", "So be it.")] == [1, 1]


async def test_each_call_of_a_tool_that_needs_approval_is_asked_about(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Call("pay", {"euros": 3}), Call("pay", {"euros": 4}), Say("Paid once.")) as model,
        chat(settings_of(make_settings, tmp_path, WORKFLOW, model)) as client,
    ):
        made = await told(client.create_thread("Pay"))
        for choice in ("Approve", "Reject"):
            question = (await stored(client, made.thread_id))[-1]
            done = await told(client.add_structured_input(made.thread_id, question.id, answer(choice)))
        asked = conversation(model)
    assert done.text == "Paid once."
    assert len(asked) == 3, "no model call is made again"
    assert "3 euros are paid." in json.dumps(asked[2])
    assert "4 euros are paid." not in json.dumps(asked[2])
