"""What an agent may use to look things up: one small protocol, and one file per provider."""

from chatkit_link.search.provider import SearchEvent, SearchNotice, SearchProvider, SearchResult

__all__ = ["SearchEvent", "SearchNotice", "SearchProvider", "SearchResult"]
