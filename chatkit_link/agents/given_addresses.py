"""Addresses that a conversation was given, as opposed to those that a model has made up.

A model that has read a hostile page may be talked into an address with the conversation in it. So ``read`` follows
only what the user wrote, what a search found or what is a document of this server, and of these it asks for the
address as it was given, however the model has spelt it. What stands in a page, a file or a widget is not given: by
choosing among a page's links a model could spell a secret.

Everything is derived from what is stored of the thread, so a reload, a retry and another replica know the same.
A user and the pages that a tool read may have filled a thread with addresses, and reading one takes as long as
searching a thousand characters. So both are bounded, and the newest come first.
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
#: Characters of a thread that are looked through, and addresses in them that are read.
_LOOKED_THROUGH: Final = 1_000_000
_COMPARED: Final = 20_000
#: Hosts of one thread that are reported to its page, and servers that are read for them.
_MOST_HOSTS: Final = 1_000
_SERVERS: Final = 2_000
#: An address up to its host. With a scheme: a bare "setup.py" in an output is more often a file than a host.
_SERVER: Final = re.compile(r"""https?://[^\s<>"`/?#\\]+""", re.IGNORECASE)


async def given_address(context: LinkContext, url: str) -> str | None:
    """The address as the user or a search gave it in this thread; None for one that nobody gave."""
    wanted = page_key(url)
    if wanted is None:
        return None
    found = next((each for each in context.sources.urls if page_key(each) == wanted), None)
    if found is not None:
        return found
    page = await context.store.load_thread_items(context.thread.id, None, ITEMS, "desc", context.request_context)
    return await asyncio.to_thread(written_address, page.data, url)


def written_address(items: Iterable[ThreadItem], url: str) -> str | None:
    """The address as the user wrote it in one of these items, newest first; None if they did not."""
    wanted = page_key(url)
    if wanted is None:
        return None
    names = _names_of(wanted[0])
    left, compared = _LOOKED_THROUGH, set[str]()
    for text in (text for item in items for text in _words_of(item)):
        for address in addresses_in(text[:left]):
            if address in compared or not any(name in address.lower() for name in names):
                continue
            if page_key(address) == wanted:
                return address
            compared.add(address)
            if len(compared) == _COMPARED:
                return None
        left -= len(text)
        if left <= 0:
            return None
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
    left, read = _LOOKED_THROUGH, _Hosts()
    for record in [record for _, record in history if record][::-1]:
        outputs = [text for item in record["input"] for text in _texts(outputs_of(item))]
        arguments = [text for item in record["input"] for text in _texts(item.get("arguments"))]
        left -= sum(map(len, [*outputs, *arguments]))
        if left < 0:
            break
        made_up = read.of(arguments)
        if read.are_enough:  # a host of which it is not known who named it is not named
            break
        called_with |= made_up
        hosts |= read.of(Sources(Sources.from_record(record["sources"])).urls)
        returned |= read.of(outputs)
    return list(hosts | {host: None for host in returned if host not in called_with})[:_MOST_HOSTS]


class _Hosts:
    """The hosts that texts name, each server read once, up to a number of them."""

    def __init__(self) -> None:
        self._read: dict[str, dict[str, None]] = {}

    @property
    def are_enough(self) -> bool:
        return len(self._read) >= _SERVERS

    def of(self, texts: Iterable[str]) -> dict[str, None]:
        servers = dict.fromkeys(found[0] for text in texts for found in _SERVER.finditer(text))
        hosts = dict[str, None]()
        for server in servers:
            if server not in self._read:
                if self.are_enough:
                    break
                readings = addresses_in(server, bare=False)
                self._read[server] = {host: None for each in readings if (host := host_of(each))}
            hosts |= self._read[server]
        return hosts


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
