"""IP addresses and networks, as settings, sockets and headers write them."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks and single addresses, divided by commas or spaces; ``*`` is every address. Raises ValueError."""
    parts = text.replace("*", "0.0.0.0/0 ::/0").replace(",", " ").split()
    return tuple(ipaddress.ip_network(part) for part in parts)


def is_in(address: Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)


def is_everybody(networks: Sequence[Network]) -> bool:
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
