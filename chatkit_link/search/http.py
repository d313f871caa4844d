"""One exchange with a search service: sends a request and returns its JSON, or raises an error with a message.

No message contains the service's own text, an address or a key: those may hold secrets, and do not help
a user of the chat. Redirects are not followed, because a key in a header must not travel to another host.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic_core import from_json

from chatkit_link.errors import Upstream
from chatkit_link.search.provider import SearchUnreachable

# Twenty results of any of these services fit into a tenth of it.
LARGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """A search service from its provider's view.

    name: the product's name ("Brave Search").
    http: the client that all services share; owned by the app.
    timeout: seconds for the whole exchange.
    key_setting: the environment variable a refused key comes from, if there is a key.
    """

    name: str
    http: httpx2.AsyncClient
    timeout: float
    key_setting: str | None = None

    async def ask(self, request: httpx2.Request) -> dict[str, Any]:
        """The JSON object the service answers with. Raises ``SearchUnreachable`` or ``Upstream``."""
        try:
            return self._parse(await self._send(request))
        except Upstream as error:
            error.cause = f"{error.cause or type(error.__cause__ or error).__name__} at {place_of(request.url)}"
            raise

    async def _send(self, request: httpx2.Request) -> bytes:
        try:
            async with asyncio.timeout(self.timeout):
                response = await self.http.send(request, stream=True, follow_redirects=False)
                try:
                    self._check(response)
                    body = await self._read(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise SearchUnreachable(f"{self.name} did not answer within {self.timeout:g} seconds.") from error
        except httpx2.ConnectError as error:
            raise SearchUnreachable(f"{self.name} could not be reached.") from error
        except httpx2.HTTPError as error:
            raise Upstream(f"{self.name} broke off in the middle of its answer. Please try again.") from error
        return body

    def _check(self, response: httpx2.Response) -> None:
        try:
            self._check_status(response)
        except Upstream as error:
            error.cause = f"status {response.status_code}"
            raise

    def _check_status(self, response: httpx2.Response) -> None:
        status = response.status_code
        if status in (401, 403):
            hint = f" Check {self.key_setting}." if self.key_setting else ""
            raise Upstream(f"{self.name} refused this server.{hint}")
        if status in (402, 429, 432, 433):
            # 432 and 433 are Tavily's own: the plan's limit, the pay-as-you-go limit.
            raise Upstream(f"{self.name} has had enough questions for now. Please try again later.")
        if response.is_redirect:
            raise Upstream(f"{self.name} has moved: it answered with a redirect. Check its address in the settings.")
        if status >= 500:
            raise Upstream(f"{self.name} has a problem of its own right now (status {status}). Please try again later.")
        if status != 200:
            raise Upstream(f"{self.name} did not accept the question (status {status}).")

    async def _read(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > LARGEST:
                raise Upstream(f"{self.name} sent more than a search result can be.")
        return bytes(body)

    def _parse(self, body: bytes) -> dict[str, Any]:
        try:
            answer = from_json(body)
        except ValueError as error:
            raise Upstream(f"{self.name} sent something that is not a search result.") from error
        if not isinstance(answer, dict):
            raise Upstream(f"{self.name} sent something that is not a search result.")
        return answer  # pyright: ignore[reportUnknownVariableType] - JSON


def place_of(url: httpx2.URL) -> str:
    """Host and port, without what else an address may hold: a password, a key, a question."""
    return f"{url.host}:{url.port or (80 if url.scheme == 'http' else 443)}"


def rows(answer: Any) -> list[dict[str, Any]]:
    """The objects in a list, whatever else a service put there."""
    if not isinstance(answer, list):
        return []
    return [row for row in answer if isinstance(row, dict)]  # pyright: ignore[reportUnknownVariableType] - JSON
