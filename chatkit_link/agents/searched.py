"""How much was searched, in a line."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from chatkit.types import SearchTask, Task

from chatkit_link.translations import Localized


def searched(urls: Sequence[str], locale: str) -> str:
    """Such as "Searched 8 documents": of this server, or pages of the web."""
    pages = dict.fromkeys(urls)
    if not pages:
        return Localized("searched_nothing").in_language(locale)
    own = all("/documents/" in urlsplit(url).path for url in pages)
    one, many = ("searched_document", "searched_documents") if own else ("searched_page", "searched_pages")
    text = Localized(one) if len(pages) == 1 else Localized(many, number=len(pages))
    return text.in_language(locale)


def with_one_search(tasks: Sequence[Task], locale: str) -> list[Task]:
    """The tasks with all that was searched in the place of the first search that found something."""
    found = [task for task in tasks if isinstance(task, SearchTask) and task.sources]
    if len(found) < 2:
        return list(tasks)
    title = searched([source.url for task in found for source in task.sources], locale)
    together = found[0].model_copy(update={"title": title})
    return [together if task is found[0] else task for task in tasks if task is found[0] or task not in found]
