"""The catalog that the settings name, and the files that it names."""

from pathlib import Path

import pytest

from chatkit_link.agents.catalog import configured_catalog, load_target, read_catalog
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("defalt = 'a'", r"defalt: there is no such key: did you mean default\?"),
        ("[agent.a]\ntarget = 'a.py'", r"agent: there is no such key: did you mean agents\?"),
        ("[agents.a]\ntarget = 'a.py'\ngreting = 'Hi'", r"agents\.a\.greting: .* did you mean greeting\?"),
        ("[agents.a]\ntarget = 'a.py'\nprompts = [{ lable = 'x', prompt = 'y', label = 'z' }]", "did you mean label"),
        ("[mcp.a]\nurll = 'https://a.example'", r"mcp\.a\.urll: there is no such key: did you mean url\?"),
        ("[agents.a]\ntarget = 'a.py'\nzzz = 1", r"agents\.a\.zzz: there is no such key: the keys are .*target"),
        ("zzz = 1", "the keys are agents, default, mcp, vector_stores and workflows"),
    ],
)
def test_a_mistyped_key_is_told_with_the_one_that_was_meant(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read_catalog(tmp_path / "c.toml", {})


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
