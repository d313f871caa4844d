from pydantic import BaseModel
from agents import RunContextWrapper, Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace

class ChapterCardSchema(BaseModel):
  title: str
  mood: str


class TellerContext:
  def __init__(self, state_chapter: str, state_hero: str):
    self.state_chapter = state_chapter
    self.state_hero = state_hero
def teller_instructions(run_context: RunContextWrapper[TellerContext], _agent: Agent[TellerContext]):
  state_chapter = run_context.context.state_chapter
  state_hero = run_context.context.state_hero
  return f"""Tell chapter {state_chapter} of the story of {state_hero}."""
teller = Agent(
  name="Teller",
  instructions=teller_instructions,
  model="gpt-4.1",
  model_settings=ModelSettings(
    temperature=1,
    top_p=1,
    max_tokens=2048,
    store=True
  )
)


chapter_card = Agent(
  name="Chapter card",
  instructions="Give the chapter that was told a title and a mood.",
  model="gpt-4.1",
  output_type=ChapterCardSchema,
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
  with trace("Storyteller"):
    state = {
      "chapter": 1,
      "hero": "Mira",
      "titles": [

      ]
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
    if state["chapter"] <= 2:
      teller_result_temp = await Runner.run(
        teller,
        input=[
          *conversation_history
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_story"
        }),
        context=TellerContext(
          state_chapter=state["chapter"],
          state_hero=state["hero"]
        )
      )

      conversation_history.extend([item.to_input_item() for item in teller_result_temp.new_items])

      teller_result = {
        "output_text": teller_result_temp.final_output_as(str)
      }
      chapter_card_result_temp = await Runner.run(
        chapter_card,
        input=[
          *conversation_history
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_story"
        })
      )

      conversation_history.extend([item.to_input_item() for item in chapter_card_result_temp.new_items])

      chapter_card_result = {
        "output_text": chapter_card_result_temp.final_output.json(),
        "output_parsed": chapter_card_result_temp.final_output.model_dump()
      }
      state["chapter"] = state["chapter"] + 1
      state["titles"] = state["titles"] + [chapter_card_result["output_parsed"]["title"]]
    else:
      end_result = {
        "message": "The story of " + state["hero"] + " has ended: " + ", ".join(state["titles"])
      }
      return end_result
