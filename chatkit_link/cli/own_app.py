"""The application of ``serve --app``: somebody's own, served in the same process."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from chatkit.server import ChatKitServer
from starlette.types import ASGIApp

from chatkit_link.agents.catalog import Catalog
from chatkit_link.errors import ConfigurationError
from chatkit_link.import_target import load_module

#: The id of an agent that the catalog does not name, and that is found in the application's module.
FOUND = "app"


@dataclass(frozen=True, slots=True)
class OwnApp:
    """target: as it was given. place: of its module, as a target of an agent names it."""

    target: str
    app: ASGIApp
    module: ModuleType
    place: str

    def agents(self, catalog: Catalog) -> Mapping[str, str]:
        """Id -> target of a server in its module, where the catalog has no agent of its own.

        Raises:
            ConfigurationError: there are several, and the catalog does not say which of them is meant.
        """
        if catalog.agents:
            return {}
        found: dict[int, str] = {}
        for name, value in vars(self.module).items():
            if isinstance(value, ChatKitServer):
                found.setdefault(id(cast("object", value)), name)
        if len(found) > 1:
            raise ConfigurationError(
                f"{self.target} has several servers: {', '.join(found.values())}. Name each in chatkit-link.toml, "
                f'such as [agents.{FOUND}] with target = "{self.place}:{next(iter(found.values()))}".'
            )
        return {FOUND: f"{self.place}:{next(iter(found.values()))}"} if found else {}


def load_app(target: str, *, catalog_folder: Path) -> OwnApp:
    """What ``package.module:app``, ``file.py:app`` or the same with a function that makes it names.

    A file is relative to the working folder; a module is looked for there, and then in the catalog's folder.

    Raises:
        ConfigurationError: there is no such file, module or name, it does not load, or it is no ASGI application.
    """
    place, _, name = target.partition(":")
    what, here = f"--app {target}", Path.cwd()
    if place.endswith(".py"):
        folder, where = here, str((here / place).absolute())
    else:
        top = place.partition(".")[0]
        is_here = (here / top).is_dir() or (here / f"{top}.py").is_file()
        folder, where = here if is_here else catalog_folder, place
    module = load_module(place, what, folder)
    found: Any = getattr(module, name or "app", None)
    if found is None:
        raise ConfigurationError(f"{what}: there is no {name or 'app'} in {place}. Write it as package.module:app.")
    if inspect.isfunction(found) and not inspect.signature(found).parameters:
        found = found()
    if not callable(found):
        raise ConfigurationError(f"{what} is of type {type(found).__name__}. It must be an application of FastAPI.")
    return OwnApp(target, cast(ASGIApp, found), module, where)
