"""Writes docs/how-to/models.md: the words of scripts/reference/models.md, and tables of what
``tests/agents/models/test_matrix.py`` runs.

Run it when a server, a scenario or a failure is added: ``.venv/bin/python scripts/document_models.py``.
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from scripts.markdown import table  # noqa: E402 - behind the path
from tests.agents.models.matrix import FAILURES, SCENARIOS, outcome, servers  # noqa: E402
from tests.model_server import PROFILES  # noqa: E402

PAGE: Final = ROOT / "docs" / "how-to" / "models.md"
WORDS: Final = ROOT / "scripts" / "reference" / "models.md"
NAMES: Final = {
    "openai": "OpenAI", "azure": "Azure OpenAI", "vllm": "vLLM", "vllm-reasoning-content": "vLLM before 0.11",
    "ollama": "Ollama, thoughts in tags", "ollama-reasoning": "Ollama", "llamacpp": "llama.cpp",
    "lmstudio": "LM Studio", "litellm": "LiteLLM", "openrouter": "OpenRouter", "deepseek": "DeepSeek",
    "mistral": "Mistral", "gemini": "Gemini", "xai": "xAI Grok",
}  # fmt: skip
_APIS: Final = {"responses": "Responses", "chat_completions": "Chat Completions"}


def servers_table() -> str:
    """A row for each server, a column for each scenario; what is not a plain yes has a number."""
    notes: list[str] = []
    rows: list[list[str]] = []
    for name in PROFILES:
        apis = ", ".join(_APIS[api] for profile, api in servers() if profile == name)
        cells = [_cell(outcome(scenario, PROFILES[name]), notes) for scenario in SCENARIOS]
        rows.append([NAMES[name], apis, *cells])
    listed = "\n".join(f"{number}. {note}." for number, note in enumerate(notes, start=1))
    return f"{table(['Server', 'APIs', *SCENARIOS], rows)}\n\n{listed}"


def _cell(right: str, notes: list[str]) -> str:
    if right == "yes":
        return "yes"
    if right not in notes:
        notes.append(right)
    return f"yes ({notes.index(right) + 1})"


def failures_table() -> str:
    rows = [
        [name, "what was written" if failure.keeps else "nothing", "yes" if failure.retry and failure.error else "no"]
        for name, failure in FAILURES.items()
    ]
    return table(["What happens", "What stays", "Try again is offered"], rows)


def text() -> str:
    """The page."""
    page = WORDS.read_text(encoding="utf-8")
    return page.replace("{servers}", servers_table()).replace("{failures}", failures_table())


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
