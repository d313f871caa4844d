"""Reads one page for an agent: a document of this server, or a page of the web.

The address comes from a model, so it is untrusted. Before every connection, also after a
redirect, the host is resolved here, every address it has must be a public one, and the connection goes
to that very address (the name is only sent along as ``Host`` and in TLS): a name that resolves
differently the second time leads nowhere. Proxies from the environment are not used, because a proxy
would resolve the name again.
"""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from contextlib import suppress
from urllib.parse import unquote

import httpx2

from chatkit_link.errors import NotFound, Unprocessable, Upstream
from chatkit_link.net.ip import Address, is_public
from chatkit_link.search.chunks import blocks_of
from chatkit_link.search.normalize import web_address
from chatkit_link.search.page_extraction import Answer, ReadPage, body_of, content_type, page_of, text_of
from chatkit_link.store.documents import Documents

REDIRECTS = 3
_PRIVATE = "That address belongs to a private network and cannot be read."


class Reader:
    def __init__(
        self,
        documents: Documents,
        *,
        address: str,
        timeout: float = 10.0,
        allow_loopback: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """
        Args:
            documents: where pages under ``{address}/documents/`` come from.
            address: base address of this server, without a trailing slash (``Settings.address``).
            timeout: seconds for the whole reading, redirects included.
            allow_loopback: also read from this machine; for tests only.
            tls: whose certificates are trusted; the usual ones if None.
        """
        self._documents = documents
        self._home = f"{address}/documents/"
        self._timeout = timeout
        self._allow_loopback = allow_loopback
        # Made once: loading the certificates takes longer than most pages.
        self._tls = tls or httpx2.create_ssl_context(trust_env=False)

    def is_document(self, url: str) -> bool:
        """Whether it is the address of a document of this server, which is read without a request."""
        return url.strip().startswith(self._home)

    def refuse_private(self, url: str) -> None:
        """Raises ``Unprocessable`` for an address in a private network, as far as that is known without asking."""
        with suppress(ValueError, httpx2.InvalidURL):
            if not self._may_connect(ipaddress.ip_address(httpx2.URL(url.strip()).host)):
                raise Unprocessable(_PRIVATE)

    async def read(self, url: str) -> ReadPage:
        """Raises ``Unprocessable`` (an address that may not be read), ``NotFound`` or ``Upstream``."""
        url = url.strip()
        if self.is_document(url):
            return await self._read_document(url)
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._follow(url)
                return await asyncio.to_thread(page_of, answer)
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise Upstream(f"The page did not answer within {self._timeout:g} seconds.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, zlib.error) as error:
            raise Upstream("The page could not be reached.") from error

    async def _read_document(self, url: str) -> ReadPage:
        path, _, anchor = url.removeprefix(self._home).partition("#")
        document = await self._documents.get(unquote(path.partition("?")[0]))
        if document is None:
            raise NotFound("There is no such document here.")
        _, blocks = await asyncio.to_thread(blocks_of, document.kind, document.body)
        return ReadPage(document.title, url, text_of(blocks, unquote(anchor)))

    async def _follow(self, url: str) -> Answer:
        for _ in range(REDIRECTS + 1):
            response = await self._fetch(url)
            if isinstance(response, Answer):
                return response
            url = response
        raise Upstream(f"The page sent us on more than {REDIRECTS} times.")

    async def _fetch(self, url: str) -> Answer | str:
        """The page, or the address it redirects to."""
        if web_address(url) is None:
            raise Unprocessable("Only http and https addresses without a password in them can be read.")
        target = httpx2.URL(url)
        failure: Exception | None = None
        for address in (await self._resolve(target))[:3]:
            try:
                return await self._fetch_from(target, address)
            except httpx2.ConnectError as error:  # a host with IPv6 and IPv4 may only be reachable over one
                failure = error
        raise Upstream("The page could not be reached.") from failure

    async def _resolve(self, url: httpx2.URL) -> list[Address]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                url.host, url.port or (443 if url.scheme == "https" else 80), type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError) as error:
            raise Upstream("There is no server by that name, or the network is not there.") from error
        addresses = list(dict.fromkeys(ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found))
        if not addresses or not all(self._may_connect(address) for address in addresses):
            raise Unprocessable(_PRIVATE)
        return addresses

    def _may_connect(self, address: Address) -> bool:
        if self._allow_loopback and address.is_loopback:
            return True
        return is_public(address)

    async def _fetch_from(self, url: httpx2.URL, address: Address) -> Answer | str:
        # A client for one request: a pooled connection must not serve another name at the same address.
        async with httpx2.AsyncClient(verify=self._tls, trust_env=False, timeout=self._timeout) as client:
            request = client.build_request(
                "GET",
                url.copy_with(host=str(address), fragment=None),
                headers={
                    "Host": url.netloc.decode("ascii"),
                    "User-Agent": "chatkit-link (reads a page for a person who asked)",
                    "Accept": "text/html, text/plain, text/markdown;q=0.9",
                    "Accept-Encoding": "identity",
                },
                extensions={"sni_hostname": url.host},
            )
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                if response.is_redirect and "location" in response.headers:
                    return str(url.join(response.headers["location"]))
                media_type, charset = content_type(response)
                return Answer(str(url), media_type, charset, await body_of(response))
            finally:
                await response.aclose()
