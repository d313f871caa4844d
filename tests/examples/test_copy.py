"""The folder, copied beside a catalog of one's own, as its README says."""

import shutil
import subprocess
import sys
from pathlib import Path

from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.catalog import load_target, read_catalog
from chatkit_link.search.blocks import markdown_tokens
from tests.examples.lecture import FOLDER

CHECK = """
import sys
from pathlib import Path
from chatkit_link.agents.catalog import load_target
load_target("professor_lock/", beside=Path.cwd())
print(sorted(name for name in sys.modules if name == "examples" or name.startswith("examples.")))
"""


def test_a_copy_with_the_catalog_of_the_readme_is_whole(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "professor_lock", ignore=shutil.ignore_patterns("__pycache__"))
    readme = (tmp_path / "professor_lock" / "README.md").read_text(encoding="utf-8")
    (catalog,) = [token.content for token in markdown_tokens(readme) if token.info.strip() == "toml"]
    (tmp_path / "chatkit-link.toml").write_text(catalog, encoding="utf-8")
    entry = read_catalog(tmp_path / "chatkit-link.toml", {}).agents["lock"]
    found = load_target(entry.target, beside=tmp_path)
    assert isinstance(found, Assistant) and found.mentions is not None and "lock.add_leg" in found.actions.types()
    # In a process of its own: nothing of the folder that it was copied from is imported.
    done = subprocess.run([sys.executable, "-c", CHECK], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
