"""What is asked of every server of models, and what is right there.

``test_matrix.py`` runs each cell against the strict model server; ``docs/how-to/models.md`` shows them as a table.
"""

from dataclasses import dataclass

from tests.model_server import PROFILES, Fail, Profile, Step
from tests.model_server.steps import Cut, Drop, Empty, Failed, Page, Refuse

#: Two models of each server: the one in use, and the one that takes its place in the middle of a thread.
MODELS = {"openai": ("gpt-5.2", "gpt-4.1"), "gemini": ("gemini-3-pro-preview", "gemini-2.5-flash")}
OTHERS = ("house-model", "other-model")

SCENARIOS = {
    "answer": "an answer streams",
    "thoughts": "thoughts are displayed as such",
    "tool": "a tool is called",
    "parallel tools": "two tools at once",
    "structured": "an answer in a type",
    "hand-off": "another agent goes on",
    "image": "an image is attached",
    "long history": "the thread is too long",
    "model switch": "another model goes on, and back",
    "stop": "Stop in the middle",
    "retry": "the answer is asked for again",
}


@dataclass(frozen=True)
class Failure:
    """steps: what the server does. keeps: the text that stays in the thread. retry: whether it is offered."""

    steps: tuple[Step, ...]
    keeps: str = ""
    retry: bool = True
    error: bool = True


_AT_ONCE = {"retry-after-ms": "1"}
FAILURES = {
    "wrong key": Failure((Fail(401),), retry=False),
    "too many requests": Failure((Fail(429, headers=_AT_ONCE),) * 3),
    "server error": Failure((Fail(500, headers=_AT_ONCE),) * 3),
    "cut by the limit": Failure((Cut("Half an", "length"),), keeps="Half an"),
    "cut by a filter": Failure((Cut("Half an", "content_filter"),), keeps="Half an"),
    "stream ends": Failure((Cut("Half an", None),), keeps="Half an"),
    "connection lost": Failure((Drop("Half an"),), keeps="Half an"),
    "empty answer": Failure((Empty(),)),
    "page instead": Failure((Page(),)),
    "failed in the stream": Failure((Failed("server_error", "It broke."),)),
    "refusal": Failure((Refuse("I cannot help with that."),), keeps="I cannot help with that.", error=False),
}


def servers() -> list[tuple[str, str]]:
    """(profile, API) of each."""
    return [(name, api) for name, profile in PROFILES.items() for api in sorted(profile.apis, reverse=True)]


def models_of(profile: Profile) -> tuple[str, str]:
    return MODELS.get("openai" if profile.openai_rules else profile.name, OTHERS)


def outcome(scenario: str, profile: Profile) -> str:
    """What is right: "yes", or what happens in its place."""
    if scenario == "image" and not profile.images:
        return "The question is asked without the image, and a notice says so"
    if scenario == "structured" and not profile.structured:
        return "The instructions ask for the type"
    if scenario == "long history":
        return (
            "The older part is left out, and a notice says so"
            if profile.too_long
            else "The server leaves the older part out by itself"
        )
    return "yes"
