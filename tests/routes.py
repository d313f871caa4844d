"""All routes of an application, with what FastAPI resolves before one is entered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route


@dataclass(frozen=True, slots=True)
class Asked:
    """A method and a path. calls: all its dependencies. path, query: names of parameters, those of dependencies too."""

    method: str
    template: str
    calls: frozenset[Callable[..., Any]]
    path: frozenset[str]
    query: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


def every(routes: list[BaseRoute], prefix: str = "") -> Iterator[Asked]:
    """Everything that answers, also inside of what is mounted."""
    for route in routes:
        if (included := getattr(route, "original_router", None)) is not None:  # FastAPI's include_router
            yield from every(included.routes, prefix + route.include_context.prefix)  # pyright: ignore[reportAttributeAccessIssue]
        elif isinstance(route, Mount):
            yield from every(list(route.routes), prefix + route.path)
            if not route.routes:  # another application, or a folder
                yield Asked("GET", prefix + route.path + "/x", frozenset(), frozenset(), frozenset())
        elif isinstance(route, APIRoute):
            tree = list(_tree(route.dependant))
            for method in sorted(route.methods or {"GET"}):
                yield Asked(
                    method,
                    prefix + route.path,
                    frozenset(each.call for each in tree if each.call is not None),
                    frozenset(field.alias for each in tree for field in each.path_params),
                    frozenset(field.alias for each in tree for field in each.query_params),
                )
        else:
            assert isinstance(route, Route), f"{route} is of a kind that this test does not know"
            for method in sorted(route.methods or {"GET"}):
                yield Asked(method, prefix + route.path, frozenset(), frozenset(), frozenset())


def _tree(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for below in dependant.dependencies:
        yield from _tree(below)
