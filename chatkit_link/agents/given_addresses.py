"""Addresses that a conversation was given, as opposed to those that a model has made up.

A model that has read a hostile page may be talked into an address with the conversation in it. So ``read`` follows
only what the user wrote, what a search found or what is a document of this server, and of these it asks for the
address as it was given, however the model has spelt it. What stands in a page, a file or a widget is not given: by
choosing among a page's links a model could spell a secret.

Everything is derived from what is stored of the thread, so a reload, a retry and another replica know the same.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast
from urllib.parse import urlsplit

from chatkit.types import StructuredInputItem, ThreadItem, UserMessageItem

from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.sources import Sources
from chatkit_link.agents.tool_output import outputs_of
from chatkit_link.search.addresses import addresses_in, host_of, page_key
from chatkit_link.store.turns import TurnRecord

#: The newest items of a thread that are looked through; a model gets no more by default.
ITEMS: Final = 200
#: Hosts of one thread that are reported to its page, and characters of tools that are looked through for them.
_MOST_HOSTS: Final = 1_000
_LOOKED_THROUGH: Final = 1_000_000
_BEHIND_HOST: Final = re.compile(r"(?<![:/])/|[?#\\]")


async def given_address(context: LinkContext, url: str) -> str | None:
    """The address as the user or a search gave it in this thread; None for one that nobody gave."""
    wanted = page_key(url)
    if wanted is None:
        return None
    found = next((each for each in context.sources.urls if page_key(each) == wanted), None)
    if found is not None:
        return found
    page = await context.store.load_thread_items(context.thread.id, None, ITEMS, "desc", context.request_context)
    return await asyncio.to_thread(_written, page.data, wanted, _names_of(wanted[0]))


def _written(items: list[ThreadItem], wanted: tuple[str, str, str], names: tuple[str, ...]) -> str | None:
    for text in (text for item in items for text in _words_of(item)):
        for address in addresses_in(text):
            # Comparing takes a hundred times as long, and a pasted text may hold ten thousand addresses.
            if any(name in address.lower() for name in names) and page_key(address) == wanted:
                return address
    return None


def _names_of(host: str) -> tuple[str, ...]:
    """A host without its port, in ASCII and as people write it."""
    name = urlsplit(f"//{host}").hostname or host
    try:
        return name, name.encode("ascii").decode("idna").lower()
    except UnicodeError:
        return (name,)


def _words_of(item: ThreadItem) -> Iterator[str]:
    """What a user wrote. What they quoted was written by a model."""
    if isinstance(item, UserMessageItem):
        for part in item.content:
            if part.type == "input_text":
                yield part.text
            else:  # its text may be the title of a page
                yield part.id
                yield from (value for value in part.data.values() if isinstance(value, str))
    elif isinstance(item, StructuredInputItem):
        for asked in item.inputs:
            yield from asked.answer.values if asked.answer else ()


def hosts_of_tools(history: Iterable[tuple[ThreadItem, TurnRecord | None]]) -> list[str]:
    """The hosts that tools named in a thread, as a browser's ``URL.host`` has them.

    A page opens links to them without showing their address first. A tool that repeats what a model called it with
    names nothing.
    """
    hosts, returned, called_with = dict[str, None](), dict[str, None](), dict[str, None]()
    left = _LOOKED_THROUGH
    for record in [record for _, record in history if record][::-1]:
        outputs = [text for item in record["input"] for text in _texts(outputs_of(item))]
        arguments = [text for item in record["input"] for text in _texts(item.get("arguments"))]
        left -= sum(map(len, [*outputs, *arguments]))
        made_up = _servers(_named(arguments))
        if left < 0 or len(made_up) > _MOST_HOSTS:
            break
        hosts |= _hosts(_servers(Sources(Sources.from_record(record["sources"])).urls))
        returned |= _hosts(_servers(_named(outputs)))
        called_with |= _hosts(made_up)
    return list(hosts | {host: None for host in returned if host not in called_with})[:_MOST_HOSTS]


def _named(texts: Iterable[str]) -> Iterator[str]:
    """With a scheme: a bare "setup.py" in an output is more often a file than a host."""
    for text in texts:
        yield from addresses_in(text, bare=False)


def _servers(addresses: Iterable[str]) -> list[str]:
    """Addresses without what follows their host, each once."""
    return list(dict.fromkeys(_BEHIND_HOST.split(address, maxsplit=1)[0] for address in addresses))


def _hosts(servers: list[str]) -> dict[str, None]:
    return {host: None for server in servers[:_MOST_HOSTS] if (host := host_of(server))}


def _texts(value: Any) -> Iterator[str]:
    """The strings of an output; those of an output in JSON as they are in it."""
    if isinstance(value, str):
        try:
            inner = json.loads(value) if value[:1] in ("{", "[") else None
        except (ValueError, RecursionError):
            inner = None
        if inner is None:
            yield value
        else:
            yield from _texts(inner)
    elif isinstance(value, dict):
        for each in cast("dict[str, Any]", value).values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _texts(each)
