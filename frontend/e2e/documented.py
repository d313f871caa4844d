"""The agents `guests` and `note`: the code of docs/how-to/widgets.md as it stands there."""

from pathlib import Path
from typing import Any

from chatkit_link.search.blocks import markdown_tokens

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "widgets.md"


def _code_with(words: str) -> dict[str, Any]:
    fences = [token for token in markdown_tokens(PAGE.read_text(encoding="utf-8")) if token.type == "fence"]
    [code] = [token.content for token in fences if token.info.strip() == "python" and words in token.content]
    made: dict[str, Any] = {"__name__": __name__}
    exec(compile(code, PAGE.name, "exec"), made)  # noqa: S102 - our own page
    return made


guests = _code_with("AddGuest = ")["assistant"]
note = _code_with("growing(")["respond"]
