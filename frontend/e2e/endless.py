"""A workflow whose loop never ends by itself; its model is scripted."""

from agents import Agent, RunConfig, Runner, TResponseInputItem, trace
from pydantic import BaseModel

from chatkit_link.agents.offline.model import OfflineModel

runs = RunConfig(model=OfflineModel(pace=0.2, decide=lambda *_: "Round and round it goes. "))
turner = Agent(name="Turner", instructions="Say that it goes round.")


class WorkflowInput(BaseModel):
    input_as_text: str


async def run_workflow(workflow_input: WorkflowInput) -> None:
    with trace("Endless"):
        state = {"done": False}
        workflow = workflow_input.model_dump()
        conversation_history: list[TResponseInputItem] = [
            {"role": "user", "content": [{"type": "input_text", "text": workflow["input_as_text"]}]}
        ]
        while not state["done"]:
            await Runner.run(turner, input=[*conversation_history], run_config=runs)
