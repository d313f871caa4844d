"""One exported file for each flaw that the exporter is known to leave. Each answers with the model's output."""

from tests.agents.agent_builder.workflows import BEGIN, HEAD, INPUT, run

AGENT = 'helper = Agent(name="Helper", instructions="Help.")\n'
ANSWER = run("helper", "helper_result") + '    return {"output_text": helper_result_temp.final_output_as(str)}\n'


def file(before: str = AGENT, body: str = ANSWER, begin: str = BEGIN) -> str:
    return HEAD + before + INPUT + begin + body


SCHEMA_NAMES = """
@function_tool
def book(months: integer, price: number, name: string, sure: boolean, extras: object, days: array, more: array[string]):
  pass

helper = Agent(name="Helper", instructions="Help.", tools=[book])
"""

CONTEXT = """
from agents import RunContextWrapper

class HelperContext:
  def __init__(self, state_mood: str) -> None:
    self.state_mood = state_mood

def helper_instructions(run_context: RunContextWrapper[HelperContext], _agent: Agent[HelperContext]):
  return f"Be {run_context.context.state_mood}."

helper = Agent(name="Helper", instructions=helper_instructions)
"""

LOOP = (
    "    state['tries'] = 0\n    while state['tries'] < 2:\n      state['tries'] = state['tries'] + 1\n"
    + run("helper", "helper_result", indent=6)
    + '    return {"output_text": helper_result_temp.final_output_as(str)}\n'
)

GUARDRAILS = """
from types import SimpleNamespace
from openai import AsyncOpenAI
from guardrails.runtime import load_config_bundle, instantiate_guardrails, run_guardrails

client = AsyncOpenAI()
ctx = SimpleNamespace(guardrail_llm=client)
guardrails_config = {"guardrails": [{"name": "Jailbreak", "config": {"model": "gpt-4.1-mini"}}]}

def guardrails_has_tripwire(results):
  return any(getattr(r, "tripwire_triggered", False) is True for r in (results or []))

def build_guardrail_fail_output(results):
  def failed(name: str):
    for r in results or []:
      if (getattr(r, "info", None) or {}).get("guardrail_name") == name:
        return bool(getattr(r, "tripwire_triggered", False))
    return False
  return {"jailbreak": {"failed": failed("Jailbreak")}, "pii": {"failed": False, "detected_counts": []}}
"""
CHECKED = (
    """\
    results = await run_guardrails(ctx, workflow["input_as_text"], "text/plain",
      instantiate_guardrails(load_config_bundle(guardrails_config)),
      suppress_tripwire=True, raise_guardrail_errors=True)
    if guardrails_has_tripwire(results):
      return build_guardrail_fail_output(results or [])
"""
    + ANSWER
)
#: Calls the guardrails first; a missing package is reported.
GUARDED = file(GUARDRAILS + AGENT, CHECKED)

FLAWED = {
    "schema-names": file(SCHEMA_NAMES),
    "nested-quotes": file(
        body=run("helper", "helper_result")
        + '    return {"output_text": f"{"".join([c for c in f"{helper_result_temp.final_output_as(str)}"])}"}\n'
    ),
    "nested-quotes-over-lines": file(
        body=run("helper", "helper_result")
        + '    text = f"""{\n      {"said": helper_result_temp.final_output}["said"]\n    }"""\n'
        + '    return {"output_text": f"{text or "\\n"}"}\n'
    ),
    "returns-nothing": file(body=run("helper", "helper_result")),
    "given-as-text": file(
        body="    result = await Runner.run(helper, workflow['input_as_text'])\n    return result.final_output\n"
    ),
    "client-without-a-key": file("from openai import AsyncOpenAI\nclient = AsyncOpenAI()\n" + AGENT),
    "guardrails-never-run": file(GUARDRAILS + AGENT),
    "tool-without-a-body": file(
        '@function_tool\ndef stub(order: string):\n  """Looks an order up."""\n\n'
        'helper = Agent(name="Helper", instructions="", tools=[stub])\n'
    ),
    "context": file(
        CONTEXT, ANSWER.replace("  input=[", '  context=HelperContext(state_mood="brief"),\n      input=[', 1)
    ),
    "loop": file(body=LOOP),
    "byte-order-mark": "\ufeff" + file().replace("\n", "\r\n"),
    "returns-a-model": file(
        "class Result(BaseModel):\n  message: str\n\n" + AGENT,
        run("helper", "helper_result") + "    return Result(message=helper_result_temp.final_output)\n",
    ),
    "agents-imported-whole": "import agents\n"
    + file(body=ANSWER.replace("await Runner.run", "await agents.Runner.run")),
}
