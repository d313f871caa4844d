"""The part of a client's address that is one customer's line."""

from ipaddress import IPv6Address, IPv6Network, ip_address


def network_of(address: str) -> str:
    """What requests from this address are counted under.

    An IPv4 address stands for itself. Of an IPv6 address the first 64 bits count: a line is given at
    least that many (RFC 6177), so each of its 2^64 addresses would be a new one. Anything else, such
    as the name of a socket, is taken as it is.
    """
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(IPv6Network((int(read) >> 64 << 64, 64)))
