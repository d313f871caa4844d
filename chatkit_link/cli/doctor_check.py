"""One line of ``chatkit-link doctor``."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found. name: of what was checked; empty where the text has it."""

    name: str
    level: Literal["ok", "note", "warning", "error", "failed", "bad"]
    text: str

    @property
    def failed(self) -> bool:
        return self.level in ("error", "failed", "bad")
