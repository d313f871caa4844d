"""What a name of the ChatKit SDK is called now, and where it stands.

ChatKit's first documentation has other names, and prints its code without imports.
"""

import importlib
import re
from types import ModuleType
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
    """A sentence with a space before it, for a name that is not where the code looked for it; else nothing."""
    match error:
        case ImportError(name=str(module)) if (top := module.partition(".")[0]) in _PACKAGES:
            return f" The package {top.replace('_', '-')} is imported as {_PACKAGES[top]}."
        case ImportError(name=str(module)) if _is_sdk(module) and (found := _NO_NAME.match(str(error))):
            return _found(found[1])
        case AttributeError(name=str(name), obj=ModuleType(__name__=module)) if _is_sdk(module):
            return _found(name)
        case NameError(name=str(name)):
            return _found(name)
        case _:
            return ""


def _is_sdk(module: str) -> bool:
    return module.partition(".")[0] == "chatkit"


def _found(name: str) -> str:
    if home := _home(name):
        return f" {name} is in {home}."
    if name in _RENAMED:
        module, now = _RENAMED[name]
        return f" {name} is now called {now}, in {module}."
    return ""


def _home(name: str) -> str | None:
    """The module of the ChatKit or the Agents SDK that a name is to be imported from."""
    homes = (module for module in map("chatkit.{}".format, _MODULES) if _is_own(module, name))
    return next(homes, "agents" if name in importlib.import_module("agents").__all__ else None)


def _is_own(module: str, name: str) -> bool:
    """Whether the name is the module's own, and is not imported there from elsewhere."""
    found = getattr(importlib.import_module(module), name, None)
    return found is not None and not name.startswith("_") and getattr(found, "__module__", module) == module
