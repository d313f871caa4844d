"""Reads one page for an agent: a document of this server, or a page of the web.

The address comes from a model, so it is untrusted. Before every connection, also after a
redirect, the host is resolved here, every address it has must be a public one, and the connection goes
to that very address (the name is only sent along as ``Host`` and in TLS): a name that resolves
differently the second time leads nowhere. Proxies from the environment are not used, because a proxy
would resolve the name again.

The page was written by a stranger, so nothing it can do may take long: what is loaded at once is counted by user, by
address and in all, and whoever waits for a page to be parsed waits in a line that is fair by address and user.
"""

import asyncio
import ipaddress
import ssl
import zlib
from contextlib import suppress
from urllib.parse import unquote

import anyio.to_thread
import httpx2

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound, Unavailable, Unprocessable, Upstream
from chatkit_link.limits.line import Line
from chatkit_link.limits.shares import Bounds, Shares
from chatkit_link.net.ip import Address, is_public
from chatkit_link.sandbox.process import Sandbox
from chatkit_link.search.blocks import blocks_of
from chatkit_link.search.names import Names
from chatkit_link.search.normalize import web_address
from chatkit_link.search.page_extraction import Answer, ReadPage, body_of, content_type, page_of
from chatkit_link.search.page_text import text_of
from chatkit_link.store.documents import Documents

REDIRECTS = 3
_PRIVATE = "That address belongs to a private network and cannot be read."
#: Pages that are loaded or wait to be parsed at the same time; each takes up to two megabytes.
LOADING = Bounds(user=4, address=12, total=60)
#: Pages that are parsed at the same time, and that wait for it.
PARSING = Bounds(user=1, address=1, total=2)
WAITING = LOADING
#: Seconds that a page may wait to be parsed, and be parsed.
PATIENCE = 45.0


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
            timeout: seconds until the page is here, redirects included.
            allow_loopback: also read from this machine; for tests only.
            tls: whose certificates are trusted; the usual ones if None.
        """
        self._documents = documents
        self._home = f"{address}/documents/"
        self._timeout = timeout
        self._names = Names()
        self._sandbox = Sandbox()
        self._loading = Shares(LOADING)
        self._line = Line(PARSING, WAITING)
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

    async def read(self, url: str, caller: Caller) -> ReadPage:
        """One page.

        Raises:
            Unprocessable: an address that may not be read, or a page that cannot be.
            NotFound, Upstream: it is not there.
            TooManyRequests, Unavailable: too many pages are being read.
        """
        url = url.strip()
        with self._loading.hold(caller):
            if self.is_document(url):
                return await self._read_document(url)
            answer = await self._load(url, caller)
            try:
                async with asyncio.timeout(PATIENCE), self._line.turn(caller):
                    return await page_of(answer, self._sandbox)
            except TimeoutError as error:
                raise Unavailable("Too many pages are being read here. Please try again later.") from error

    async def _load(self, url: str, caller: Caller) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(url, caller)
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise Upstream(f"The page did not answer within {self._timeout:g} seconds.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, zlib.error) as error:
            raise Upstream("The page could not be reached.") from error

    async def _read_document(self, url: str) -> ReadPage:
        path, _, anchor = url.removeprefix(self._home).partition("#")
        document = await self._documents.get(unquote(path.partition("?")[0]))
        if document is None:
            raise NotFound("There is no such document here.")
        _, blocks = await anyio.to_thread.run_sync(blocks_of, document.kind, document.body)
        return ReadPage(document.title, url, text_of(blocks, unquote(anchor), written=True))

    async def _follow(self, url: str, caller: Caller) -> Answer:
        for _ in range(REDIRECTS + 1):
            response = await self._fetch(url, caller)
            if isinstance(response, Answer):
                return response
            url = response
        raise Upstream(f"The page sent us on more than {REDIRECTS} times.")

    async def _fetch(self, url: str, caller: Caller) -> Answer | str:
        """The page, or the address it redirects to."""
        if web_address(url) is None:
            raise Unprocessable("Only http and https addresses without a password in them can be read.")
        target = httpx2.URL(url)
        failure: Exception | None = None
        for address in (await self._resolve(target, caller))[:3]:
            try:
                return await self._fetch_from(target, address)
            except httpx2.ConnectError as error:  # a host with IPv6 and IPv4 may only be reachable over one
                failure = error
        raise Upstream("The page could not be reached.") from failure

    async def _resolve(self, url: httpx2.URL, caller: Caller) -> list[Address]:
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await self._names.addresses(url.host, port, caller)
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
                kind, charset = content_type(response)
                return Answer(str(url), kind, charset, await body_of(response))
            finally:
                await response.aclose()
