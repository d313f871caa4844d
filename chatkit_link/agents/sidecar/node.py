"""Node and the packages that TypeScript workflows need: found, checked, and installed into the data folder."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings

SOURCES = Path(__file__).parent / "node"
SUFFIXES = (".ts", ".mts", ".js", ".mjs", ".cts", ".cjs", ".tsx", ".jsx")
#: The oldest version that is known to run what is installed.
OLDEST = (20, 19)
_INSTALLED = ("package.json", "package-lock.json", "find.mjs")
#: Variables that a program needs to run at all; none of them is a secret.
_PLAIN = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC", "PATHEXT")
#: Seconds.
_ANSWERING, _INSTALLING = 20, 600


@dataclass(frozen=True, slots=True)
class Node:
    """packages: the folder of what is installed, which need not be there yet. environment: of the process."""

    packages: Path
    environment: Mapping[str, str]

    @property
    def is_installed(self) -> bool:
        return (self.packages / "node_modules").is_dir()

    def program(self) -> str:
        """The path of ``node``. Raises ConfigurationError: there is none, or it is too old."""
        return _program("node", self.environment)

    def ready(self, file: Path, entry: str = "") -> tuple[str, ...]:
        """The command that runs ``file``. entry: the name of its function, if the target says it.

        Raises:
            ConfigurationError: with what to install.
        """
        program = self.program()
        if not self.is_installed:
            here = Path.cwd()
            place = file.relative_to(here) if file.is_relative_to(here) else file
            raise ConfigurationError(
                f"The Node packages that {file.name} needs are not installed: run chatkit-link agents add {place}"
            )
        named = (entry,) if entry else ()
        return (program, "--enable-source-maps", str(SOURCES / "main.mjs"), str(file), str(self.packages), *named)

    def install(self) -> None:
        """Install the packages, exactly those of the lock file. Raises ConfigurationError."""
        self.program()
        npm = shutil.which("npm", path=self.environment.get("PATH"))
        if npm is None:
            raise ConfigurationError("npm is not installed. It comes with Node.js: https://nodejs.org")
        self.packages.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.packages.parent) as folder:
            for name in _INSTALLED:
                shutil.copy(SOURCES / name, folder)
            # No script of a package is run: none of these needs one.
            command = (npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            try:
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, timeout=_INSTALLING, check=False
                )
            except subprocess.TimeoutExpired:
                raise ConfigurationError("npm has not installed the packages within ten minutes.") from None
            if done.returncode != 0:
                raise ConfigurationError(f"npm could not install the packages: {done.stderr.strip()[-500:]}")
            if not self.packages.exists():  # another process may have been faster
                Path(folder).rename(self.packages)
                Path(folder).mkdir()  # what is cleaned up


def node_for(settings: Settings, variables: Mapping[str, str], wanted: Sequence[str] = ()) -> Node:
    """Node as these settings have it. wanted: names of ``variables`` that the process is given besides its own few."""
    given = {name: variables[name] for name in (*_PLAIN, *wanted) if name in variables}
    if settings.openai_api_key is not None:
        given["OPENAI_API_KEY"] = settings.openai_api_key.get_secret_value()
    if settings.openai_base_url:
        given["OPENAI_BASE_URL"] = settings.openai_base_url
    given |= {"OPENAI_AGENTS_DISABLE_TRACING": "1", "NO_COLOR": "1"}
    return Node(settings.data.absolute() / "node" / _lock_version(), given)


def _lock_version() -> str:
    """Names what is installed: another lock file is another folder."""
    return hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()[:12]


def _program(name: str, environment: Mapping[str, str]) -> str:
    oldest = ".".join(map(str, OLDEST))
    program = shutil.which(name, path=environment.get("PATH", os.defpath))
    if program is None:
        raise ConfigurationError(f"TypeScript workflows need Node.js {oldest} or newer: install it, https://nodejs.org")
    try:
        answer = subprocess.run(
            (program, "--version"), capture_output=True, text=True, timeout=_ANSWERING, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        answer = ""
    version = tuple(int(part) for part in re.findall(r"\d+", answer)[:2])
    if version < OLDEST:
        found = answer.strip() or "does not start"
        raise ConfigurationError(f"TypeScript workflows need Node.js {oldest} or newer; {program} is {found}.")
    return program
