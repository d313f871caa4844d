"""The folder of an embedded PostgreSQL, brought to a newer major version by ``pg_upgrade``.

A new folder is made beside the old one, and the data is copied into it. Only when all of that is done do the two change
their names: the old one stays as ``postgres-<version>-<date>``, untouched. Where the machine goes down in between,
``finish`` completes it at the next start. ``embedded.py`` holds a lock around all of it.
"""

import logging
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chatkit_link.errors import ConfigurationError
from chatkit_link.store.postgres_programs import package_programs, version_of

logger = logging.getLogger(__name__)

#: The name of a new folder that is complete and not yet in the place of the former one.
UPGRADED = "postgres-upgraded"
#: Where distributions put the programs of a major version.
_PLACES = (
    "/usr/lib/postgresql/{version}/bin",
    "/usr/pgsql-{version}/bin",
    "/opt/homebrew/opt/postgresql@{version}/bin",
    "/usr/local/opt/postgresql@{version}/bin",
)
#: Of the old version, what ``pg_upgrade`` runs.
_NEEDED = ("postgres", "pg_ctl", "pg_controldata", "pg_resetwal")
#: Settings and rules of the old folder that the new one is to have.
_CONFIGURATION = ("postgresql.conf", "postgresql.auto.conf")
_RULES = "pg_hba.conf"
#: Bytes that the disk must have left, beyond those of the copy.
_SPARE = 200_000_000
_CONTROL = re.compile(
    r"^(Database cluster state|Data page checksum version|Bytes per WAL segment): +(.*)$", re.MULTILINE
)
_STOPPED = ("shut down", "shut down in recovery")
#: Maximum characters of what a program says.
_LONGEST = 900


class NotUpgraded(ConfigurationError):
    """The folder is as it was, and why."""


class Upgrade:
    """Of one folder."""

    def __init__(
        self, folder: Path, programs: Path, version: int, *, environment: Mapping[str, str], as_user: Mapping[str, Any]
    ) -> None:
        """
        Args:
            programs, version: those to come.
            environment: of the programs, with the password of the superuser.
            as_user: arguments of ``subprocess.run`` for another user.
        """
        self._folder = folder
        self._new = folder.with_name(f"{folder.name}-new")
        self._ready = folder.with_name(UPGRADED)
        self._programs = programs
        self._version = version
        self._environment = dict(environment) | {"LC_ALL": "C"}
        self._as_user = dict(as_user)

    def finish(self) -> None:
        """Complete an upgrade whose last step was cut off; drop one that was cut off before."""
        if self._ready.exists() and not self._folder.exists():
            self._ready.rename(self._folder)
        for left in (self._new, self._ready):
            if left.exists():
                shutil.rmtree(left)

    def run(self, old: Path, before: int, superuser: str) -> Path:
        """Upgrade it; where the folder of the version before is now.

        Args:
            old, before: programs and version of the folder.

        Raises:
            NotUpgraded: why; the folder is as it was.
        """
        self._require_space(before)
        logger.warning("The database in %s is upgraded from PostgreSQL %d to %d.", self._folder, before, self._version)
        with tempfile.TemporaryDirectory(prefix="chatkit-link-upgrade-") as work:  # a short path, for a socket
            if self._as_user:
                os.chown(work, self._as_user["user"], self._as_user["group"])
            try:
                control = self._shut_down(old, Path(work))
                self._make(control, superuser)
                self._copy(old, Path(work), superuser)
                self._configure()
            except (OSError, subprocess.SubprocessError) as error:
                raise NotUpgraded(self._explain(before, _reason(error))) from error
            finally:
                if not self._ready.exists():
                    shutil.rmtree(self._new, ignore_errors=True)
        kept = self._folder.with_name(f"{self._folder.name}-{before}-{time.strftime('%Y%m%d-%H%M%S')}")
        self._folder.rename(kept)
        self._ready.rename(self._folder)
        logger.warning(
            "The database in %s is one of PostgreSQL %d now. As it was before, it is in %s: remove that when you have "
            "seen that all is well.",
            self._folder,
            self._version,
            kept,
        )
        return kept

    def _explain(self, before: int, why: str) -> str:
        stays = f"set PGSERVER_POSTGRES_VERSION={before} to run it as it is" if before in package_programs() else ""
        advice = f"It is as it was: {stays or 'mend the cause and start again'}."
        return (
            f"The database in {self._folder} could not be upgraded from PostgreSQL {before} to {self._version}:\n"
            f"  {why}\n  {advice}"
        )

    def _require_space(self, before: int) -> None:
        needed = sum(path.lstat().st_size for path in self._folder.rglob("*") if not path.is_symlink()) + _SPARE
        free = shutil.disk_usage(self._folder.parent).free
        if free < needed:
            why = f"a copy of it needs {needed // 1_000_000} MB, and the disk has {free // 1_000_000} MB left."
            raise NotUpgraded(self._explain(before, why))

    def _shut_down(self, old: Path, work: Path) -> dict[str, str]:
        """What the old folder says of itself, once it was ended in good order: a crash may have left it otherwise."""
        control = self._control(old)
        if control.get("Database cluster state") not in _STOPPED:
            options = f"-c listen_addresses='' -c unix_socket_directories='{work}'"
            given = ("-w", "-D", str(self._folder), "-l", str(self._folder / "log"))
            self._execute(old, "pg_ctl", *given, "-o", options, "start")
            self._execute(old, "pg_ctl", *given, "-m", "fast", "stop")
            control = self._control(old)
        return control

    def _control(self, old: Path) -> dict[str, str]:
        return dict(_CONTROL.findall(self._execute(old, "pg_controldata", str(self._folder))))

    def _make(self, control: Mapping[str, str], superuser: str) -> None:
        self._new.mkdir(mode=0o700)
        if self._as_user:
            os.chown(self._new, self._as_user["user"], self._as_user["group"])
        checksums = control.get("Data page checksum version", "0") != "0"
        segment = int(control.get("Bytes per WAL segment", "16777216")) // (1024 * 1024)
        self._execute(
            self._programs,
            "initdb",
            "--auth=trust",
            "--encoding=utf8",
            "--data-checksums" if checksums else "--no-data-checksums",
            f"--wal-segsize={segment}",
            "-U",
            superuser,
            "-D",
            str(self._new),
        )

    def _copy(self, old: Path, work: Path, superuser: str) -> None:
        folders = ("-b", str(old), "-B", str(self._programs), "-d", str(self._folder), "-D", str(self._new))
        sockets = () if os.name == "nt" else ("-s", str(work))
        self._execute(self._programs, "pg_upgrade", *folders, *sockets, "-U", superuser, cwd=work)

    def _configure(self) -> None:
        """Take the settings and the rules along. The files stay those of PostgreSQL's user."""
        (self._new / _RULES).write_bytes((self._folder / _RULES).read_bytes())
        for name in _CONFIGURATION:
            fresh = (self._new / name).read_bytes()
            (self._new / name).write_bytes((self._folder / name).read_bytes())
            try:
                self._execute(self._programs, "postgres", "-D", str(self._new), "-C", "data_directory")
            except subprocess.CalledProcessError as error:  # a setting that the new version does not have any more
                (self._new / name).write_bytes(fresh)
                logger.warning("The settings of %s are not taken along: %s", self._folder / name, _reason(error))
        self._new.rename(self._ready)

    def _execute(self, programs: Path, name: str, *arguments: str, cwd: Path | None = None) -> str:
        """Run a program; its output. Not by the package's own function, which logs the environment of what fails."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:  # servers keep a pipe open
            run: Any = subprocess.run  # whose overloads do not take keywords of unknown types
            done = run(
                [str(programs / name), *arguments],
                env=self._environment,
                cwd=cwd or self._folder.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                **self._as_user,
            )
            output.seek(0)
            told = output.read()
        if done.returncode != 0:
            if "*failure*" in told:  # of a server or a program that pg_upgrade ran
                told += self._logs()
            raise subprocess.CalledProcessError(done.returncode, name, told)
        return told

    def _logs(self) -> str:
        """The ends of the logs of ``pg_upgrade``, which it refers to."""
        logs = sorted((self._new / "pg_upgrade_output.d").glob("*/log/pg_upgrade_server.log"))
        return "".join(f"\n{_fatal(log)}" for log in logs)


def old_programs(version: int) -> Path | None:
    """Programs of this major version that can run and read its folders, of the package or of the system."""
    found = shutil.which("pg_ctl")
    places = [package_programs().get(version), *(Path(place.format(version=version)) for place in _PLACES)]
    if found:
        places.append(Path(found).resolve().parent)
    for place in places:
        if place is not None and _has_all(place) and version_of(place, "postgres") == version:
            return place
    return None


def _has_all(place: Path) -> bool:
    return all(shutil.which(name, path=str(place)) for name in _NEEDED)


def _fatal(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(line for line in lines if re.search(r"\b(FATAL|PANIC|ERROR|HINT|DETAIL)\b", line))


def _reason(error: Exception) -> str:
    """What a program said, from where it says that something is wrong."""
    if not isinstance(error, subprocess.CalledProcessError):
        return str(error)
    lines = [re.sub(r"\s{2,}", " ", line.strip()) for line in str(error.output).splitlines() if line.strip()]
    # pg_upgrade reports each of its checks in a line that ends in "ok", and what fails behind the last of these.
    passed = max((number for number, line in enumerate(lines, 1) if line.endswith(" ok")), default=0)
    wrong = re.compile(r"fatal|error|FATAL|PANIC|ERROR|could not")
    first = passed or next((number for number, line in enumerate(lines) if wrong.search(line)), max(0, len(lines) - 5))
    return f"{error.cmd}: " + "\n  ".join(lines[first:])[:_LONGEST]
