"""The snippets of the documents as they are printed, but for what a test says that it replaces."""

from pathlib import Path

SNIPPETS = Path(__file__).parent / "snippets"


def printed(name: str, replaced: dict[str, str] | None = None) -> str:
    """A snippet. replaced: addresses, ids, and what the printing has lost; each must be in it."""
    text = (SNIPPETS / name).read_text(encoding="utf-8")
    for old, new in (replaced or {}).items():
        assert old in text, f"{name} has no {old!r}"
        text = text.replace(old, new)
    return text
