"""A file in the shape of Agent Builder's exports: an agent sorts, one acts, and one sums up."""

from agents import Agent, ModelSettings, RunConfig, Runner, TResponseInputItem, function_tool, trace
from pydantic import BaseModel

from tests.faults.executions import execution


@function_tool
async def order_value(order: str):
    async with execution("order_value", order, None):
        pass
    return f"{order} is worth 30 euros."


class SortSchema(BaseModel):
    category: str


sort = Agent(name="Sort", instructions="sort", output_type=SortSchema, model_settings=ModelSettings(store=True))


propose = Agent(name="Propose", instructions="propose", tools=[order_value], model_settings=ModelSettings(store=True))


conclude = Agent(name="Conclude", instructions="conclude", model_settings=ModelSettings(store=True))


class WorkflowInput(BaseModel):
    input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
    with trace("Orders"):
        workflow = workflow_input.model_dump()
        conversation_history: list[TResponseInputItem] = [
            {"role": "user", "content": [{"type": "input_text", "text": workflow["input_as_text"]}]}
        ]
        sort_result_temp = await Runner.run(
            sort,
            input=[*conversation_history],
            run_config=RunConfig(
                trace_metadata={"__trace_source__": "agent-builder", "workflow_id": "wf_faults_steps"}
            ),
        )
        sort_result = {
            "output_text": sort_result_temp.final_output.json(),
            "output_parsed": sort_result_temp.final_output.model_dump(),
        }
        if sort_result["output_parsed"]["category"] == "order":
            propose_result_temp = await Runner.run(
                propose,
                input=[*conversation_history],
                run_config=RunConfig(
                    trace_metadata={"__trace_source__": "agent-builder", "workflow_id": "wf_faults_steps"}
                ),
            )
            conversation_history.extend([item.to_input_item() for item in propose_result_temp.new_items])
        conclude_result_temp = await Runner.run(
            conclude,
            input=[*conversation_history],
            run_config=RunConfig(
                trace_metadata={"__trace_source__": "agent-builder", "workflow_id": "wf_faults_steps"}
            ),
        )
        conversation_history.extend([item.to_input_item() for item in conclude_result_temp.new_items])
        return {"output_text": conclude_result_temp.final_output_as(str)}
