"""Workflows in which several agents could be the one that answers."""

from tests.agents.agent_builder.flawed import file
from tests.agents.agent_builder.workflows import run

AGENTS = """
import asyncio
from typing import Literal

class Report(BaseModel):
  summary: str
  pages: int

class Row(BaseModel):
  name: str
  time: str

class Table(BaseModel):
  title: str
  body: str
  rows: list[Row]

class Title(BaseModel):
  title: str

class Verdict(BaseModel):
  approved: bool
  advice: str

class Sorted(BaseModel):
  kind: Literal["tea", "coffee"]

writer = Agent(name="Writer", instructions="writer")
editor = Agent(name="Editor", instructions="editor")
reporter = Agent(name="Reporter", instructions="reporter", output_type=Report)
tabler = Agent(name="Tabler", instructions="tabler", output_type=Table)
titler = Agent(name="Titler", instructions="titler", output_type=Title)
judge = Agent(name="Judge", instructions="judge", output_type=Verdict)
sorter = Agent(name="Sorter", instructions="sorter", output_type=Sorted)
"""
HELPER = """
async def run_agent(agent, history):
  result = await Runner.run(agent, input=[*history])
  history.extend([item.to_input_item() for item in result.new_items])
  return result.final_output
"""


def flow(body: str, before: str = "") -> str:
    return file(AGENTS + before, body)


TEXT_THEN_FIELDS_THEN_TEXT = flow(run("writer", "a") + run("tabler", "b") + run("editor", "c"))
ONE_FIELD = flow(
    run("reporter", "a")
    + '    return {"output_text": a_temp.final_output.json(), "output_parsed": a_temp.final_output.model_dump()}\n'
)
FIELDS_THEN_TITLE = flow(run("tabler", "a") + run("titler", "b"))
ASSEMBLED = flow(
    run("writer", "a")
    + run("editor", "b")
    + '    return {"output_text": f"# Both\\n\\n{a_temp.final_output}\\n\\n{b_temp.final_output}"}\n'
)
AT_ONCE = flow(
    """\
    a, b = await asyncio.gather(Runner.run(writer, conversation_history), Runner.run(editor, conversation_history))
    return {"output_text": a.final_output + " " + b.final_output}
"""
)
EITHER = flow(
    '    a = await Runner.run(writer if "tea" in workflow["input_as_text"] else editor, [*conversation_history])\n'
)
THROUGH_A_FUNCTION = flow(
    """\
    draft = await run_agent(writer, conversation_history)
    await run_agent(editor, conversation_history)
    title = await run_agent(titler, conversation_history)
""",
    HELPER,
)
EACH_SECTION = flow(
    """\
    for section in ("one", "two"):
      written = await Runner.run(writer, [*conversation_history, {"role": "user", "content": section}])
      await Runner.run(titler, [*conversation_history])
"""
)
SORTED_BY_WORDS = flow(
    """\
    word = (await Runner.run(writer, workflow["input_as_text"])).final_output.strip().lower()
    if word == "tea":
"""
    + run("editor", "b", indent=6)
)
SORTED_BY_TYPE = flow(run("sorter", "a") + '    if a_temp.final_output.kind == "tea":\n' + run("writer", "b", indent=6))
CHECKED_BY_WORDS = flow(
    "    for attempt in range(3):\n"
    + run("writer", "a", indent=6)
    + run("editor", "b", indent=6)
    + '      if "APPROVED" in b_temp.final_output:\n        break\n'
)
STRUCTURED_DRAFTS = flow(
    "    while True:\n"
    + run("reporter", "a", indent=6)
    + run("judge", "b", indent=6)
    + "      if b_temp.final_output.approved:\n        break\n"
)
DRAFT_THEN_SENT = flow(
    "    while True:\n"
    + run("writer", "a", indent=6)
    + run("judge", "b", indent=6)
    + "      if b_temp.final_output.approved:\n        break\n"
    + '    if "send" in workflow["input_as_text"]:\n'
    + run("editor", "c", indent=6)
)
IN_A_TOOL = flow(
    run("clerk", "c"),
    """
@function_tool
async def research(topic: str) -> str:
  result = await Runner.run(writer, topic)
  return result.final_output

clerk = Agent(name="Clerk", instructions="clerk", tools=[research])
""",
)
ANSWERS = {
    name.lower().replace("_", "-"): text
    for name, text in list(globals().items())
    if name.isupper() and isinstance(text, str) and text.startswith("from agents") and name != "AGENTS"
}
