"""Exported files that a person has edited, or wrapped into something of their own, before they bring them."""

from tests.agents.agent_builder.workflows import HEAD, INPUT

AGENT = 'import asyncio, os, sys, time\n\nhelper = Agent(name="Helper", instructions="Help.")\n'
RUN = """
async def run_workflow(workflow_input: WorkflowInput):
  workflow = workflow_input.model_dump()
  conversation_history = [{"role": "user", "content": [{"type": "input_text", "text": workflow["input_as_text"]}]}]
  result = await Runner.run(helper, input=[*conversation_history])
  return {"output_text": result.final_output_as(str)}
"""
START = HEAD + AGENT + INPUT
MAIN = "async def main():\n  print(await run_workflow(WorkflowInput(input_as_text='Hi')))\n"
ASK = "print(asyncio.run(run_workflow(WorkflowInput(input_as_text='Hi'))))\n"
FIELD = "  input_as_text: str\n"
PARSER = "import argparse\nparser = argparse.ArgumentParser()\n"


def within(function: str, owner: str = "class Desk:\n") -> str:
    """The function as a method of a class."""
    lines = function.replace("run_workflow(", "run_workflow(self, ").splitlines()
    return owner + "".join(f"  {line}\n" for line in lines)


#: Each of these runs, and answers a message with the model's words.
RUNS = {
    "started-by-asyncio": START + RUN + ASK,
    "started-by-main": START + RUN + MAIN + "asyncio.run(main())\n",
    "started-by-a-function": START + RUN + "def chat():\n  " + ASK + "chat()\n",
    "started-in-a-notebook": START + RUN + "answer = await run_workflow(WorkflowInput(input_as_text='Hi'))\nanswer\n",
    "started-by-run-sync": START + RUN + "said = Runner.run_sync(helper, 'Hi')\nprint(said.final_output)\n",
    "asks-in-a-loop": START + RUN + "while True:\n  question = input('> ')\n  " + ASK,
    "guarded": START + RUN + "if __name__ == '__main__':\n  " + ASK,
    "asyncio-at-import": START
    + "async def read():\n  return 'Help.'\nTEXT = asyncio.run(read())\n"
    + "def text():\n  return TEXT\n"
    + RUN,
    "arguments-unused": START
    + PARSER
    + "parser.add_argument('--text', required=True)\nargs = parser.parse_args()\n"
    + RUN,
    "arguments-with-defaults": START
    + PARSER
    + "parser.add_argument('--tone', default='kind')\nargs = parser.parse_args()\ndef tone():\n  return args.tone\n"
    + RUN,
    "fenced": "Here is your workflow:\n\n```python\n" + START + RUN + "```\n\nEnjoy!\n",
    "fenced-at-the-end": START + RUN + "```\n",
    "renamed": START + RUN.replace("run_workflow", "answer_customer"),
    "in-a-class": START + within(RUN),
    "blocking": START + RUN.replace("async def", "def").replace("await Runner.run(", "Runner.run_sync("),
    "blocking-call-in-a-coroutine": START + RUN.replace("await Runner.run(", "Runner.run_sync("),
    "sleeps": START + RUN.replace("  result", "  time.sleep(0)\n  result"),
    "loop-of-its-own": START
    + RUN.replace("run_workflow", "inner").replace("workflow_input: WorkflowInput", "workflow_input")
    + "def run_workflow(workflow_input: WorkflowInput):\n  return asyncio.run(inner(workflow_input))\n",
    "streamed": START
    + """
async def run_workflow(workflow_input: WorkflowInput):
  result = Runner.run_streamed(helper, input=workflow_input.input_as_text)
  text = ""
  async for event in result.stream_events():
    if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
      text += event.data.delta
  assert text == result.final_output
  return {"output_text": text}
""",
    "asks-for-the-user": START.replace(FIELD, FIELD + "  user_id: str\n") + RUN,
    "two-parameters": START
    + RUN.replace("workflow_input: WorkflowInput", "workflow_input: WorkflowInput, user_id: str"),
    "text-alone": START
    + RUN.replace("workflow_input: WorkflowInput", "question: str").replace(
        "workflow_input.model_dump()", '{"input_as_text": question}'
    ),
    "other-field": START.replace("input_as_text", "message") + RUN.replace('"input_as_text"', '"message"'),
    "dataclass": START.replace("class WorkflowInput(BaseModel)", "@dataclass\nclass WorkflowInput").replace(
        "from pydantic", "from dataclasses import asdict, dataclass\nfrom pydantic"
    )
    + RUN.replace("workflow_input.model_dump()", "asdict(workflow_input)"),
    "postponed-annotations": "from __future__ import annotations\n" + START + RUN,
    "fastapi": "from fastapi import FastAPI\n"
    + START
    + "app = FastAPI()\n"
    + RUN
    + "@app.post('/run')\nasync def endpoint(given: WorkflowInput):\n  return await run_workflow(given)\n"
    + "if __name__ == '__main__':\n  import uvicorn\n  uvicorn.run(app)\n",
    "approval-in-a-terminal": START + "def approval_request(message: str):\n  return input(message) == 'y'\n" + RUN,
    "ready-in-a-moment": START + "time.sleep(0.01)\n" + RUN,
}

#: Each of these is refused: the line, and the words that tell what to change.
REFUSED = {
    "ends": ("sys.exit(1)\n", "the file ends itself here: `sys.exit(1)`. Remove that line"),
    "ends-the-process": ("os._exit(3)\n", "the file ends itself here: `os._exit(3)`"),
    "ends-without-a-key": (
        "if not os.getenv('SHOP_KEY'):\n  sys.exit(1)\n",
        "`if not os.getenv('SHOP_KEY')`. Set SHOP_KEY where the server is started",
    ),
    "wants-a-variable": ("KEY = os.environ['SHOP_KEY']\n", "the variable SHOP_KEY is not set. Set it where"),
    "wants-a-person": (
        "NAME = input('Your name? ')\ndef name():\n  return NAME\n",
        "input() waits for someone to type, and a server has no keyboard. Remove it.",
    ),
    "runs-an-agent": (
        "SAID = Runner.run_sync(helper, 'Hi').final_output\ndef said():\n  return SAID\n",
        "an agent is run while the file is loaded, for nobody. Move this into the workflow's function",
    ),
    "wants-an-argument": (
        (
            "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--key', required=True)\n"
            "args = parser.parse_args()\ndef key():\n  return args.key\n"
        ),
        "the file asks for --key on the command line, and there is none here. Give it a default",
    ),
    "wrong-module": ("from openai.agents import Agent\n", "The Agents SDK is imported as `from agents import ...`"),
    "wrong-name": ("from agents import Reasoning\n", "Write `from openai.types.shared import Reasoning`."),
    "unknown-package": (
        "import nowhere_at_all\n",
        "nowhere-at-all is not installed, and there is no nowhere_at_all.py",
    ),
    "fails": ("1 / 0\n", "ZeroDivisionError: division by zero. Correct this line, or remove it: `1 / 0`"),
    "undefined": ("print(nothing_of_that_name)\n", "nothing_of_that_name is defined nowhere in the file."),
    "circle": (
        "try:\n  raise ValueError\nexcept ValueError as error:\n  raise error from error\n",
        "Correct this line, or remove it: `raise ValueError`",
    ),
}
#: Waits or goes on for ever when it is loaded.
ENDLESS = {
    "loop": "while True:\n  pass\n",
    "loop-that-catches-all": "while True:\n  try:\n    time.sleep(0.01)\n  except:\n    pass\n",
    "sleep": "time.sleep(1000)\n",
    "suppress": "import contextlib\nwhile True:\n  with contextlib.suppress(BaseException):\n    time.sleep(1000)\n",
    "network": "import socket\nwith socket.create_server(('127.0.0.1', 0)) as listener:\n  listener.accept()\n",
}
#: A signature that a chat cannot fill.
UNFILLED = {
    "fields": (
        START.replace(FIELD, FIELD + "  tenant: str\n") + RUN,
        'WorkflowInput asks for `tenant`, which a chat does not have. Give it a default, such as `tenant: str = ""`',
    ),
    "parameters": (
        START + RUN.replace("workflow_input: WorkflowInput", "workflow_input: WorkflowInput, db"),
        "run_workflow asks for `db`, which a chat does not have.",
    ),
    "constructor": (
        START + within(RUN, "class Desk:\n  def __init__(self, key):\n    self.key = key\n"),
        "Desk has to be made without arguments, but asks for key. Give each of them a default.",
    ),
    "several": (
        START + RUN.replace("run_workflow", "sales") + RUN.replace("run_workflow", "support"),
        'has several workflows. Name one of them in the target: "workflow.py:sales" or "workflow.py:support".',
    ),
}
