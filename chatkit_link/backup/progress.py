"""How far a backup or a restore is, for whoever waits for it."""

from collections.abc import Callable

#: What is being done, how much of it, and of how much, where that is known.
OnProgress = Callable[[str, int, int | None], object]


def unseen(_part: str, _done: int, _total: int | None) -> None:
    """Nobody waits for it."""
