"""The address of the client behind a request."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

from starlette.requests import HTTPConnection


def client_address(request: HTTPConnection, trusted_networks: Sequence[IPv4Network | IPv6Network]) -> str:
    """The address of whoever opened the connection; empty where there is none, as behind a socket file.

    trusted_networks: of proxies whose word on the client's address is taken.
    """
    return request.client.host if request.client else ""
