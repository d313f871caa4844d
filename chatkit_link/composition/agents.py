"""The agents, and what they use: models, MCP servers, search and vector stores."""

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2

from chatkit_link.agents.agent_builder.vector_stores import LocalStores
from chatkit_link.agents.catalog import Catalog, Entry
from chatkit_link.agents.catalog_notices import icon_notices
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.agents.models.provider import openai_client, run_config
from chatkit_link.agents.offered_models import ModelReach, model_reach
from chatkit_link.agents.research import Research
from chatkit_link.agents.served import AgentFactory, ServedAgent
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.agents.spent_quota import stop_retries
from chatkit_link.agents.tool_failures import with_tool_policy
from chatkit_link.composition.data import Data
from chatkit_link.composition.entries import all_entries
from chatkit_link.composition.startup import Startup
from chatkit_link.errors import ConfigurationError
from chatkit_link.files.files import Files
from chatkit_link.identity import DocumentKeys
from chatkit_link.resources import resource
from chatkit_link.search.factory import choose
from chatkit_link.search.local import LocalSearch
from chatkit_link.search.page_reader import Reader
from chatkit_link.settings import Settings, read_variables
from chatkit_link.store.documents import Documents
from chatkit_link.widgets.templates import WidgetLibrary

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedAgents:
    """entries, served: by agent id. unavailable: why agents could not be loaded, by id."""

    entries: Mapping[str, Entry]
    served: Mapping[str, ServedAgent]
    unavailable: Mapping[str, str]
    factory: AgentFactory


async def open_agents(
    stack: AsyncExitStack,
    startup: Startup,
    data: Data,
    files: Files,
    http: httpx2.AsyncClient,
    keys: DocumentKeys | None,
) -> OpenedAgents:
    """Build every agent of the catalog.

    Args:
        http: asks search providers; the caller closes it.
        keys: open cited documents for browsers; ``None`` where documents are public.

    Raises:
        ConfigurationError: the catalog's vector stores name folders that are not there.
    """
    settings, catalog = startup.settings, startup.catalog
    client = openai_client(settings, on_response=stop_retries)
    if client is not None:
        stack.push_async_callback(client.close)
    entries = all_entries(settings, catalog)
    mcp = McpServers(catalog.mcp, folder=settings.config.absolute().parent, variables=read_variables())
    reach = await model_reach(settings, entries)
    factory = AgentFactory(
        settings,
        data.store,
        files,
        with_tool_policy(run_config(settings, client), settings.tool_output),
        client,
        _research(settings, data.documents, http, keys),
        mcp,
        _vector_stores(settings, catalog, data.documents),
        reach=reach,
    )
    stack.push_async_callback(factory.close)
    served, unavailable = await factory.build_each(entries)
    if not startup.joins:
        await _give_notices(settings, catalog, entries, factory, reach)
    await stack.enter_async_context(mcp)  # before the runs, which use it until they are over
    return OpenedAgents(entries, served, unavailable, factory)


async def _give_notices(
    settings: Settings, catalog: Catalog, entries: Mapping[str, Entry], factory: AgentFactory, reach: ModelReach
) -> None:
    """Log what an operator should know of the agents and their models."""
    for notice in shutdown_notices(settings, catalog, factory.targets, datetime.now(UTC).date()):
        logger.log(logging.ERROR if notice.level == "error" else logging.WARNING, "%s", notice.text)
    if reach.vendors is None and not any(entry.models for entry in entries.values()):  # else it was asked before
        reach = await model_reach(settings, entries, factory.targets)
    for sentence in (*icon_notices(entries), *reach.notices(entries, factory.targets)):
        logger.warning("%s", sentence)


def _vector_stores(settings: Settings, catalog: Catalog, documents: Documents) -> LocalStores | None:
    """The vector stores of the catalog, searched in the documents."""
    if not catalog.vector_stores:
        return None
    if settings.docs is None:
        raise ConfigurationError("[vector_stores] of the catalog names folders of documents: set CHATKIT_LINK_DOCS.")
    for store, folder in catalog.vector_stores.items():
        if not (settings.docs / folder).is_dir():
            raise ConfigurationError(f"[vector_stores]: {store} is {folder!r}, but {settings.docs} has no such folder.")
    return LocalStores(documents, catalog.vector_stores)


def _research(
    settings: Settings, documents: Documents, http: httpx2.AsyncClient, keys: DocumentKeys | None
) -> Research:
    label = "your documents" if settings.docs is not None else "the bundled documents"
    local = LocalSearch(documents, address=settings.address, label=label, key_of=keys.make if keys else None)
    return Research(
        choose(settings, local, http),
        Reader(documents, address=settings.address),
        WidgetLibrary(resource("widgets")),
        limit=settings.search_results,
        timeout=2 * settings.search_timeout,
    )
