"""The starters: .widget files for common jobs that the workshop offers to begin with."""

import tomllib
from pathlib import Path

from chatkit_link.workshop.drafts import OpenedWidget, Workshop

FOLDER = Path(__file__).parent / "starters"


class Starter(OpenedWidget):
    """group: the heading that it stands under. about: what it is for, in a few words."""

    group: str
    about: str


def starters() -> list[Starter]:
    """All of them, in the order of the gallery."""
    # No agent has to answer their actions: they are examples.
    workshop = Workshop(FOLDER, known=None)
    listed = tomllib.loads((FOLDER / "starters.toml").read_text(encoding="utf-8"))
    return [Starter(**workshop.open(name).model_dump(), **said) for name, said in listed.items()]
