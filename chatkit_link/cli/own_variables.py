"""The environment variables of an agent, from the settings classes of its package."""

import importlib
import inspect
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

_PACKAGE = "chatkit_link_example"


@dataclass(frozen=True, slots=True)
class OwnVariable:
    """text: what it is, in a sentence. default: as it would be written, or empty."""

    name: str
    text: str
    default: str


def own_variables(package: Path) -> Sequence[OwnVariable]:
    """What the classes of ``settings.py`` in a package read, in their order; the package itself is not run."""
    with _importable(package):
        module = importlib.import_module(f"{_PACKAGE}.settings")
    found: dict[str, OwnVariable] = {}
    for cls in vars(module).values():
        if inspect.isclass(cls) and issubclass(cls, BaseSettings) and cls.__module__ == module.__name__:
            for name, field in cls.model_fields.items():
                variable = _variable(name, field, str(cls.model_config.get("env_prefix", "")))
                found.setdefault(variable.name, variable)
    return list(found.values())


def _variable(name: str, field: FieldInfo, prefix: str) -> OwnVariable:
    alias: Any = field.validation_alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    default = "" if field.default in (None, PydanticUndefined) else str(field.default)
    return OwnVariable(str(alias or f"{prefix}{name}").upper(), field.description or name, default)


@contextmanager
def _importable(package: Path) -> Generator[None]:
    """Modules of the package can be imported inside, without its ``__init__.py``."""
    parent = ModuleType(_PACKAGE)
    parent.__path__ = [str(package)]
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.modules[_PACKAGE] = parent
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        for name in [name for name in sys.modules if name == _PACKAGE or name.startswith(f"{_PACKAGE}.")]:
            del sys.modules[name]
