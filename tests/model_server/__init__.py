"""A local stand-in for OpenAI's and compatible servers of models, as strict as they are.

It is scripted: each request is answered by the next step of the script, and remembered, so that a test can look at
what the model was shown. A request is refused when the real server would refuse it, with its status, its body and
its code; a refusal that the test does not expect fails the test. Each rule says where it comes from.

    async with model_server(Call("search", {"query": "tea"}), Say("Two minutes."), profile="mistral") as model:
        ...  # an OpenAI client with base_url=model.address
    assert model.requests[0]["tools"]

A request passes ``checks``: schema (types of the openai package), parameters (what the model's family takes), tools,
history or messages (what was said before), and peculiarities (of single servers). Answers are made in responses and
completions from the steps, and each event of OpenAI's is validated before it is sent.
"""

from tests.model_server.profiles import PROFILES, Profile
from tests.model_server.responses import output_item
from tests.model_server.server import ModelServer, Refusal, model_server
from tests.model_server.steps import (
    Call,
    Calls,
    Cut,
    Deltas,
    Drop,
    Empty,
    Fail,
    Failed,
    Page,
    Paint,
    Parts,
    Raw,
    Refuse,
    Say,
    Step,
    Structured,
    Think,
)

#: A model of OpenAI that both of its APIs take with function tools, and that is to stay.
MODEL = "gpt-5.2"

__all__ = [
    "MODEL",
    "PROFILES",
    "Call",
    "Calls",
    "Cut",
    "Deltas",
    "Drop",
    "Empty",
    "Fail",
    "Failed",
    "ModelServer",
    "Page",
    "Paint",
    "Parts",
    "Profile",
    "Raw",
    "Refusal",
    "Refuse",
    "Say",
    "Step",
    "Structured",
    "Think",
    "model_server",
    "output_item",
]
