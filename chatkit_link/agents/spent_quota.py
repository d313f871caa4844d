"""A refusal for a spent quota is not repeated: no retry mends it, and each is waited for."""

from typing import Any, cast

import httpx2
import openai

from chatkit_link.agents.errors.server_codes import code_of

#: The status that the client repeats and servers use for it.
_REPEATED = 429


async def stop_retries(response: httpx2.Response) -> None:
    """A hook of the HTTP client: answers in the server's name whether to ask again, in the header for it."""
    if response.status_code != _REPEATED:
        return
    await response.aread()
    try:
        body: Any = response.json()
    except ValueError:
        body = response.text
    if isinstance(body, dict):
        fields = cast("dict[str, Any]", body)
        body = fields.get("error") or fields
    error = openai.RateLimitError(response.text, response=response, body=body)
    if code_of(error) == "model_out_of_credit":
        response.headers["x-should-retry"] = "false"
