"""Which model made an output item.

Reasoning, item ids and signatures are of use to their maker alone. So each output item carries its origin in
``provider_data``, the field in which the Agents SDK itself keeps what belongs to one provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

Api = Literal["responses", "chat", "other"]


@dataclass(frozen=True, slots=True)
class Origin:
    """model: its name, as it was asked for. server: host and path of its address. api: what is spoken with it."""

    model: str
    server: str
    api: Api

    @property
    def official(self) -> bool:
        """Whether OpenAI itself answers."""
        return self.server.partition("/")[0] == "api.openai.com"

    def mark(self, item: Any, call_id: str | None = None) -> None:
        """Write the origin into an output item. call_id: the server's own, where the item has one of ours now."""
        known = getattr(item, "provider_data", None)
        kept: dict[str, Any] = dict(cast("Mapping[str, Any]", known)) if isinstance(known, Mapping) else {}
        kept |= {"model": self.model, "server": self.server, "api": self.api}
        if call_id is not None:
            kept["call_id"] = call_id
        item.provider_data = kept

    def made(self, item: Mapping[str, Any]) -> bool | None:
        """Whether this model made an input item; None where its origin is not known."""
        given = item.get("provider_data")
        if not isinstance(given, Mapping) or "server" not in given:
            return None
        known = cast("Mapping[str, Any]", given)
        return (known.get("model"), known["server"], known.get("api")) == (self.model, self.server, self.api)


def server_call_id(item: Mapping[str, Any]) -> str:
    """The call id that the item's own server gave it; empty where that is not known."""
    given = item.get("provider_data")
    found = cast("Mapping[str, Any]", given).get("call_id") if isinstance(given, Mapping) else None
    return found if isinstance(found, str) else ""
