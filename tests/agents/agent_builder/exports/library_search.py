from agents import FileSearchTool, CodeInterpreterTool, Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace
from openai import AsyncOpenAI
from types import SimpleNamespace
from pydantic import BaseModel

# Tool definitions
file_search = FileSearchTool(
  vector_store_ids=[
    "vs_books"
  ]
)
code_interpreter = CodeInterpreterTool(tool_config={
  "type": "code_interpreter",
  "container": {
    "type": "auto",
    "file_ids": [

    ]
  }
})
# Shared client for guardrails and file search
client = AsyncOpenAI()
ctx = SimpleNamespace(guardrail_llm=client)
librarian = Agent(
  name="Librarian",
  instructions="Answer from what was found.",
  model="gpt-4.1",
  tools=[
    file_search,
    code_interpreter
  ],
  model_settings=ModelSettings(
    temperature=1,
    top_p=1,
    max_tokens=2048,
    store=True
  )
)


class WorkflowInput(BaseModel):
  input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Library"):
    state = {
      "shelf": "vs_shelf"
    }
    workflow = workflow_input.model_dump()
    conversation_history: list[TResponseInputItem] = [
      {
        "role": "user",
        "content": [
          {
            "type": "input_text",
            "text": workflow["input_as_text"]
          }
        ]
      }
    ]
    filesearch_result = { "results": [
      {
        "id": result.file_id,
        "filename": result.filename,
        "score": result.score,
      } for result in client.vector_stores.search(vector_store_id="vs_books", query=workflow["input_as_text"], max_num_results=10)
    ]}
    transform_result = {
      "best": filesearch_result["results"][0]["filename"],
      "found": len(filesearch_result["results"])
    }
    librarian_result_temp = await Runner.run(
      librarian,
      input=[
        *conversation_history,
        {
          "role": "user",
          "content": [
            {
              "type": "input_text",
              "text": f"Found {transform_result["found"]}; the best is {transform_result["best"]}"
            }
          ]
        },
        {
          "id": None,
          "role": "assistant",
          "content": [
            {
              "type": "output_text",
              "text": "I have read it."
            }
          ]
        }
      ],
      run_config=RunConfig(trace_metadata={
        "__trace_source__": "agent-builder",
        "workflow_id": "wf_library"
      })
    )

    conversation_history.extend([item.to_input_item() for item in librarian_result_temp.new_items])

    librarian_result = {
      "output_text": librarian_result_temp.final_output_as(str)
    }
    return librarian_result
