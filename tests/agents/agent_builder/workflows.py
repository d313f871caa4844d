"""Files in the shape of Agent Builder's exports, with the exporter's flaws, written for these tests."""

HEAD = """\
from agents import Agent, ModelSettings, Runner, RunConfig, TResponseInputItem, function_tool, trace
from pydantic import BaseModel
"""

INPUT = """
class WorkflowInput(BaseModel):
  input_as_text: str

"""


def run(agent: str, name: str, *, indent: int = 4) -> str:
    """A call of ``Runner.run`` and how the exporter takes the conversation further."""
    lines = f"""\
{name}_temp = await Runner.run(
  {agent},
  input=[*conversation_history],
  run_config=RunConfig(trace_metadata={{"__trace_source__": "agent-builder", "workflow_id": "wf_1"}})
)
conversation_history.extend([item.to_input_item() for item in {name}_temp.new_items])
"""
    return "".join(f"{' ' * indent}{line}\n" for line in lines.splitlines())


BEGIN = """
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Shop"):
    state = {"greeting": "Hello"}
    workflow = workflow_input.model_dump()
    conversation_history: list[TResponseInputItem] = [
      {"role": "user", "content": [{"type": "input_text", "text": workflow["input_as_text"]}]}
    ]
"""

ONE_AGENT = (
    HEAD
    + """
@function_tool
def look_up(order: integer, details: object):
  pass

shopkeeper = Agent(name="Shopkeeper", instructions="", model="gpt-4.1", tools=[look_up],
  model_settings=ModelSettings(temperature=1, store=True))
"""
    + INPUT
    + BEGIN
    + run("shopkeeper", "shopkeeper_result")
    + '    shopkeeper_result = {"output_text": shopkeeper_result_temp.final_output_as(str)}\n'
)

ROUTES = (
    HEAD
    + """
class ClassifySchema(BaseModel):
  category: str

classify = Agent(name="Classify", instructions="Classify.", output_type=ClassifySchema)
draft = Agent(name="Draft", instructions="Draft.")
polish = Agent(name="Polish", instructions="Polish.")
"""
    + INPUT
    + BEGIN
    + run("classify", "classify_result")
    + """    classify_result = {
      "output_text": classify_result_temp.final_output.json(),
      "output_parsed": classify_result_temp.final_output.model_dump()
    }
    if classify_result["output_parsed"]["category"] == "refund":
"""
    + run("draft", "draft_result", indent=6)
    + run("polish", "polish_result", indent=6)
    + """    else:
      end_result = {"note": f"Nothing to do for {classify_result["output_parsed"]["category"]}", "done": True}
      return end_result
"""
)

APPROVAL = (
    HEAD
    + """
def approval_request(message: str):
  # TODO: Implement
  return True

propose = Agent(name="Propose", instructions="Propose.")
carry_out = Agent(name="Carry out", instructions="Do it.")
"""
    + INPUT
    + BEGIN
    + run("propose", "propose_result")
    + """    propose_result = {"output_text": propose_result_temp.final_output_as(str)}
    approval_message = f"Shall this be done? {propose_result["output_text"]}"

    if approval_request(approval_message):
"""
    + run("carry_out", "carry_out_result", indent=6)
    + """    else:
      return {"output_text": "Then nothing is done."}
"""
)
