"""`make sbom`: what a release is made of, as CycloneDX JSON in dist/.

Three documents: the Python packages that `requirements.lock` pins, the npm packages that end up in the page, and those
of the process that runs TypeScript workflows. Each names its packages with version, hashes and, where it is known,
licence. cyclonedx-py reads licences from the packages that are installed, and hashes from the lock; npm has both in its
own lock. The same lock files give the same bytes. No address and no path of this machine is left in a document, and
each is checked against the schema of its version.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
#: Document -> the folder of its lock file.
NPM: Final = {"page": ROOT / "frontend", "sidecar": ROOT / "chatkit_link" / "agents" / "sidecar" / "node"}
#: Runs in the environment of the tools, which has the schemas.
_VALIDATE: Final = """
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for name in sys.argv[1:]:
    text = open(name, encoding="utf-8").read()
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    if (error := JsonStrictValidator(version).validate_str(text)) is not None:
        sys.exit(f"{name} is no CycloneDX: {error}")
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Write what a release is made of, as CycloneDX JSON.")
    parser.add_argument("--tools", type=Path, required=True, help="bin folder of an environment with cyclonedx-bom")
    parser.add_argument("--into", type=Path, default=ROOT / "dist")
    given = parser.parse_args(arguments)
    given.into.mkdir(parents=True, exist_ok=True)
    documents = {"python": python_packages(given.tools)} | {name: npm_packages(at) for name, at in NPM.items()}
    files = [write(given.into / f"sbom-{name}.cdx.json", document) for name, document in documents.items()]
    done = subprocess.run([given.tools / "python", "-c", _VALIDATE, *map(str, files)], check=False)
    if done.returncode == 0:
        for file, document in zip(files, documents.values(), strict=True):
            print(f"{len(document['components'])} packages in {file}")
    return done.returncode


def python_packages(tools: Path) -> dict[str, Any]:
    """Of the lock of the server, with what is installed of it for the licences."""
    options = ("--output-format", "JSON", "--spec-version", "1.6", "--output-reproducible")
    pyproject = ("--pyproject", str(ROOT / "pyproject.toml"))
    locked = _json([tools / "cyclonedx-py", "requirements", *options, *pyproject, "requirements.lock"])
    installed = _json([tools / "cyclonedx-py", "environment", *options, *pyproject, sys.executable])
    licences = {_named(one): one.get("licenses") for one in installed["components"]}
    refs = {one["bom-ref"]: _purl_ref(one) for one in locked["components"]}
    for package in locked["components"]:
        package["bom-ref"] = refs[package["bom-ref"]]
        package["hashes"] = [
            hashed for reference in package.pop("externalReferences", []) for hashed in reference.get("hashes", [])
        ]
        package.pop("description", None)  # the line of the lock
        if found := licences.get(_named(package)):
            package["licenses"] = found
    root = locked["metadata"]["component"]
    for named in (root, *locked["metadata"]["tools"]["components"]):
        named.pop("externalReferences", None)
    packages: list[dict[str, Any]] = locked["components"]
    packages.sort(key=_ref)
    locked["dependencies"] = [
        {"ref": root["bom-ref"], "dependsOn": sorted(refs.values())},
        *({"ref": ref} for ref in sorted(refs.values())),
    ]
    return locked


def npm_packages(folder: Path) -> dict[str, Any]:
    """Of a lock of npm's, without what is only needed to build and to test."""
    # With --omit dev, npm leaves out what is needed for both, such as React.
    document = _json(["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"], folder=folder)
    locked: dict[str, dict[str, Any]] = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))[
        "packages"
    ]
    kept = {
        f"{place.rpartition('node_modules/')[2]}@{package['version']}"
        for place, package in locked.items()
        if place and not package.get("dev") and not package.get("devOptional")
    }
    root = document["metadata"]["component"]
    root["name"] = root["purl"].removeprefix("pkg:npm/").partition("@")[0]  # npm takes the name of the folder
    del document["serialNumber"], document["metadata"]["timestamp"]
    document["components"] = [{**one, "externalReferences": []} for one in document["components"] if _ref(one) in kept]
    document["dependencies"] = [
        {**one, "dependsOn": [ref for ref in one["dependsOn"] if ref in kept]}
        for one in document["dependencies"]
        if one["ref"] in kept | {_ref(root)}
    ]
    return document


def write(file: Path, document: dict[str, Any]) -> Path:
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _named(package: dict[str, Any]) -> tuple[str, str]:
    return re.sub(r"[-_.]+", "-", package["name"]).lower(), package["version"]


def _ref(package: dict[str, Any]) -> str:
    return package["bom-ref"]


def _purl_ref(package: dict[str, Any]) -> str:
    return re.sub(r"\?.*", "", package["purl"])


def _json(command: list[str | Path], folder: Path = ROOT) -> dict[str, Any]:
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}  # that a lock has no dependencies between its packages
    done = subprocess.run(
        command, cwd=folder, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{Path(command[0]).name} failed: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
