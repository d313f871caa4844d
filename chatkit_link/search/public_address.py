"""Which network addresses may belong to anybody's website."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# RFC 6052, RFC 3056 and RFC 4380: addresses that carry an IPv4 address inside, which a gateway may unpack.
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


def is_public(address: Address) -> bool:
    """Whether the address may belong to anybody's website: no private, local, shared or special range."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.is_site_local or any(address in network for network in TRANSLATED):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
