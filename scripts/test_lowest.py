"""`make test-lowest`: the tests of what stands on other people's packages, with the oldest versions that we allow.

`pyproject.toml` gives ranges, so that this package can be installed beside a project with pins of its own. `make test`
runs with the newest; this script installs the lowest of each range into an environment of its own. It needs uv
(`make lock` installs it) and a package index, and takes minutes.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
UV: Final = Path(sys.executable).with_name("uv")
TESTS: Final = ("agents", "http", "protocol", "store", "wire")


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="chatkit-link-lowest-", ignore_cleanup_errors=True) as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        uv("venv", "--python", sys.executable, str(python.parent.parent))
        uv(
            "pip", "install", "--system-certs", "--python", str(python), "--resolution", "lowest-direct",
            "--extra", "embedded", "--extra", "dev", "--requirements", str(ROOT / "pyproject.toml"),
        )  # fmt: skip
        # Older versions warn of each other's names; a warning is no failure here.
        tests = arguments or [f"tests/{name}" for name in TESTS]
        command = [str(python), "-m", "pytest", "-W", "default", "-n", "auto", "-p", "no:cacheprovider", *tests]
        return subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode


def uv(*arguments: str) -> None:
    subprocess.run([UV, *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
