"""Who is at the other end of the connection itself, whatever the headers say."""

from starlette.requests import HTTPConnection

from chatkit_link.network import Address, read_address


def peer_address(connection: HTTPConnection) -> Address | None:
    """The address at the other end of the socket; ``None`` when it has none or is not known any more.

    ``http/address.py`` keeps it when it puts the client's address in its place. A server outside of ours
    that does so (uvicorn with ``--proxy-headers``) leaves port 0 behind, which no connection has.
    """
    client = connection.scope.get("state", {}).get("peer") or connection.scope.get("client")
    return read_address(client[0]) if client and client[1] else None
