"""The databases of a test run: one for each worker of pytest-xdist, or one for a run without workers."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Of all servers on one database, whatever their folder: they refuse to start with another.
SHARED_SECRET = "the secret of all tests on one database"


class Postgres:
    """Starts ``postgres_process.py`` when the first database is asked for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def database(self, worker: str) -> str:
        """The address of a new, migrated database. Blocks for about two seconds the first time.

        Raises:
            RuntimeError: there is no PostgreSQL; why stands above, where the process printed it.
        """
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.suite.postgres_process"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{worker}\n")
        self._process.stdin.flush()
        address = self._process.stdout.readline().strip()
        if not address:
            raise RuntimeError("The PostgreSQL of the tests did not start.")
        return address

    def close(self) -> None:
        """Remove the databases, and wait until the server is gone."""
        if self._process is not None:
            self._process.communicate(timeout=180)
            self._process = None
