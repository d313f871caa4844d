"""Tools that the provider runs itself, as tasks: web search, file search, code, and tools of an MCP server."""

from typing import Any

from chatkit.types import CustomTask, SearchTask, Task, URLSource

from chatkit_link.agents.tool_call_hooks import failed, short_text, title_of
from chatkit_link.translations import Localized

#: Characters of code that are displayed.
_CODE = 2000


def hosted_task(item: Any, *, done: bool, locale: str = "en") -> Task | None:
    """The task for an output item of the Responses API; None for what is no call of such a tool.

    Some of its fields are missing while it runs. locale: BCP 47, for the text of a failure.
    """
    task = _task_of(item, "complete" if done else "loading")
    if task is None or not done or not _has_failed(item):
        return task
    if isinstance(task, CustomTask):
        return failed(task, "task_failed", locale)
    title = Localized("task_failed_title", title=task.title or "").in_language(locale)
    return task.model_copy(update={"title": title, "status_indicator": "none"})


def _has_failed(item: Any) -> bool:
    return getattr(item, "status", None) in ("failed", "incomplete") or bool(getattr(item, "error", None))


def _task_of(item: Any, status: Any) -> Task | None:
    match item.type:
        case "web_search_call":
            return _search(getattr(item, "action", None), status)
        case "file_search_call":
            queries = ", ".join(getattr(item, "queries", None) or [])
            return CustomTask(title="Search in files", icon="search", content=queries or None, status_indicator=status)
        case "code_interpreter_call":
            code = (getattr(item, "code", None) or "").strip()[:_CODE]
            content = f"```python\n{code}\n```" if code else None
            return CustomTask(title="Run code", icon="square-code", content=content, status_indicator=status)
        case "mcp_call":
            content = short_text(item.arguments or "")
            return CustomTask(
                title=title_of(item.name), icon="square-code", content=content or None, status_indicator=status
            )
        case _:
            return None


def _search(action: Any, status: Any) -> Task:
    action_type, url = getattr(action, "type", "search"), getattr(action, "url", None)
    if action_type != "search" and url:
        return SearchTask(title="Read a page", sources=[URLSource(url=url, title=url)], status_indicator=status)
    query = getattr(action, "query", None)
    queries = getattr(action, "queries", None) or ([query] if query else [])
    found: list[Any] = getattr(action, "sources", None) or []
    sources = [URLSource(url=each.url, title=each.url) for each in found]
    return SearchTask(
        title="Search the web", title_query=query, queries=queries, sources=sources, status_indicator=status
    )
