"""A server whose agent is a TypeScript file, with the packages that ``make`` has installed."""

import os
import shutil
from pathlib import Path

import pytest

from chatkit_link.agents.sidecar.node import SOURCES, node_for
from chatkit_link.settings import Settings
from tests.agents.agent_builder.test_workflows import MakeSettings
from tests.model_server import MODEL, ModelServer

#: Installed by the Makefile, of the very lock file that users install.
PACKAGES = Path(os.environ.get("CHATKIT_LINK_TEST_NODE_PACKAGES") or Path(__file__).with_name("packages"))


def settings_of(
    make: MakeSettings,
    folder: Path,
    text: str,
    model: ModelServer | None,
    *,
    entry: str = "",
    name: str = "workflow.ts",
) -> Settings:
    (folder / name).write_text(text)
    (folder / "chatkit-link.toml").write_text(f'default = "shop"\n[agents.shop]\ntarget = "{name}"\n{entry}\n')
    given = {} if model is None else {"openai_api_key": "sk-1", "openai_base_url": model.address, "model": MODEL}
    settings = make(config=folder / "chatkit-link.toml", data=folder / "data", **given)
    link_packages(settings)
    return settings


def link_packages(settings: Settings) -> None:
    """As ``chatkit-link agents add`` leaves the data folder."""
    if not (PACKAGES / "node_modules").is_dir():
        pytest.skip("the Node packages of tests/agents/sidecar/packages are not installed: run make")
    packages = node_for(settings, os.environ).packages
    packages.parent.mkdir(parents=True, exist_ok=True)
    if not packages.exists():
        packages.mkdir()
        for source in (SOURCES / "package.json", SOURCES / "find.mjs"):
            shutil.copy(source, packages)
        (packages / "node_modules").symlink_to(PACKAGES / "node_modules")
