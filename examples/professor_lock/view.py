"""What a board or a card of odds shows, as its own buttons name it.

It is the payload of their actions, so the stored widget knows how it can be built again, and a browser can ask for
no other view than those that are offered.
"""

from collections.abc import Iterator
from typing import Any, Literal, cast

from pydantic import BaseModel, Field

from .odds_api import MarketKey
from .widgets.typed import OddsBoardView


class View(BaseModel):
    """The board of a sport's market; with ``event`` the card of that game, at one bookmaker.

    live: whether its prices are refreshed by themselves.
    """

    sport: Literal["all", "mlb", "nba", "nfl", "nhl"] = "all"
    market: MarketKey = "spreads"
    event: str = Field(default="", max_length=64)
    bookmaker: str = Field(default="", max_length=64)
    live: bool = True

    def data(self, **changed: Any) -> OddsBoardView:
        """Its JSON, or that of another view that differs in so much."""
        return cast("OddsBoardView", self.model_copy(update=changed).model_dump())

    @staticmethod
    def of(widget: BaseModel) -> "View | None":
        """The view of a stored widget: what its button for the same one again names; None for other widgets."""
        again = next((node for node in nodes_of(widget) if node.get("key") == "view"), None)
        return View.model_validate(again["onClickAction"]["payload"]) if again else None


def nodes_of(widget: BaseModel) -> Iterator[dict[str, Any]]:
    """Every node of a widget as JSON, in reading order."""
    return _nodes(widget.model_dump(mode="json"))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for part in cast("list[Any]", node):
            yield from _nodes(part)
    elif isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        yield found
        yield from _nodes(found.get("children"))
