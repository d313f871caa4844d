"""Which model made an output item.

Reasoning, item ids and signatures are of use to their maker alone. So each output item carries its origin, in
``provider_data``, the field in which the Agents SDK itself keeps what belongs to one provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import urlsplit

Api = Literal["responses", "chat", "other"]
#: The field of ``provider_data`` that is ours; the others are the SDK's, which reads them again.
_OURS = "origin"


@dataclass(frozen=True, slots=True)
class Origin:
    """model: its name, as it was asked for. server: host and port of its address, and a digest of its path.
    api: the API it is called through.
    """

    model: str
    server: str
    api: Api

    @property
    def official(self) -> bool:
        """Whether OpenAI itself answers."""
        return is_openai(f"https://{self.server}")

    def mark(self, item: Any, call_id: str | None = None) -> None:
        """Write the origin into an output item. call_id: the server's own, where the item has one of ours now."""
        known = getattr(item, "provider_data", None)
        data: dict[str, Any] = dict(cast("Mapping[str, Any]", known)) if isinstance(known, Mapping) else {}
        origin = {"model": self.model, "server": self.server, "api": self.api}
        item.provider_data = {**data, _OURS: origin if call_id is None else {**origin, "call_id": call_id}}

    def made(self, item: Mapping[str, Any]) -> bool | None:
        """Whether this model made an input item; None where its origin is not known."""
        origin = _origin_of(item)
        if origin is None:
            return None
        return (origin.get("model"), origin.get("server"), origin.get("api")) == (self.model, self.server, self.api)


def server_call_id(item: Mapping[str, Any]) -> str:
    """The call id that the item's own server gave it; empty where that is not known."""
    found = (_origin_of(item) or {}).get("call_id")
    return found if isinstance(found, str) else ""


def _origin_of(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    data = item.get("provider_data")
    origin = cast("Mapping[str, Any]", data).get(_OURS) if isinstance(data, Mapping) else None
    return cast("Mapping[str, Any]", origin) if isinstance(origin, Mapping) else None


def without_credentials(url: str) -> str:
    """An address as it may be displayed."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def is_openai(url: str) -> bool:
    """Whether an address is OpenAI's own API, in any region."""
    host = urlsplit(url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")
