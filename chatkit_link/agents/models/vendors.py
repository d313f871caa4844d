"""Whose models a name is of, and whose a server has: what can be told without a request that costs.

Only vendors count that serve their models under names of their own and give the weights to nobody: a name such as
``llama-4`` or ``my-deployment`` may be served anywhere.
"""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

#: Vendor -> how the names of its models begin.
_FAMILIES: Final = {
    "OpenAI": ("gpt-", "chatgpt-", "o1", "o3", "o4-", "codex-", "ft:gpt-", "ft:o"),
    "xAI": ("grok-",),
    "Anthropic": ("claude-",),
    "Google": ("gemini-",),
}
#: Weights that OpenAI has given away.
_OPEN: Final = ("gpt-oss", "gpt-2")
#: Host, or the end of it -> the vendor, where it has no models of others.
_HOSTS: Final = {
    "api.openai.com": "OpenAI",
    "x.ai": "xAI",
    "anthropic.com": "Anthropic",
    "generativelanguage.googleapis.com": "Google",
}
#: Here, deployments have names that the list of models does not have.
_RENAMING: Final = ("azure.com", "azure.us", "azure.cn")


def vendor_of(model: str) -> str | None:
    """The vendor whose model it is, whatever a gateway puts before its name; None for any other model."""
    name = model.rpartition("/")[2].lower()
    if name.startswith(_OPEN):
        return None
    return next((vendor for vendor, begins in _FAMILIES.items() if name.startswith(begins)), None)


def vendors_at(address: str | None, listed: Iterable[str] | None, configured: str) -> frozenset[str] | None:
    """The vendors whose models a server can have; None where nothing tells.

    Args:
        address: of the server; None for OpenAI's.
        listed: the models that it lists itself; None where it was not asked or gives no list.
        configured: the model that its operator has set, or empty. By its bare name, it tells as much as a host does.
    """
    host = (urlsplit(address).hostname or "") if address else "api.openai.com"
    if vendor := next((name for end, name in _HOSTS.items() if host == end or host.endswith(f".{end}")), None):
        return frozenset({vendor})
    if host.endswith(_RENAMING):
        return None
    names = list(listed or ())
    if any("*" in name for name in names):  # a gateway that passes on whatever is asked for
        return None
    if names:
        return frozenset(vendor for name in names if (vendor := vendor_of(name)))
    own = None if "/" in configured else vendor_of(configured)
    return frozenset({own}) if own else None
