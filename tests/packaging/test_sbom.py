"""`make sbom`, with the tools that the Makefile names, in an environment of their own."""

import json
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.test_repository import pins_of

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow("sbom"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Name -> document. The script has looked at each with the schema of its version."""
    tools = ROOT / ".venv" / "review" / "bin"
    if not (tools / "cyclonedx-py").exists():
        folder = tmp_path_factory.mktemp("review")
        venv.create(folder, with_pip=True)
        tools = folder / "bin"
        named = re.search(r"'(cyclonedx-bom\[validation\]==[\d.]+)'", (ROOT / "Makefile").read_text())
        assert named
        subprocess.run([tools / "python", "-m", "pip", "--quiet", "install", named[1]], check=True)
    into = tmp_path_factory.mktemp("dist")
    script = [sys.executable, "scripts/make_sbom.py", "--tools", str(tools), "--into", str(into)]
    subprocess.run(script, cwd=ROOT, check=True)
    before = {file.name: file.read_bytes() for file in into.iterdir()}
    subprocess.run(script, cwd=ROOT, check=True)
    assert {file.name: file.read_bytes() for file in into.iterdir()} == before
    return {name: json.loads(content) for name, content in before.items()}


def test_the_documents_have_every_package_with_version_and_hashes(documents: dict[str, dict[str, Any]]) -> None:
    python = {one["name"]: one for one in documents["sbom-python.cdx.json"]["components"]}
    for name, (version, hashes) in pins_of("requirements.lock").items():
        assert (python[name]["version"], len(python[name]["hashes"])) == (version, hashes)
    for document, lock in (("page", "frontend"), ("sidecar", "chatkit_link/agents/sidecar/node")):
        listed = {one["bom-ref"]: one for one in documents[f"sbom-{document}.cdx.json"]["components"]}
        packages = json.loads((ROOT / lock / "package-lock.json").read_text())["packages"]
        for place, package in packages.items():
            name = place.rpartition("node_modules/")[2]
            if place and not package.get("dev") and not package.get("devOptional"):
                assert listed[f"{name}@{package['version']}"]["hashes"]


def test_nearly_every_package_has_a_licence(documents: dict[str, dict[str, Any]]) -> None:
    for document in documents.values():
        without = [one["name"] for one in document["components"] if not one.get("licenses")]
        assert len(without) <= len(document["components"]) // 10, without


def test_no_address_and_no_path_of_this_machine_is_in_them(documents: dict[str, dict[str, Any]]) -> None:
    for name, document in documents.items():
        document.pop("$schema")
        text = json.dumps(document)
        assert not re.search(
            r"https?:|file:|/simple/|" + re.escape(str(ROOT)) + "|" + re.escape(str(Path.home())), text
        ), name
