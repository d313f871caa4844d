"""Vector stores: openai/types/vector_store.py, and search: openai/types/vector_store_search_response.py."""

from typing import Any


def search_results(query: str, found: list[tuple[str, str, float]]) -> dict[str, Any]:
    """found: id, name and score of each file."""
    content = [{"type": "text", "text": "Its words."}]
    data = [
        {"file_id": id_, "filename": name, "score": score, "attributes": {}, "content": content}
        for id_, name, score in found
    ]
    page = {"object": "vector_store.search_results.page", "search_query": [query], "has_more": False, "next_page": None}
    return {**page, "data": data}


def vector_store(store: str, files: int) -> dict[str, Any]:
    counts = {"in_progress": 0, "completed": files, "failed": 0, "cancelled": 0, "total": files}
    whole = {"id": store, "object": "vector_store", "name": None, "status": "completed", "usage_bytes": 0}
    return {**whole, "created_at": 0, "last_active_at": 0, "metadata": {}, "file_counts": counts}
