"""The operator's own code, loaded by name: ``module``, ``file.py`` or ``folder/``, a package."""

import hashlib
import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from chatkit_link.errors import ConfigurationError


def load_module(place: str, what: str, beside: Path) -> ModuleType:
    """The module ``place``, or the file or the package (a folder that ends in /) of that name relative to ``beside``.

    what: begins the message of an error, such as ``Agent target 'mine.py'``.

    Raises:
        ConfigurationError: there is no such file or module, or it does not load.
    """
    path = beside / place
    try:
        if not place.endswith((".py", "/")):
            return importlib.import_module(place)
        package = path if place.endswith("/") else None
        path = path / "__init__.py" if package else path
        if not path.is_file():
            raise ConfigurationError(f"{what}: there is no file {path}.")
        # A name of its own, so that two files called agent.py do not meet; known to imports, so that dataclasses work.
        name = f"chatkit_link_agent_{(package or path).stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
        # With these locations it is a package, whose files import each other as `from .odds import parlay`.
        within = [str(package)] if package else None
        spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=within)
        assert spec is not None and spec.loader is not None  # a .py file always has both
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    except ConfigurationError:
        raise
    except (Exception, SystemExit) as error:  # whatever the module does when it is loaded
        raise ConfigurationError(
            f"{what} does not load: {type(error).__name__}: {error}{_line_in(path, error)}."
        ) from error


def _line_in(path: Path, error: BaseException) -> str:
    """Where in the file or the package an error came up, to stand behind the error."""
    folder = path.parent if path.name == "__init__.py" else path
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(folder)]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
