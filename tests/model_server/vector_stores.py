"""Search in a vector store: openai/types/vector_store_search_response.py."""

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
