"""`assert_widget` as another project's tests use it, in a pytest of their own."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from chatkit_link.errors import ConfigurationError
from chatkit_link.workshop import screenshot
from chatkit_link.workshop.folder import new_widget

TEST = """
def test_card(assert_widget):
    assert_widget("card", {"title": "A", "text": "b"})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "widgets").mkdir()
    (tmp_path / "widgets" / "card.widget").write_bytes(new_widget("card"))
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["chatkit_link.workshop.pytest_plugin"]\n')
    (tmp_path / "test_card.py").write_text(TEST)
    return tmp_path


def run(project: Path, *options: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=150)
    return done.returncode, done.stdout


@pytest.mark.slow("pytest")
def test_a_snapshot_is_required_stored_and_compared(project: Path) -> None:
    status, output = run(project)
    assert status == 1
    assert "--widget-update" in output
    assert run(project, "--widget-update")[0] == 0
    assert run(project)[0] == 0
    file = project / "widgets" / "card.widget"
    file.write_text(file.read_text().replace("secondary", "tertiary"))
    status, output = run(project)
    assert status == 1
    assert "card renders to another tree" in output


@pytest.mark.slow("pytest")
@pytest.mark.browser
@pytest.mark.skipif(screenshot.find_chromium() is None, reason="no Chromium")
def test_a_picture_is_stored_and_compared(project: Path) -> None:
    assert run(project, "--widget-pictures", "--widget-update")[0] == 0
    [png] = project.glob("snapshots/*.png")
    with Image.open(png) as drawn:
        assert drawn.width == 480
        assert 60 < drawn.height < 300
        # Another picture than what is drawn now: a line through it.
        changed = drawn.convert("RGB")
    changed.paste((255, 0, 0), (0, 20, changed.width, 22))
    changed.save(png)
    status, output = run(project, "--widget-pictures")
    assert status == 1
    assert "card looks different now" in output


def test_a_missing_chromium_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screenshot, "find_chromium", lambda: None)
    with pytest.raises(ConfigurationError, match="There is no Chromium on this machine"):
        screenshot.draw({"type": "Card", "children": []})
