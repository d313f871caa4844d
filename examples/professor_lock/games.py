"""Games found by the words that users use for them."""

import re
from collections.abc import Sequence

from .odds_api import Event


def find_game(events: Sequence[Event], words: str) -> Event | None:
    """The game of that id, or the one whose teams share most words with ``words``; None if none shares any."""
    if found := next((event for event in events if event.id == words), None):
        return found
    wanted = words_of(words)
    scored = [(len(wanted & words_of(event.title)), event) for event in events]
    score, best = max(scored, key=lambda pair: pair[0], default=(0, None))
    return best if score else None


def words_of(text: str) -> set[str]:
    """The words that tell teams apart."""
    # "new", "los" and "san" begin half of all towns.
    return {word for word in re.findall(r"[a-z0-9]{3,}", text.lower()) if word not in {"new", "los", "san", "the"}}
