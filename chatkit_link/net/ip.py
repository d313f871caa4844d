"""IP addresses and networks, as settings, sockets and headers write them: what one is, and whose it may be."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# RFC 6052, RFC 3056 and RFC 4380: addresses that carry an IPv4 address inside, which a gateway may unpack.
_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


@lru_cache(maxsize=1024)
def read_address(text: str) -> Address | None:
    """An IP address, also with a port, in brackets, or IPv4 inside IPv6; ``None`` for all else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=64)
def read_networks(text: str) -> tuple[Network, ...]:
    """Networks and single addresses, divided by commas or spaces; ``*`` is every address. Raises ValueError."""
    parts = text.replace("*", "0.0.0.0/0 ::/0").replace(",", " ").split()
    return tuple(ipaddress.ip_network(part) for part in parts)


def is_in(address: Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)


def is_unbounded(networks: Sequence[Network]) -> bool:
    """Whether a list has no end, as that of ``*``."""
    return any(network.prefixlen == 0 for network in networks)


def is_safe_for_keys(url: str) -> bool:
    """Whether keys may travel to or from ``url``: https, or plain HTTP within one's own network."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    address = read_address(host)
    own = address.is_private if address else "." not in host or host.endswith((".internal", ".local", ".localhost"))
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and own))


def is_public(address: Address) -> bool:
    """Whether the address may belong to a public website: no private, local, shared or special range."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.is_site_local or any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def rate_limit_key(address: str) -> str:
    """What requests from this address are counted under.

    An IPv4 address stands for itself. Of an IPv6 address the first 64 bits count: a line is given at
    least that many (RFC 6177), so each of its 2^64 addresses would be a new one. Anything else, such
    as the name of a socket, is taken as it is.
    """
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(read, ipaddress.IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(read) >> 64 << 64, 64)))
