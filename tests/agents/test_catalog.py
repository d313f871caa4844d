"""The catalog that the settings name, and the files that it names."""

from pathlib import Path

import pytest

from chatkit_link.agents.catalog import configured_catalog, load_target
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import read_settings


def test_the_default_catalog_need_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHATKIT_LINK_CONFIG", raising=False)
    assert configured_catalog(read_settings(), {}).agents == {}


def test_a_chosen_catalog_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped path would otherwise start a server with another agent than the operator's."""
    monkeypatch.setenv("CHATKIT_LINK_CONFIG", str(tmp_path / "nope.toml"))
    with pytest.raises(ConfigurationError, match=r"There is no catalog .*nope\.toml\. Create it, or correct"):
        configured_catalog(read_settings(), {})


def test_a_folder_is_no_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chatkit-link.toml").mkdir()
    with pytest.raises(ConfigurationError, match="is a folder"):
        configured_catalog(read_settings(), {})


@pytest.mark.parametrize("line", ["raise SystemExit(3)", "import sys; sys.exit()", "exit(1)"])
def test_an_agent_file_that_exits_is_reported_and_ends_nothing(tmp_path: Path, line: str) -> None:
    (tmp_path / "agent.py").write_text(f"{line}\nagent = None\n")
    with pytest.raises(ConfigurationError, match="does not load: SystemExit"):
        load_target("agent.py:agent", beside=tmp_path)
    (tmp_path / "workflow.py").write_text(f"{line}\nasync def run_workflow(given):\n    return None\n")
    with pytest.raises(ConfigurationError, match=r"workflow\.py, line 1: the file ends itself here"):
        load_target("workflow.py", beside=tmp_path)
