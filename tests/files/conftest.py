"""People with files: a client of the wire and plain HTTP under one cookie."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from tests.files.user import Person

MakePerson = Callable[..., Person]


@pytest.fixture
async def person(server: str) -> AsyncIterator[MakePerson]:
    """Makes people, each of them somebody else."""
    async with AsyncExitStack() as stack:

        def make(address: str = server, agent: str = "echo") -> Person:
            made = Person(address, agent)
            stack.push_async_callback(made.http.aclose)
            return made

        yield make
