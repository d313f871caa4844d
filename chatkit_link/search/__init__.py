"""What an agent may use to look things up: one small protocol, and one file per provider."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatkit_link.search.provider import SearchEvent, SearchNotice, SearchProvider, SearchResult

__all__ = ["SearchEvent", "SearchNotice", "SearchProvider", "SearchResult"]


def __getattr__(name: str) -> Any:
    # A process that reads one page imports this package, and shall not wait for what a provider needs.
    if name in __all__:
        return getattr(import_module("chatkit_link.search.provider"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
