"""What a name of the ChatKit SDK is called now, and where it stands: ChatKit's first documentation had others."""

import importlib
import re
from typing import Final

#: A name of the first documentation -> the module and the name of what took its place.
_RENAMED: Final = {
    "ClientToolCallOutputItem": ("chatkit.types", "ClientToolCallItem"),
    "Event": ("chatkit.types", "ThreadStreamEvent"),
    "FilePart": ("chatkit.types", "FileAttachment"),
    "FileStore": ("chatkit.store", "AttachmentStore"),
    "ImagePart": ("chatkit.types", "ImageAttachment"),
    "to_input_item": ("chatkit.agents", "simple_to_agent_input"),
}
#: The name of a package -> the name by which it is imported.
_PACKAGES: Final = {"openai_agents": "agents", "openai_chatkit": "chatkit"}
_MODULES: Final = ("types", "store", "server", "agents", "actions", "widgets", "errors", "icons")
_NO_NAME: Final = re.compile(r"cannot import name '(\w+)'")


def present_name(error: BaseException) -> str:
    """A sentence with a space before it for an import that the SDK refused; empty for any other error."""
    if not isinstance(error, ImportError) or not error.name:
        return ""
    top = error.name.partition(".")[0]
    if top in _PACKAGES:
        return f" The package {top.replace('_', '-')} is imported as {_PACKAGES[top]}."
    found = _NO_NAME.match(str(error))
    if top != "chatkit" or found is None:
        return ""
    name = found[1]
    if home := next((module for module in map("chatkit.{}".format, _MODULES) if _has(module, name)), None):
        return f" {name} is in {home}."
    if name in _RENAMED:
        module, now = _RENAMED[name]
        return f" {name} is now called {now}, in {module}."
    return ""


def _has(module: str, name: str) -> bool:
    """Whether the name is the module's own, or is imported there from elsewhere."""
    found = getattr(importlib.import_module(module), name, None)
    return found is not None and getattr(found, "__module__", module) == module
