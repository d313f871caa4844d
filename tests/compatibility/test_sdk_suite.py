"""The tests of openai/chatkit-python, as they are, against our store and through our server.

Skipped without CHATKIT_LINK_SDK_REPOSITORY, a checkout of the version of openai-chatkit that is installed. What they
find otherwise than the SDK's own store and server do is listed here, each with its reason, and in
docs/reference/compatibility.md.
"""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

VARIABLE = "CHATKIT_LINK_SDK_REPOSITORY"
_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent

#: Name of a test -> why it is otherwise here, and is meant to be.
DIFFERENCES: dict[str, str] = {}


@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no checkout of openai/chatkit-python")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("file", ["test_store.py", "test_chatkit_server.py", "test_agents.py", "test_widgets.py"])
def test_the_tests_of_the_sdk_pass_but_for_listed_differences(file: str, tmp_path: Path, postgres_url: str) -> None:
    copy = tmp_path / "sdk"
    shutil.copytree(Path(os.environ[VARIABLE]) / "tests", copy / "tests")
    (copy / "tests" / "__init__.py").touch()  # so that this `tests` is found before ours
    (copy / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    report = tmp_path / "report.xml"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "sdk_plugin", f"--junitxml={report}", f"tests/{file}"],
        cwd=copy,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(map(str, (copy, copy / "tests", _HERE, _ROOT))),
            "CHATKIT_LINK_SDK_DATABASE": postgres_url,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.is_file(), done.stdout + done.stderr
    cases = list(ET.parse(report).iter("testcase"))
    failed = {
        str(case.get("name")) for case in cases if case.find("failure") is not None or case.find("error") is not None
    }
    here = {name for name in DIFFERENCES if name in {case.get("name") for case in cases}}
    assert failed == here, done.stdout
    assert len(cases) > len(here)
