"""OpenAI's vector stores that an exported workflow searches, served by the documents of this server.

The catalog names them::

    [vector_stores]
    vs_68e5 = "handbook/"     # a folder inside CHATKIT_LINK_DOCS, or "." for all of it

A search of such a store, and a file search tool that has no other, ask the document index instead of OpenAI.
"""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from agents import Agent, FileSearchTool, FunctionTool, function_tool
from openai.types.vector_store_search_response import Content, VectorStoreSearchResponse

from chatkit_link.agents.reachable import reachable_agents
from chatkit_link.search.ranking import ranked
from chatkit_link.store.documents import DocumentHit, Documents

#: Passages that are read before those of other folders are left out.
_READ = 100
_MOST = 10


class LocalStores:
    """folders: id of a vector store -> folder of documents, "." for all."""

    def __init__(self, documents: Documents, folders: Mapping[str, str]) -> None:
        self._documents = documents
        self._folders = {store: _prefix(folder) for store, folder in folders.items()}

    def __contains__(self, store: object) -> bool:
        return store in self._folders

    async def search(
        self, *, vector_store_id: str, query: str | Sequence[str], max_num_results: int | None = None, **_: Any
    ) -> Any:
        """As ``client.vector_stores.search``. Documents have no attributes, so filters are left alone."""
        hits = await self._hits([vector_store_id], query if isinstance(query, str) else " ".join(query))
        return SimpleNamespace(data=[_result(hit, place) for place, hit in enumerate(hits[: max_num_results or _MOST])])

    def replace_tools(self, *agents: Agent[Any]) -> None:
        """Give the agents, and those that they hand over to, a search of the documents for each of these stores."""
        for agent in reachable_agents(*agents):
            agent.tools = [self._own(tool) if self._has(tool) else tool for tool in agent.tools]

    def _has(self, tool: object) -> bool:
        return isinstance(tool, FileSearchTool) and all(store in self for store in tool.vector_store_ids)

    def _own(self, tool: Any) -> FunctionTool:
        stores: list[str] = tool.vector_store_ids

        @function_tool(name_override="file_search")
        async def file_search(query: str) -> str:
            """Search the files. Gives passages with the names of their files.

            Args:
                query: what to look for.
            """
            hits = await self._hits(stores, query)
            found = [f"{hit.path}\n{_text(hit)}" for hit in hits[: tool.max_num_results or _MOST]]
            return "\n\n".join(found) or "Nothing was found."

        return file_search

    async def _hits(self, stores: Sequence[str], query: str) -> list[DocumentHit]:
        prefixes = tuple(self._folders[store] for store in stores)
        hits = await self._documents.search(query, limit=_READ, per_document=3)
        return ranked(query, [hit for hit in hits if hit.path.startswith(prefixes)])


def _prefix(folder: str) -> str:
    name = folder.strip("/").removeprefix("./")
    return "" if name in ("", ".") else f"{name}/"


def _text(hit: DocumentHit) -> str:
    return hit.body.strip()


def _result(hit: DocumentHit, place: int) -> VectorStoreSearchResponse:
    """The index has no score that could be compared with OpenAI's: the order is what counts."""
    return VectorStoreSearchResponse(
        attributes={},
        content=[Content(type="text", text=_text(hit))],
        file_id=hit.path,
        filename=hit.path.rpartition("/")[2],
        score=1 / (1 + place),
    )
