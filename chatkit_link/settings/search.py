"""Search: its provider, and the documents of local search."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from typing_extensions import override

from chatkit_link.settings.formats.addresses import WEB_ADDRESS
from chatkit_link.settings.formats.keys import HEADER_KEY
from chatkit_link.settings.group import SettingsConflict, SettingsGroup, read_also

SearchChoice = Literal["auto", "local", "ddgs", "searxng", "tavily", "brave"]
# Provider -> the setting that it cannot work without.
_NEEDED = {"searxng": "searxng_url", "tavily": "tavily_api_key", "brave": "brave_api_key"}


class SearchSettings(SettingsGroup):
    search: SearchChoice = Field("auto", description="Search provider; `auto` takes the first one that is configured.")
    search_results: int = Field(8, ge=1, le=20, description="Maximum number of results of a search.")
    search_timeout: float = Field(10.0, gt=0, le=60, description="Seconds after which a search is given up.")
    docs: Path | None = Field(
        None,
        description="Folder of Markdown, HTML or text files for local search; default: the documentation of ChatKit "
        "Link.",
    )
    searxng_url: Annotated[str | None, WEB_ADDRESS] = Field(
        None, validation_alias=read_also("searxng_url", "SEARXNG_URL"), description="Address of a SearXNG server."
    )
    tavily_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None, validation_alias=read_also("tavily_api_key", "TAVILY_API_KEY"), description="API key for Tavily search."
    )
    tavily_url: Annotated[str, WEB_ADDRESS] = Field("https://api.tavily.com", description="Address of Tavily's API.")
    brave_api_key: Annotated[SecretStr | None, HEADER_KEY] = Field(
        None, validation_alias=read_also("brave_api_key", "BRAVE_API_KEY"), description="API key for Brave search."
    )
    brave_url: Annotated[str, WEB_ADDRESS] = Field(
        "https://api.search.brave.com", description="Address of Brave's API."
    )

    @override
    def conflicts(self) -> Iterator[SettingsConflict]:
        needed = _NEEDED.get(self.search)
        if needed and not getattr(self, needed):
            yield SettingsConflict(
                ("search", needed), f"CHATKIT_LINK_SEARCH is {self.search}, but {needed.upper()} is not set."
            )
